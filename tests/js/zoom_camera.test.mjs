/** The camera beside its course: a pan goes as far as level 0 does, and no further. */

import assert from "node:assert/strict";
import test from "node:test";

import { Camera, FURTHEST, STRAIGHT } from "../../web/zoom/camera.mjs";
import { rooms } from "../../web/zoom/course.mjs";
import { depthAt, travel } from "../../web/zoom/depth.mjs";
import { placement } from "../../web/zoom/geometry.mjs";
import { clamp } from "../../web/zoom/numbers.mjs";
import { WHOLE, fromChild, inside, size, toChild } from "../../web/zoom/span.mjs";
import { random } from "./random.mjs";
import { near, shared } from "./shared.mjs";

const AXES = ["columns", "rows"];
const { pure } = shared.geometries;

/** Any geometry of four levels. */
function anyGeometry(next) {
  const zooms = [0, 1, 2].map(() => 1.2 + 6 * next());
  const within = (zoom) => 0.5 / zoom + (1 - 1 / zoom) * next();
  return { width: 4, height: 3, zooms, focus: zooms.map((zoom) => [within(zoom), within(zoom)]) };
}

const anyDepth = (next) => depthAt(Math.floor(3 * next()), next());

test("the room around a level is level 0, seen from the level", () => {
  for (const next of random(50)) {
    const g = anyGeometry(next);
    AXES.forEach((axis, i) => {
      let span = WHOLE;
      rooms(g.zooms, g.focus.map((point) => point[i])).forEach(({ before, after }, level) => {
        near(before, -span.first, `before level ${level}`);
        near(after, span.last - 1, `after level ${level}`);
        if (level < g.zooms.length) span = toChild(span, placement(g, level)[axis]);
      });
    });
  }
});

test("a pan moves the view by shares of it, until it meets the border of level 0", () => {
  for (const next of random(300)) {
    const camera = new Camera(anyGeometry(next));
    const depth = anyDepth(next);
    const pan = { x: next() - 0.5, y: next() - 0.5 };
    const [straight, seen] = [camera.view(depth), camera.view(depth, pan)];
    const held = camera.held(depth, pan);
    AXES.forEach((axis, i) => {
      const { before, after } = camera.axes[i].room[depth.level];
      const width = size(straight[axis]);
      const wanted = straight[axis].first + (i ? pan.y : pan.x) * width;
      const first = clamp(wanted, -before, 1 + after - width);
      near(seen[axis].first, first, axis);
      near(size(seen[axis]), width, axis);
      near(i ? held.y : held.x, (first - straight[axis].first) / width, axis);
    });
  }
});

test("a pan never shows what lies outside of the widest level", () => {
  for (const g of Object.values(shared.geometries).filter(({ closed }) => !closed)) {
    const camera = new Camera(g);
    const pan = camera.held(depthAt(0), { x: 0.4, y: -0.4 });
    near(pan.x, 0, "x");
    near(pan.y, 0, "y");
    if (!g.zooms.length) continue;
    const view = camera.view(depthAt(0, 0.5), { x: 0.5, y: 0.5 });
    assert.ok(inside(view.rows) && inside(view.columns));
  }
});

test("no pan takes the course's centre off the screen", () => {
  const { x, y } = new Camera(pure).held(depthAt(3), { x: 9, y: -9 });
  assert.deepEqual([x, y].map((pan) => Math.round(pan * 1e9) / 1e9), [FURTHEST, -FURTHEST]);
});

/** A point of a view, and the view's width, in level 0. */
function inLevel0(g, axis, { level }, span, share) {
  let [point, whole] = [{ first: span.first + share * size(span), last: 0 }, span];
  while (level > 0) {
    const place = placement(g, --level)[axis];
    [point, whole] = [fromChild(point, place), fromChild(whole, place)];
  }
  return { point: point.first, width: size(whole) };
}

test("what lies under the pointer stays there while the course allows it", () => {
  let free = 0;
  for (const next of random(400)) {
    const g = anyGeometry(next);
    const camera = new Camera(g);
    const from = anyDepth(next);
    const pan = camera.held(from, { x: 0.3 * (next() - 0.5), y: 0.3 * (next() - 0.5) });
    const to = travel(g.zooms, from, 3 * (next() - 0.5));
    const pointer = { x: next(), y: next() };
    const there = camera.anchored(from, pan, to, pointer);
    const [before, after] = [camera.view(from, pan), camera.view(to, there)];
    AXES.forEach((axis, i) => {
      const room = camera.axes[i].room[to.level];
      const { first, last } = after[axis];
      const bound = Math.max(Math.abs(pan.x), Math.abs(pan.y), 0.25);
      if (Math.abs(i ? there.y : there.x) > bound - 1e-6) return;
      if (first < -room.before + 1e-6 || last > 1 + room.after - 1e-6) return;
      free += 1;
      const share = i ? pointer.y : pointer.x;
      const was = inLevel0(g, axis, from, before[axis], share);
      const is = inLevel0(g, axis, to, after[axis], share);
      near((is.point - was.point) / is.width, 0, axis, 1e-6);
    });
  }
  assert.ok(free > 100);
});

test("zooming in takes the view no further off the course than a quarter, or than it is", () => {
  const camera = new Camera(pure);
  const from = depthAt(1, 0.2);
  const to = travel(pure.zooms, from, 0.9);
  const corner = { x: 0.98, y: 0.02 };
  const near_ = camera.anchored(from, STRAIGHT, to, corner);
  near(near_.x, 0.25);
  near(near_.y, -0.25);
  const far = camera.anchored(from, { x: 0.4, y: 0 }, to, { x: 0.98, y: 0.5 });
  near(far.x, 0.4);
});
