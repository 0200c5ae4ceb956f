/** The library in JavaScript against the Python library's own numbers (tests/viewer_numbers.py). */

import assert from "node:assert/strict";
import test from "node:test";

import { Camera } from "../../web/zoom/camera.mjs";
import * as depth from "../../web/zoom/depth.mjs";
import * as geometry from "../../web/zoom/geometry.mjs";
import { MOST_LEVELS } from "../../web/zoom/ladder.mjs";
import { covered, cropped, layersOf, softEdge } from "../../web/zoom/layers.mjs";
import { axis } from "../../web/zoom/lens.mjs";
import { DIRECTIONS, EASINGS, wayOf } from "../../web/zoom/path.mjs";
import { near, shared } from "./shared.mjs";

const { inside, size } = geometry;
const nearSpan = (span, [first, last], what) => {
  near(span.first, first, `${what} first`);
  near(span.last, last, `${what} last`);
};
const at = ([level, offset]) => depth.depthAt(level, offset);

test("what both libraries name is the same", () => {
  const { SLACK, TOUCH, MIDDLE } = geometry;
  const here = { SLACK, TOUCH, SNAP: depth.SNAP, MIDDLE, MOST_LEVELS, DIRECTIONS };
  assert.deepEqual({ ...here, EASINGS: Object.keys(EASINGS) }, shared.constants);
});

test("a level lies in the one above it where Python puts it", () => {
  for (const { geometry: name, parent, zoom, rows, columns } of shared.placements) {
    const placed = geometry.placement(shared.geometries[name], parent);
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
  for (const { zooms, direction, easing, depths } of shared.courses) {
    const last = direction.includes("-") ? depths.length : depths.length - 1;
    depths.forEach(([level, offset], frame) => {
      const got = depth.depthOfShare(zooms, wayOf(frame / last, direction, easing));
      near(depth.asNumber(got), level + offset, `${direction} ${easing}, frame ${frame}`);
    });
  }
});

test("the way there and back again is no way, at any depth", () => {
  const zooms = new Array(499).fill(2);
  for (const from of [at([0, 0]), at([0, 0.3]), at([250, 0.9]), at([499, 0])]) {
    for (const log of [0.001, 0.7, 33.3]) {
      const sign = from.level === 499 ? -1 : 1;
      const there = depth.travel(zooms, from, sign * log);
      near(depth.between(zooms, from, there), sign * log, "the way");
      const back = depth.travel(zooms, there, -sign * log);
      near(depth.asNumber(back), depth.asNumber(from), "there and back");
    }
  }
});

test("nobody falls out of either end", () => {
  const zooms = [2, 4];
  assert.deepEqual(depth.travel(zooms, at([1, 0.5]), 99), at([2, 0]));
  assert.deepEqual(depth.travel(zooms, at([1, 0.5]), -99), at([0, 0]));
  assert.deepEqual(depth.travel([], at([0, 0]), 1), at([0, 0]));
  assert.deepEqual(depth.travel(zooms, at([0, 0]), Math.log(2)), at([1, 0]));
});

test("what lies under the pointer stays there while the course allows it", () => {
  const g = shared.geometries.pure;
  const camera = new Camera(g);
  const from = at([1, 0.2]);
  const to = depth.travel(g.zooms, from, 0.3);
  const pointer = { x: 0.6, y: 0.45 };
  const pan = camera.anchored(from, { x: 0, y: 0 }, to, pointer);
  const [before, after] = [camera.view(from), camera.view(to, pan)];
  for (const [axis_, share] of [["columns", pointer.x], ["rows", pointer.y]]) {
    const point = (view) => view[axis_].first + share * size(view[axis_]);
    near(point(after), point(before), axis_);
  }
});

test("a pan never shows what lies outside of the widest level", () => {
  for (const g of Object.values(shared.geometries)) {
    const camera = new Camera(g);
    const pan = camera.held(at([0, 0]), { x: 0.4, y: -0.4 });
    near(pan.x, 0, "x");
    near(pan.y, 0, "y");
    if (!g.zooms.length) continue;
    const view = camera.view(at([0, 0.5]), { x: 0.5, y: 0.5 });
    assert.ok(inside(view.rows) && inside(view.columns));
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
