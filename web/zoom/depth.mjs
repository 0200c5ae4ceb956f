/**
 * How deep the camera is: a whole level and a float offset, so that depth costs no precision.
 *
 * The view is `zooms[level] ** offset` times further in than level `level`, with
 * 0 <= offset < 1; the deepest depth is the last level with offset 0. Steps between depths are
 * logarithms of magnification and are taken level by level: 10^40 is as exact as 10.
 *
 * @typedef {{level: number, offset: number}} Depth
 */

/** A depth this close to a level (in levels) is that level. */
export const SNAP = 1e-9;

/** @returns {Depth} */
export const depthAt = (level, offset = 0) => ({ level, offset });

/** The depth `log` further in (negative: out), within the stack. @returns {Depth} */
export function travel(zooms, { level, offset }, log) {
  const deepest = zooms.length;
  // The way already made into this level counts, so that one sum serves both directions.
  let left = log + (level < deepest ? offset * Math.log(zooms[level]) : 0);
  while (left < 0 && level > 0) left += Math.log(zooms[--level]);
  while (level < deepest && left >= Math.log(zooms[level])) left -= Math.log(zooms[level++]);
  if (level === deepest || left <= 0) return depthAt(level);
  const share = left / Math.log(zooms[level]);
  if (share < SNAP) return depthAt(level);
  return share > 1 - SNAP ? depthAt(level + 1) : depthAt(level, share);
}

/** The logarithm of how many times `to` magnifies `from`. */
export function between(zooms, from, to) {
  const part = ({ level, offset }) => (offset ? offset * Math.log(zooms[level]) : 0);
  let log = part(to) - part(from);
  for (let level = from.level; level < to.level; level++) log += Math.log(zooms[level]);
  for (let level = to.level; level < from.level; level++) log -= Math.log(zooms[level]);
  return log;
}

/** The logarithm of each level's magnification over level 0. @returns {number[]} */
export function logarithms(zooms) {
  const logs = [0];
  for (const zoom of zooms) logs.push(logs.at(-1) + Math.log(zoom));
  return logs;
}

/** The depth at a share, 0 to 1, of the whole way in. @returns {Depth} */
export function depthOfShare(zooms, share, logs = logarithms(zooms)) {
  const log = share * logs.at(-1);
  let level = 0;
  while (level < zooms.length && logs[level + 1] <= log) level++;
  if (level === zooms.length) return depthAt(level);
  const offset = (log - logs[level]) / Math.log(zooms[level]);
  if (offset < SNAP) return depthAt(level);
  return offset > 1 - SNAP ? depthAt(level + 1) : depthAt(level, offset);
}

/** The share, 0 to 1, of the whole way in that a depth is at. */
export function shareOfDepth(zooms, { level, offset }, logs = logarithms(zooms)) {
  if (!zooms.length) return 0;
  return (logs[level] + (offset ? offset * Math.log(zooms[level]) : 0)) / logs.at(-1);
}

/** As one number, for a reader: 2.37 is 0.37 of the way from level 2 to level 3. */
export const asNumber = ({ level, offset }) => level + offset;
