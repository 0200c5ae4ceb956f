/** A closed zoom in the viewer: on for ever, both ways, as exact after a thousand turns as before. */

import assert from "node:assert/strict";
import test from "node:test";

import { checked, geometryOf } from "../../web/viewer/manifest.mjs";
import { framesIn } from "../../web/viewer/borders.mjs";
import { depthOf } from "../../web/viewer/link.mjs";
import { wanted } from "../../web/viewer/loader.mjs";
import { Motion } from "../../web/viewer/motion.mjs";
import { manifestOf } from "../../web/viewer/sheet.mjs";
import { wishesOf } from "../../web/viewer/wishes.mjs";
import { Camera, STRAIGHT } from "../../web/zoom/camera.mjs";
import {
  asNumber, between, deeper, depthAt, depthIn, levelsIn, nearest, travel,
} from "../../web/zoom/depth.mjs";
import { placement } from "../../web/zoom/geometry.mjs";
import { layersOf } from "../../web/zoom/layers.mjs";
import { inside, size, toChild } from "../../web/zoom/span.mjs";
import { random } from "./random.mjs";
import { near, shared } from "./shared.mjs";

const { ring, "ring bent": bent, mixed } = shared.geometries;
const TURN = Math.log(2 * 3.5 * 1.7 * 2.5);
const inRing = (level, offset = 0, turn = 0) => ({ level, offset, turn });
const anyDepth = (next) => inRing(Math.floor(4 * next()), next(), Math.floor(9 * next()) - 4);
const motion = () => new Motion(new Camera(ring));

test("a level counted through the turns is a level and a turn, both ways", () => {
  for (const [at, level, turn] of [[0, 0, 0], [3, 3, 0], [4, 0, 1], [-1, 3, -1], [-9, 3, -3]]) {
    assert.deepEqual(depthIn(4, at, 0.5), inRing(level, 0.5, turn));
    assert.equal(levelsIn(4, depthIn(4, at)), at);
  }
  assert.deepEqual(depthIn(0, 7, 0.5), depthAt(7, 0.5));
});

test("a ring has no end: so much further in is so much deeper, and back again", () => {
  for (const next of random(300)) {
    const from = anyDepth(next);
    const log = 40 * (next() - 0.5);
    const to = travel(ring.zooms, from, log, true);
    near(between(ring.zooms, from, to), log, "the way");
    assert.equal(Math.sign(deeper(from, to)), Math.sign(log));
    const back = travel(ring.zooms, to, -log, true);
    near(levelsIn(4, back) + back.offset, levelsIn(4, from) + from.offset, "there and back");
    const whole = depthIn(4, Math.floor(9 * next()) - 4);
    assert.deepEqual(travel(ring.zooms, from, between(ring.zooms, from, whole), true), whole);
  }
});

test("a thousand turns on everything is as it was", () => {
  const made = motion();
  for (let i = 0; i < 100; i++) made.zoomBy(10 * TURN, undefined, true);
  assert.equal(levelsIn(4, made.depth), 4000);
  assert.ok(made.depth.offset < 1e-9);
  made.jumpTo(depthAt(1, 0.3));
  assert.deepEqual(made.depth, inRing(1, 0.3, 1000));
  near(made.log, 1000 * TURN + Math.log(2) + 0.3 * Math.log(3.5), "the scale", 1e-14);
  for (let i = 0; i < 300; i++) made.zoomBy(-10 * TURN, undefined, true);
  assert.equal(made.depth.turn, -2000);
  near(made.depth.offset, 0.3);
});

test("nobody is told to go round where the short way leads over the seam", () => {
  const { zooms } = ring;
  assert.deepEqual(nearest(zooms, inRing(3, 0.9, 5), depthAt(0)), inRing(0, 0, 6));
  assert.deepEqual(nearest(zooms, inRing(0, 0.1, 5), depthAt(3, 0.8)), inRing(3, 0.8, 4));
  assert.deepEqual(nearest(zooms, inRing(1, 0, 5), depthAt(2)), inRing(2, 0, 5));
  assert.deepEqual(nearest(zooms, inRing(1, 0, 5), inRing(2, 0, 0)), inRing(2, 0, 0));
  const made = motion();
  made.jumpTo(inRing(3, 0.5));
  made.glideTo(depthAt(0, 0.5), 1);
  const logs = [made.log];
  while (made.step(0.1)) logs.push(made.log);
  logs.push(made.log);
  assert.deepEqual(made.depth, inRing(0, 0.5, 1));
  assert.ok(logs.every((log, i) => i === 0 || log >= logs[i - 1]));
});

test("playing keeps its speed over the seam and never stops, in and out", () => {
  for (const [way, sign] of [["in", 1], ["out", -1]]) {
    const made = motion();
    made.head(way);
    made.play();
    let before = made.log;
    for (let i = 0; i < 500; i++) {
      assert.ok(made.step(0.05));
      near(made.log - before, (sign * TURN * 0.05) / 8, way, 1e-9);
      before = made.log;
    }
    assert.equal(made.depth.turn, sign > 0 ? 3 : -4);
  }
});

test("in and out again stays in the turn in which it began", () => {
  const made = motion();
  made.jumpTo(inRing(1, 0, 7));
  made.head("in-out");
  made.play();
  const seen = Array.from({ length: 400 }, () => (made.step(0.1), made.log / TURN));
  assert.ok(Math.max(...seen) > 7.95 && Math.max(...seen) < 8 + 1e-9);
  assert.ok(Math.min(...seen) > 7 - 1e-9 && Math.min(...seen) < 7.05);
});

test("the wheel goes on for ever, both ways", () => {
  for (const log of [1, -1]) {
    const made = motion();
    for (let i = 0; i < 50; i++) {
      made.zoomBy(log);
      while (made.step(0.05));
    }
    near(made.log, 50 * log, "in full", 1e-3);
  }
});

test("steps go round, and the ends are those of the turn", () => {
  const made = motion();
  const told = (from, what) => {
    made.jumpTo(from);
    let to;
    what(wishesOf({ motion: made, scene: { geometry: ring }, goTo: (depth) => (to = depth) }));
    return to;
  };
  assert.deepEqual(told(inRing(3, 0, 2), (wishes) => wishes.step(1)), inRing(0, 0, 3));
  assert.deepEqual(told(inRing(3, 0.4, 2), (wishes) => wishes.step(-1)), inRing(3, 0, 2));
  assert.deepEqual(told(inRing(0, 0, 0), (wishes) => wishes.step(-1)), inRing(3, 0, -1));
  assert.deepEqual(told(inRing(1, 0.2, 9), (wishes) => wishes.end("last")), inRing(3, 0, 9));
  assert.deepEqual(told(inRing(1, 0.2, 9), (wishes) => wishes.end("first")), inRing(0, 0, 9));
});

test("an address leads to any place of the ring, and its end is its beginning", () => {
  assert.deepEqual(depthOf("#3.5", 4, 4), depthAt(3, 0.5));
  assert.deepEqual(depthOf("#4", 4, 4), depthAt(0));
  assert.deepEqual(depthOf("#9", 4, 4), depthAt(0));
  assert.deepEqual(depthOf("#4", 4), depthAt(4));
});

test("pictures come round the ring", () => {
  assert.deepEqual(wanted(5, 5, 4, true, true), [5, 0, 1, 4]);
  assert.deepEqual(wanted(0, 5, 4, false, true), [0, 1, 5, 4]);
  assert.deepEqual(wanted(1, 1, 6, true, true), [1, 0]);
});

test("where a picture has not come, one of the turn before stands in", () => {
  const view = new Camera(ring).view(inRing(0, 0.3));
  const levels = (ready) => layersOf(ring, inRing(0, 0.3), view, ready).map(({ level }) => level);
  assert.deepEqual(levels((level) => level === 2), [2]);
  assert.deepEqual(levels(() => false), []);
  assert.deepEqual(layersOf(ring, inRing(3, 0.3), view).map(({ level }) => level), [3, 0]);
});

test("what lies under the pointer stays there over the seam", () => {
  let free = 0;
  for (const next of random(200)) {
    const camera = new Camera(bent);
    const from = inRing(3, 0.9 + 0.1 * next(), 3);
    const to = travel(bent.zooms, from, 0.3, true);
    assert.equal(to.turn, 4);
    const pointer = { x: next(), y: next() };
    const pan = camera.anchored(from, STRAIGHT, to, pointer);
    if (Math.max(Math.abs(pan.x), Math.abs(pan.y)) > 0.25 - 1e-6) continue;
    free += 1;
    const [before, after] = [camera.view(from), camera.view(to, pan)];
    for (const [axis, share] of [["columns", pointer.x], ["rows", pointer.y]]) {
      const was = toChild(before[axis], placement(bent, 3)[axis]);
      near(
        after[axis].first + share * size(after[axis]),
        was.first + share * size(was), axis, 1e-9,
      ); // prettier-ignore
    }
  }
  assert.ok(free > 20);
});

test("the frames that a picture shows go round, the same level smaller again", () => {
  const deep = { width: 4, height: 4, zooms: [2, 2], focus: [[0.5, 0.5], [0.5, 0.5]], closed: true };
  const scene = { geometry: deep, camera: new Camera(deep), canvas: { width: 4, height: 4 } };
  const frames = framesIn(scene, inRing(1), STRAIGHT);
  assert.deepEqual(frames.map(({ level }) => level), [0, 1, 0, 1]);
  assert.deepEqual(frames.map(({ width }) => width), [0.5, 0.25, 0.125, 0.0625]);
  const wide = { ...scene, geometry: bent, camera: new Camera(bent) };
  let wider = 0;
  for (let offset = 0; offset < 1; offset += 0.05) {
    const { rows, columns } = wide.camera.view(inRing(0, offset));
    if (inside(rows) && inside(columns)) continue;
    wider += framesIn(wide, inRing(0, offset), STRAIGHT)[0].level === 0;
  }
  assert.ok(wider > 0, "level 0 has a border too");
});

test("a ring that is being sampled is shown as one", () => {
  const { width, height, zooms, focus, closed } = ring;
  const grid = { levels: 4, rows: 2, columns: 2, prompts: ["a", "b", "c", "d"] };
  const sheet = { ...grid, width, height, zooms, focus, closed };
  assert.deepEqual(geometryOf(checked(manifestOf(sheet, null))), ring);
});

test("a ring in place of a ladder, and back, leaves the camera at a depth that is there", () => {
  const made = new Motion(new Camera(mixed));
  made.jumpTo(depthAt(4));
  made.take(new Camera(ring));
  assert.deepEqual(made.depth, inRing(3));
  made.jumpTo(inRing(3, 0.5, 2));
  made.take(new Camera(mixed));
  assert.deepEqual(made.depth, depthAt(3, 0.5));
  assert.equal(asNumber(made.depth), 3.5);
});
