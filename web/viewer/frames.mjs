/**
 * Where levels lie in the picture, the one that fills it too, and which of them a point means.
 *
 * @import { Scene } from "./scene.mjs"
 * @typedef {object} Box in shares of the picture; what is left of it, or above, is negative
 * @property {number} left  @property {number} top  @property {number} width  @property {number} height
 * @typedef {Box & {level: number}} Frame
 */

import { size } from "../zoom/span.mjs";
import { filling, framesIn } from "./borders.mjs";

/** The levels in the picture, from the one that fills it on. @param {Scene} scene @returns {Frame[]} */
export function boxesIn(scene, depth, pan) {
  const { level, rows, columns } = filling(scene, depth, pan);
  const fills = {
    level,
    left: -columns.first / size(columns), top: -rows.first / size(rows),
    width: 1 / size(columns), height: 1 / size(rows),
  }; // prettier-ignore
  return [fills, ...framesIn(scene, depth, pan)];
}

/** Where a level of `zoom` about `focus` lies, whose level above lies at a box. @returns {Box} */
export function boxWithin({ left, top, width, height }, zoom, [x, y]) {
  return {
    left: left + (x - 0.5 / zoom) * width,
    top: top + (y - 0.5 / zoom) * height,
    width: width / zoom,
    height: height / zoom,
  };
}

/** Whether a point of the picture lies in a box. @param {Box} box */
export const holds = ({ left, top, width, height }, { x, y }) =>
  x >= left && y >= top && x <= left + width && y <= top + height;

/**
 * The level that a point of the picture means, and where in it the point lies, from 0 to 1: the
 * deepest that holds it, but none after the frame `last`.
 *
 * @param {Frame[]} frames of the picture, widest first
 * @param {{x: number, y: number}} at
 * @param {number} last which one; in a ring a level may be there twice
 * @returns {{level: number, focus: [number, number]}}
 */
export function levelAt(frames, at, last) {
  const meant = frames.filter((one, i) => i === 0 || (i <= last && holds(one, at))).at(-1);
  const share = (value) => Math.min(1, Math.max(0, Number(value.toFixed(4))));
  const focus = [(at.x - meant.left) / meant.width, (at.y - meant.top) / meant.height];
  return { level: meant.level, focus: [share(focus[0]), share(focus[1])] };
}
