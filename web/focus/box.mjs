/**
 * The frame of a level in the picture above it, as a box that one can draw, move and resize.
 * Lengths are fractions of the picture: both have one aspect, so the frame is as high as wide.
 */

import { MIDDLE, reach } from "../zoom/geometry.mjs";
import { clamp } from "../zoom/numbers.mjs";

/**
 * How a level lies in the one above, its magnification and its centre; and where its edges are,
 * from 0 (left, top) to 1.
 *
 * @typedef {{zoom: number, focus: [number, number]}} Place
 * @typedef {{left: number, top: number, side: number}} Box
 */

export const LEAST_ZOOM = 1.05;
export const MOST_ZOOM = 64;
const GRID = 1000; // a focus has three decimals
const SNAP = 0.08; // a factor this near to a whole number becomes it: latent models like those best

/** @param {Place} place @returns {Box} */
export function boxOf({ zoom, focus: [x, y] }) {
  const side = 1 / zoom;
  return { left: x - side / 2, top: y - side / 2, side };
}

/**
 * The nearest place that can be written down: inside the picture, with few decimals.
 *
 * @param {Place} place
 * @returns {Place}
 */
export function tidy({ zoom, focus: [x, y] }) {
  const whole = Math.round(zoom);
  const near = whole > 1 && Math.abs(zoom - whole) < SNAP;
  const factor = near ? whole : Math.round(100 * clamp(zoom, LEAST_ZOOM, MOST_ZOOM)) / 100;
  return { zoom: factor, focus: [inside(x, factor), inside(y, factor)] };
}

/** @param {Place} place @param {number} right @param {number} down @returns {Place} */
export function moved({ zoom, focus: [x, y] }, right, down) {
  return tidy({ zoom, focus: [x + right, y + down] });
}

/** The box around the same centre, `factor` times smaller. @param {Place} place @returns {Place} */
export function shrunk({ zoom, focus }, factor) {
  return tidy({ zoom: clamp(zoom * factor, LEAST_ZOOM, MOST_ZOOM), focus });
}

/**
 * The box from a corner that stays to where the pointer is, within the picture.
 *
 * @param {[number, number]} corner
 * @param {[number, number]} pointer
 * @returns {Place}
 */
export function drawn(corner, pointer) {
  const signs = corner.map((from, axis) => (pointer[axis] < from ? -1 : 1));
  const wanted = Math.max(...corner.map((from, axis) => Math.abs(pointer[axis] - from)));
  const room = Math.min(...corner.map((from, axis) => (signs[axis] < 0 ? from : 1 - from)));
  const least = 1 / MOST_ZOOM;
  const side = clamp(wanted, least, Math.max(room, least));
  const { zoom } = tidy({ zoom: 1 / side, focus: [...MIDDLE] });
  const half = 0.5 / zoom;
  return tidy({ zoom, focus: [corner[0] + signs[0] * half, corner[1] + signs[1] * half] });
}

/**
 * The corner of a box that stays while the opposite one is dragged.
 *
 * @param {Place} place
 * @param {[-1 | 1, -1 | 1]} dragged which corner moves: -1 left or top, 1 right or bottom
 * @returns {[number, number]}
 */
export function oppositeCorner({ zoom, focus: [x, y] }, [right, down]) {
  return [x - (right * 0.5) / zoom, y - (down * 0.5) / zoom];
}

/** A centre on the grid that keeps the level inside. @param {number} centre @param {number} zoom */
function inside(centre, zoom) {
  const least = Math.ceil(reach(zoom) * GRID - 1e-9) / GRID;
  return clamp(Math.round(centre * GRID) / GRID, least, 1 - least);
}
