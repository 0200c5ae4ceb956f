/**
 * Where the camera looks: the course of zoomstack/film/camera.py, and a pan beside it.
 *
 * The pan is in widths of the view, so that it is the same on the screen at every depth. A view
 * never shows what lies outside of the widest level.
 *
 * @import { Depth } from "./depth.mjs"
 * @import { Geometry } from "./geometry.mjs"
 * @import { Span } from "./span.mjs"
 * @typedef {{x: number, y: number}} Point
 * @typedef {{rows: Span, columns: Span}} View in the frame of the depth's level
 */

import { centre, course, rooms } from "./course.mjs";
import { deeper, depthIn, levelsIn } from "./depth.mjs";
import { placement, ringOf } from "./geometry.mjs";
import { clamp } from "./numbers.mjs";
import { WHOLE, fromChild, moved, size, toChild } from "./span.mjs";

/** How far, in widths of the view, the course's centre may lie from the screen's. */
export const FURTHEST = 0.5;
/** Zooming in at the pointer moves the view off the course by no more than this. */
const DRIFT = 0.25;

export const STRAIGHT = Object.freeze({ x: 0, y: 0 });

export class Camera {
  /** @param {Geometry} geometry */
  constructor(geometry) {
    const { zooms, focus, closed } = geometry;
    this.geometry = geometry;
    this.axes = ["x", "y"].map((_, axis) => {
      const at = focus.map((point) => point[axis]);
      const room = rooms(zooms, at, closed);
      return { room, drifts: course(zooms, at, room, closed) };
    });
  }

  /** What the camera sees at a depth, panned. @param {Depth} depth @returns {View} */
  view(depth, pan = STRAIGHT) {
    const [columns, rows] = this.axes.map((axis, i) => {
      const span = this.#straight(axis, depth);
      const shift = (i ? pan.y : pan.x) * size(span);
      return shift ? within(moved(span, shift), axis.room[depth.level]) : span;
    });
    return { rows, columns };
  }

  /** The pan that is nearest to `pan` and allowed at a depth. @returns {Point} */
  held(depth, pan, furthest = FURTHEST) {
    const [x, y] = this.axes.map((axis, i) => {
      const wanted = clamp(i ? pan.y : pan.x, -furthest, furthest);
      const span = this.#straight(axis, depth);
      const seen = within(moved(span, wanted * size(span)), axis.room[depth.level]);
      return (seen.first - span.first) / size(span);
    });
    return { x, y };
  }

  /**
   * The pan after moving from one depth to another that keeps what lies under the point `at` of
   * the screen, from (0, 0) to (1, 1), where it is, as far as the course allows.
   * @returns {Point}
   */
  anchored(from, pan, to, at) {
    const seen = this.view(from, pan);
    const straight = this.view(to);
    const [x, y] = ["columns", "rows"].map((axis, i) => {
      const share = i ? at.y : at.x;
      const point = seen[axis].first + share * size(seen[axis]);
      const there = this.#carried(axis, point, from, to);
      return (there - straight[axis].first) / size(straight[axis]) - share;
    });
    const away = Math.max(Math.abs(pan.x), Math.abs(pan.y));
    return this.held(to, { x, y }, deeper(from, to) > 0 ? Math.max(away, DRIFT) : FURTHEST);
  }

  /** A point of one level's frame in another's. */
  #carried(axis, point, from, to) {
    const ring = ringOf(this.geometry);
    const [start, end] = [from, to].map((depth) => levelsIn(ring, depth));
    const place = (at) => placement(this.geometry, depthIn(ring, at).level)[axis];
    let span = { first: point, last: point };
    for (let at = start; at < end; at++) span = toChild(span, place(at));
    for (let at = start; at > end; at--) span = fromChild(span, place(at - 1));
    return span.first;
  }

  #straight({ room, drifts }, { level, offset }) {
    if (offset === 0) return WHOLE;
    const half = drifts[level].zoom ** -offset / 2;
    const { before, after } = room[level];
    // The course is bent to stay inside; this only takes away what rounding leaves.
    const at = clamp(centre(drifts[level], offset), half - before, 1 + after - half);
    return { first: at - half, last: at + half };
  }
}

/** The view moved back until level 0 fills it. */
function within(span, { before, after }) {
  if (span.first < -before) return moved(span, -before - span.first);
  return span.last > 1 + after ? moved(span, 1 + after - span.last) : span;
}
