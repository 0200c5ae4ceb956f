/**
 * How deep the camera is: a whole level and a float offset, so that depth costs no precision.
 *
 * The view is `zooms[level] ** offset` times further in than level `level`, with
 * 0 <= offset < 1; the deepest depth is the last level with offset 0. Steps between depths are
 * logarithms of magnification and are taken level by level: 10^40 is as exact as 10.
 *
 * In a ring, whose last level leads back to level 0, a depth counts its turns as well, apart from
 * the rest: a thousand turns on it is as exact as in the first.
 *
 * @typedef {{level: number, offset: number, turn?: number}} Depth `turn`: how often the camera has
 *   gone round a ring, inwards; a depth of a ring without it is that of any turn
 */

/** A depth this close to a level (in levels) is that level. */
export const SNAP = 1e-9;

/** @returns {Depth} */
export const depthAt = (level, offset = 0) => ({ level, offset });

/**
 * The depth below the level that is the `at`-th, counted on through the turns of a ring.
 * @param {number} ring how many levels it has; 0 of a ladder with an end
 * @returns {Depth}
 */
export function depthIn(ring, at, offset = 0) {
  if (!ring) return depthAt(at, offset);
  const turn = Math.floor(at / ring);
  return { level: at - turn * ring, offset, turn };
}

/** Which level it is below, counted on through the turns. @param {Depth} depth */
export const levelsIn = (ring, { level, turn = 0 }) => level + turn * ring;

/** Positive where `to` is deeper than `from`, negative where it is wider. */
export const deeper = (from, to) =>
  (to.turn ?? 0) - (from.turn ?? 0) || to.level - from.level || to.offset - from.offset;

/** The depth `log` further in (negative: out), within the stack. @returns {Depth} */
export function travel(zooms, depth, log, closed = false) {
  const [ring, deepest] = closed ? [zooms.length, Infinity] : [0, zooms.length];
  const zoom = (level) => Math.log(zooms[depthIn(ring, level).level]);
  let at = levelsIn(ring, depth);
  // The way already made into this level counts, so that one sum serves both directions.
  let left = log + (at < deepest ? depth.offset * zoom(at) : 0);
  while (left < 0 && (closed || at > 0)) left += zoom(--at);
  while (at < deepest && left >= zoom(at)) left -= zoom(at++);
  if (at === deepest || left <= 0) return depthIn(ring, at);
  const share = left / zoom(at);
  if (share < SNAP) return depthIn(ring, at);
  return share > 1 - SNAP ? depthIn(ring, at + 1) : depthIn(ring, at, share);
}

/**
 * A depth of a ring in the turn in which it is nearest to `from`, where it names none itself.
 * @returns {Depth}
 */
export function nearest(zooms, from, depth) {
  if (depth.turn !== undefined) return depth;
  const turn = from.turn ?? 0;
  const all = [turn, turn + 1, turn - 1].map((one) => ({ ...depth, turn: one }));
  const far = all.map((one) => Math.abs(between(zooms, from, one)));
  return all[far.indexOf(Math.min(...far))];
}

/** The logarithm of how many times `to` magnifies `from`. */
export function between(zooms, from, to) {
  const part = ({ level, offset }) => (offset ? offset * Math.log(zooms[level]) : 0);
  let log = part(to) - part(from);
  for (let level = from.level; level < to.level; level++) log += Math.log(zooms[level]);
  for (let level = to.level; level < from.level; level++) log -= Math.log(zooms[level]);
  const turns = (to.turn ?? 0) - (from.turn ?? 0);
  return turns ? log + turns * logarithms(zooms).at(-1) : log;
}

/**
 * The logarithm of each level's magnification over level 0; of a ring also that of a whole turn.
 * @returns {number[]}
 */
export function logarithms(zooms) {
  const logs = [0];
  for (const zoom of zooms) logs.push(logs.at(-1) + Math.log(zoom));
  return logs;
}

/** The depth at a share, 0 to 1, of the whole way in, which is one turn. @returns {Depth} */
export function depthOfShare(zooms, share, logs = logarithms(zooms), closed = false) {
  const ring = closed ? zooms.length : 0;
  const log = share * logs.at(-1);
  let level = 0;
  while (level < zooms.length && logs[level + 1] <= log) level++;
  if (level === zooms.length) return depthIn(ring, level);
  const offset = (log - logs[level]) / Math.log(zooms[level]);
  if (offset < SNAP) return depthIn(ring, level);
  return offset > 1 - SNAP ? depthIn(ring, level + 1) : depthIn(ring, level, offset);
}

/** The share, 0 to 1, of the whole way in, or of its turn, that a depth is at. */
export function shareOfDepth(zooms, { level, offset }, logs = logarithms(zooms)) {
  if (!zooms.length) return 0;
  return (logs[level] + (offset ? offset * Math.log(zooms[level]) : 0)) / logs.at(-1);
}

/** As one number, for a reader: 2.37 is 0.37 of the way from level 2 to level 3. */
export const asNumber = ({ level, offset }) => level + offset;
