/** Where the frames of the levels lie in a picture. */

import assert from "node:assert/strict";
import test from "node:test";

import { framesIn } from "../../web/viewer/borders.mjs";
import { Camera } from "../../web/zoom/camera.mjs";
import { depthAt } from "../../web/zoom/depth.mjs";
import { placement } from "../../web/zoom/geometry.mjs";
import { WHOLE, fromChild, size } from "../../web/zoom/span.mjs";
import { random } from "./random.mjs";
import { near, shared } from "./shared.mjs";

const { mixed, deep } = shared.geometries;
const STILL = { x: 0, y: 0 };

const sceneOf = (geometry) => {
  const { width, height } = geometry;
  return { geometry, camera: new Camera(geometry), canvas: { width, height } };
};

/** A span of a level's frame, in level 0. */
function inLevel0(g, axis, level, span) {
  let here = span;
  while (level > 0) here = fromChild(here, placement(g, --level)[axis]);
  return here;
}

test("a level's frame lies in the one above it where the geometry has it", () => {
  const [first] = framesIn(sceneOf(mixed), depthAt(0), STILL);
  const { rows, columns } = placement(mixed, 0);
  assert.equal(first.level, 1);
  for (const [got, want] of [
    [first.left, columns.left], [first.top, rows.left], [first.width, 0.5], [first.height, 0.5],
  ]) near(got, want); // prettier-ignore
});

test("a frame stays where its level is, whatever the depth and the pan", () => {
  const scene = sceneOf(mixed);
  for (const next of random(200)) {
    const depth = depthAt(Math.floor(next() * mixed.zooms.length), next());
    const pan = { x: 0.6 * (next() - 0.5), y: 0.6 * (next() - 0.5) };
    const view = scene.camera.view(depth, pan);
    for (const { level, left, top, width, height } of framesIn(scene, depth, pan)) {
      for (const [axis, start, long] of [["columns", left, width], ["rows", top, height]]) {
        const seen = inLevel0(mixed, axis, depth.level, view[axis]);
        const frame = inLevel0(mixed, axis, level, WHOLE);
        near(start, (frame.first - seen.first) / size(seen), `${level} ${axis}`, 1e-6);
        near(long, size(frame) / size(seen), `${level} ${axis}`, 1e-6);
      }
      const hidden = left <= 0 && top <= 0 && left + width >= 1 && top + height >= 1;
      assert.ok(!hidden || width === 1, `level ${level} has no border in the picture`);
    }
  }
});

test("a frame whose border shows is there, of wider levels too", () => {
  const scene = sceneOf(mixed);
  let wider = 0;
  for (const next of random(200)) {
    const depth = depthAt(Math.floor(next() * mixed.zooms.length), next());
    const pan = { x: next() - 0.5, y: next() - 0.5 };
    const view = scene.camera.view(depth, pan);
    const found = framesIn(scene, depth, pan).map(({ level }) => level);
    for (let level = 1; level <= mixed.zooms.length; level++) {
      const shows = ["columns", "rows"].map((axis) => {
        const seen = inLevel0(mixed, axis, depth.level, view[axis]);
        const { first, last } = inLevel0(mixed, axis, level, WHOLE);
        if (last - first < 0.04 * size(seen) || first >= seen.last || last <= seen.first) return null;
        return first > seen.first + 1e-9 || last < seen.last - 1e-9;
      });
      if (shows.includes(null) || !shows.includes(true)) continue;
      assert.ok(found.includes(level), `level ${level} at ${depth.level} + ${depth.offset}`);
      wider += level <= depth.level;
    }
  }
  assert.ok(wider > 10);
});

test("frames too small to be seen are left out", () => {
  const found = framesIn(sceneOf(deep), depthAt(20), STILL);
  assert.deepEqual(found.map(({ level }) => level), [21, 22, 23, 24]);
});
