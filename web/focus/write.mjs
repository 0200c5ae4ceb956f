/**
 * The place of a level, read from ladder text and written into it.
 */

import { MIDDLE } from "../zoom/geometry.mjs";
import { parseLadder } from "../zoom/ladder.mjs";
import { read, rowsOf, setRow, write } from "../zoom/rows.mjs";

/** @typedef {import("./box.mjs").Place} Place */

/**
 * Where a level lies in the one above.
 *
 * @param {string} text the ladder
 * @param {number} zoomFactor of the levels that have none of their own
 * @param {number} level from 1; of a loop's N levels the Nth is level 0, which lies in the last
 * @param {boolean} [loop]
 * @returns {Place | null} null where the ladder has no such level
 * @throws {import("../zoom/ladder.mjs").LadderError} where the text does not parse
 */
export function placeIn(text, zoomFactor, level, loop = false) {
  const { zooms, focus } = parseLadder(text, zoomFactor, loop);
  return level <= zooms.length ? { zoom: zooms[level - 1], focus: focus[level - 1] } : null;
}

/**
 * The number of the level that lies in `level`: of the deepest of a loop, the widest.
 *
 * @param {string} text
 * @param {number} level
 * @param {boolean} loop
 */
export function below(text, level, loop) {
  return loop ? (level + 1) % rowsOf(read(text, loop)).length : level + 1;
}

/**
 * The text with a level put elsewhere. What is as usual is not written: the middle, and the zoom
 * factor of the whole ladder.
 *
 * @param {string} text
 * @param {number} zoomFactor
 * @param {number} level as `placeIn`'s
 * @param {Place} place
 * @param {boolean} [loop]
 * @returns {string}
 */
export function withPlace(text, zoomFactor, level, { zoom, focus }, loop = false) {
  const lines = read(text, loop);
  const rows = rowsOf(lines);
  const at = level % rows.length;
  const row = rows[at];
  const change = {};
  if (zoom !== row.zoom) change.zoom = zoom === zoomFactor ? null : zoom;
  const before = row.focus ?? MIDDLE;
  if (focus.some((centre, axis) => centre !== before[axis])) {
    change.focus = focus.every((centre, axis) => centre === MIDDLE[axis]) ? null : focus;
  }
  return write(setRow(lines, at, change));
}
