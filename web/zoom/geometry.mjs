/**
 * Where each level of a zoom sits inside the one above it, as zoomstack/scene/geometry.py has it.
 *
 * @typedef {{zoom: number, left: number}} Placement one axis of a child's frame: its edge `left`
 *   in its parent's frame, and how many times wider the parent's view is
 * @typedef {{width: number, height: number, zooms: number[], focus: [number, number][],
 *   closed?: boolean, bridges?: boolean[]}} Geometry the frames of `zooms.length + 1` levels of width x height pixels,
 *   widest first; a `closed` one is a ring of `zooms.length`, whose last zoom and focus lead from
 *   the deepest level back to level 0; `bridges` are marks a level, true for one that was put
 *   between two that somebody wrote
 */

import { general } from "./python.mjs";

/** Frames are computed in floating point: one that misses an edge by this much touches it. */
export const TOUCH = 1e-6;

/** The middle of a frame. @type {readonly [number, number]} */
export const MIDDLE = Object.freeze([0.5, 0.5]);

/** How many levels a ring has; 0 of a ladder with an end. @param {Geometry} geometry */
export const ringOf = ({ zooms, closed }) => (closed ? zooms.length : 0);

/** The number of levels. @param {Geometry} geometry */
export const levelsOf = ({ zooms, closed }) => zooms.length + (closed ? 0 : 1);

/** The next deeper level, which the last one of a ring has too. @param {Geometry} geometry */
export const below = (geometry, level) => (level + 1) % (ringOf(geometry) || Infinity);

/**
 * How the level below `parent` sits in it.
 * @returns {{rows: Placement, columns: Placement}}
 */
export function placement({ zooms, focus }, parent) {
  const zoom = zooms[parent];
  const [x, y] = focus[parent];
  return { rows: { zoom, left: y - 0.5 / zoom }, columns: { zoom, left: x - 0.5 / zoom } };
}

/**
 * How near to an edge the centre of a level may come, as a fraction of the picture above it.
 * @param {number} zoom over 1
 */
export function reach(zoom) {
  return 0.5 / zoom;
}

/**
 * Why a level cannot lie there, as one sentence; null where it can.
 *
 * @param {number} level its number, from 0
 * @param {number} zoom its magnification over the level above
 * @param {readonly number[]} focus its centre (x, y) in the level above, each from 0 to 1
 * @returns {string | null}
 */
export function misplaced(level, zoom, focus) {
  if (!(Number.isFinite(zoom) && zoom > 1)) {
    return (
      `Level ${level} has a zoom factor of ${general(zoom)}; ` +
      "it must be a number over 1, such as 2."
    );
  }
  const least = reach(zoom);
  for (const [name, centre] of [["x", focus[0]], ["y", focus[1]]]) {
    if (!(Number.isFinite(centre) && least - TOUCH <= centre && centre <= 1 - least + TOUCH)) {
      return (
        `Level ${level} would leave the level above it: at a zoom factor of ${general(zoom)} its ` +
        `focus ${name} must lie from ${general(least, 4)} to ${general(1 - least, 4)}, ` +
        `not at ${general(centre)}. Move the focus inwards or zoom in further.`
      );
    }
  }
  return null;
}
