/**
 * The levels that make a frame, and where each lies in it; the rules of zoomstack/film/layers.py.
 *
 * Between two levels the deeper one fades in over the first `FADE` of the way and has a soft edge
 * inside its frame: `FEATHER` of its size at most, and never more than lies outside of it, so
 * that it is whole when it fills the frame. Where the camera leaves a level, wider ones show what
 * is there.
 *
 * @import { Depth } from "./depth.mjs"
 * @import { View } from "./camera.mjs"
 * @import { Geometry } from "./geometry.mjs"
 * @import { Span } from "./span.mjs"
 * @typedef {{level: number, rows: Span, columns: Span, share: number}} Layer what the frame shows
 *   in the level's own frame, and the level's share against the levels above it
 */

import { TURNS } from "./course.mjs";
import { TOUCH, below, placement, ringOf } from "./geometry.mjs";
import { rise } from "./smooth.mjs";
import { SLACK, fromChild, inside, middle, size, toChild } from "./span.mjs";

export const FADE = 0.6;
export const FEATHER = 0.3;

/** The middle of a view of the levels' aspect ratio that a frame of width x height pixels shows. */
export function cropped({ rows, columns }, geometry, width, height) {
  const aspect = (width * geometry.height) / (height * geometry.width);
  return {
    rows: middle(rows, Math.min(1, 1 / aspect)),
    columns: middle(columns, Math.min(1, aspect)),
  };
}

/**
 * The layers of a frame, widest first; the first one fills it.
 *
 * `ready(level)`: whether the level's picture is at hand; a wider one stands in for one that is
 * not, and no layer is the answer where none is. In a ring there is always a wider one.
 *
 * @param {Geometry} geometry
 * @param {Depth} depth
 * @param {View} view already cropped to the frame's aspect ratio
 * @returns {Layer[]}
 */
export function layersOf(geometry, { level, offset }, { rows, columns }, ready = () => true) {
  const layers = [];
  if (ready(level)) layers.push({ level, rows, columns, share: 1 });
  const child = below(geometry, level);
  if (offset > 0 && ready(child)) {
    const place = placement(geometry, level);
    layers.push({
      level: child,
      rows: toChild(rows, place.rows),
      columns: toChild(columns, place.columns),
      share: rise(offset / FADE),
    });
  }
  let filled = ready(level);
  let wider = level + TURNS * ringOf(geometry);
  while (wider > 0 && !(filled && inside(rows) && inside(columns))) {
    const parent = --wider % geometry.zooms.length;
    const place = placement(geometry, parent);
    rows = fromChild(rows, place.rows);
    columns = fromChild(columns, place.columns);
    if (!ready(parent)) continue;
    filled = true;
    layers.unshift({ level: parent, rows, columns, share: 1 });
  }
  return layers;
}

/** The pixels, of `count`, that lie wholly inside the level. */
export function covered(span, count) {
  const scale = count / size(span);
  const start = Math.max(0, Math.ceil(-span.first * scale - TOUCH));
  const stop = Math.min(count, Math.floor((1 - span.first) * scale + TOUCH));
  return { start, stop: Math.max(start, stop) };
}

/**
 * The weight of a level's pixels `start` to `stop`, of `count`, rising from 0 at each border that
 * the frame shows. The rise is as wide as what the frame shows beyond that border, so no level
 * pops in where it comes to fill the frame.
 * @returns {Float32Array}
 */
export function softEdge(span, { start, stop }, count) {
  const weight = new Float32Array(stop - start);
  const before = -span.first;
  const after = span.last - 1;
  for (let k = 0; k < weight.length; k++) {
    const at = span.first + ((start + k + 0.5) * size(span)) / count;
    weight[k] =
      (before > SLACK ? rise(at / Math.min(FEATHER, before)) : 1) *
      (after > SLACK ? rise((1 - at) / Math.min(FEATHER, after)) : 1);
  }
  return weight;
}
