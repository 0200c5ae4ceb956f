/** The library in JavaScript against the Python library's own numbers (tests/kit/viewer_numbers.py). */

import assert from "node:assert/strict";
import test from "node:test";

import { Camera } from "../../web/zoom/camera.mjs";
import * as depth from "../../web/zoom/depth.mjs";
import { MIDDLE, TOUCH, placement } from "../../web/zoom/geometry.mjs";
import { MOST_LEVELS } from "../../web/zoom/ladder.mjs";
import { covered, cropped, layersOf, softEdge } from "../../web/zoom/layers.mjs";
import { axis, axisOf } from "../../web/zoom/lens.mjs";
import { DIRECTIONS, EASINGS, wayOf } from "../../web/zoom/path.mjs";
import { SLACK, WHOLE } from "../../web/zoom/span.mjs";
import { near, shared } from "./shared.mjs";

const nearSpan = (span, [first, last], what) => {
  near(span.first, first, `${what} first`);
  near(span.last, last, `${what} last`);
};
const at = ([level, offset]) => depth.depthAt(level, offset);

test("what both libraries name is the same", () => {
  const here = { SLACK, TOUCH, SNAP: depth.SNAP, MIDDLE, MOST_LEVELS, DIRECTIONS };
  assert.deepEqual({ ...here, EASINGS: Object.keys(EASINGS) }, shared.constants);
});

test("a level lies in the one above it where Python puts it", () => {
  for (const { geometry: name, parent, zoom, rows, columns } of shared.placements) {
    const placed = placement(shared.geometries[name], parent);
    for (const [axis_, left] of [["rows", rows], ["columns", columns]]) {
      assert.equal(placed[axis_].zoom, zoom);
      near(placed[axis_].left, left, `${name}, level ${parent + 1}, ${axis_}`);
    }
  }
});

test("a pixel's weights are the film's", () => {
  for (const { count, size: pixels, start, step, matrix } of shared.lenses) {
    const { taps, first, weights } = axis(count, pixels, start, step);
    for (let k = 0; k < count; k++) {
      const row = new Array(pixels).fill(0);
      for (let tap = 0; tap < taps; tap++) row[first[k] + tap] = weights[k * taps + tap];
      matrix[k].forEach((want, j) => near(row[j], want, `row ${k}, column ${j}`));
    }
  }
});

test("the camera's course is the film's", () => {
  for (const { geometry, depth: where, rows, columns } of shared.views) {
    const view = new Camera(shared.geometries[geometry]).view(at(where));
    nearSpan(view.rows, rows, `${geometry} at ${where}, rows`);
    nearSpan(view.columns, columns, `${geometry} at ${where}, columns`);
  }
});

test("the layers of a frame, their place, share and soft edge are the film's", () => {
  for (const { geometry, depth: where, size: [height, width], layers } of shared.layers) {
    const g = shared.geometries[geometry];
    const view = cropped(new Camera(g).view(at(where)), g, width, height);
    const got = layersOf(g, at(where), view);
    assert.deepEqual(got.map((layer) => layer.level), layers.map((layer) => layer.level));
    got.forEach((layer, i) => {
      const what = `${geometry} at ${where}, ${width} x ${height}, level ${layer.level}`;
      nearSpan(layer.rows, layers[i].rows, `${what}, rows`);
      nearSpan(layer.columns, layers[i].columns, `${what}, columns`);
      near(layer.share, layers[i].share, what);
      const [rows, columns] = [covered(layer.rows, height), covered(layer.columns, width)];
      assert.deepEqual([rows.start, rows.stop], layers[i].covered[0], what);
      assert.deepEqual([columns.start, columns.stop], layers[i].covered[1], what);
      const edge = softEdge(layer.rows, rows, height).filter((_, k) => k % 7 === 0);
      edge.forEach((weight, k) => near(weight, layers[i].edge[k], `${what}, edge`, 1e-6));
    });
  }
});

test("a film's moments are the Python path's", () => {
  for (const { zooms, closed, direction, easing, depths } of shared.courses) {
    const last = ["in", "out"].includes(direction) ? depths.length - 1 : depths.length;
    const logs = depth.logarithms(zooms);
    depths.forEach(([level, offset], frame) => {
      const got = depth.depthOfShare(zooms, wayOf(frame / last, direction, easing), logs, closed);
      near(depth.asNumber(got), level + offset, `${direction} ${easing}, frame ${frame}`);
    });
  }
});

test("a wider level stands in for one that has not come yet", () => {
  const g = shared.geometries.pure;
  const view = new Camera(g).view(at([2, 0.3]));
  const levels = (ready) => layersOf(g, at([2, 0.3]), view, ready).map((layer) => layer.level);
  assert.deepEqual(levels((level) => level !== 2), [1, 3]);
  assert.deepEqual(levels((level) => level === 0), [0]);
  assert.deepEqual(levels(() => false), []);
});

test("a part of a frame is seen as the same part of the whole", () => {
  const span = { first: -0.13, last: 0.71 };
  const [count, pixels, start, stop] = [37, 53, 5, 31];
  const whole = axisOf(span, { start: 0, stop: count }, count, pixels);
  const part = axisOf(span, { start, stop }, count, pixels);
  const { taps } = whole;
  assert.equal(part.taps, taps);
  assert.deepEqual(part.first, whole.first.slice(start, stop));
  part.weights.forEach((weight, k) => near(weight, whole.weights[start * taps + k], `weight ${k}`));
});

test("a level at its own size is seen as it is", () => {
  const { taps, first, weights } = axisOf(WHOLE, { start: 0, stop: 11 }, 11, 11);
  weights.forEach((weight, k) => {
    const pixel = Math.floor(k / taps);
    near(weight, Number(first[pixel] + (k % taps) === pixel), `pixel ${pixel}`, 1e-12);
  });
});
