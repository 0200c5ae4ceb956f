/** How the camera moves by itself, and how long a step of it takes. */

import assert from "node:assert/strict";
import test from "node:test";

import { Motion } from "../../web/viewer/motion.mjs";
import { Pace } from "../../web/viewer/pace.mjs";
import { wishesOf } from "../../web/viewer/wishes.mjs";
import { Camera } from "../../web/zoom/camera.mjs";
import { asNumber, depthAt } from "../../web/zoom/depth.mjs";
import { near } from "./shared.mjs";

const motion = (zooms = [2, 4, 3]) => {
  const focus = zooms.map(() => [0.5, 0.5]);
  return new Motion(new Camera({ width: 4, height: 4, zooms, focus }));
};

test("playing keeps its speed across levels, and stops at the end", () => {
  const made = motion();
  made.play();
  const logs = [];
  for (let i = 0; i < 200 && made.step(0.05); i++) logs.push(made.log);
  assert.deepEqual(made.depth, depthAt(3));
  assert.ok(!made.playing);
  const steps = logs.slice(1).map((log, i) => log - logs[i]);
  for (const step of steps) assert.ok(Math.abs(step / (Math.log(24) * 0.05 / 6) - 1) < 1e-6);
  made.play();
  made.step(0.05);
  assert.ok(asNumber(made.depth) < 0.2, "at the end of its way it begins again");
});

test("in and out again goes on for ever", () => {
  const made = motion();
  made.head("in-out");
  made.play();
  const seen = Array.from({ length: 400 }, () => (made.step(0.1), asNumber(made.depth)));
  assert.ok(made.playing && Math.max(...seen) > 2.9 && Math.min(...seen.slice(100)) < 0.1);
});

test("a glide ends exactly where it was sent, on the course", () => {
  const made = motion();
  made.jumpTo(depthAt(1, 0.4));
  made.panBy(0.2, 0.1);
  made.glideTo(depthAt(3), 0.5);
  while (made.step(0.1));
  assert.deepEqual(made.depth, depthAt(3));
  assert.deepEqual([made.pan.x, made.pan.y], [0, 0]);
});

test("the wheel's way is gone in full, however many frames it takes", () => {
  for (const dt of [0.004, 0.016, 0.2]) {
    const made = motion();
    made.zoomBy(1);
    while (made.step(dt));
    assert.ok(Math.abs(made.log - 1) < 1e-3);
  }
});

test("one level has nowhere to go and says so", () => {
  const made = motion([]);
  made.play();
  for (let i = 0; i < 50; i++) made.step(0.1);
  made.zoomBy(1);
  made.step(0.1);
  assert.deepEqual(made.depth, depthAt(0));
});

test("whichever way it plays, it goes on from where it is", () => {
  for (const way of ["in", "out", "in-out"]) {
    for (const last of [1, -1]) {
      const made = motion();
      made.jumpTo(depthAt(1, 0.5));
      made.zoomBy(0.1 * last, undefined, true);
      const before = made.log;
      made.head(way);
      made.play();
      made.step(0.01);
      const sign = way === "in-out" ? last : way === "out" ? -1 : 1;
      const gone = (made.log - before) * sign;
      assert.ok(gone > 0 && gone < 0.05, `${way} after ${last}: ${gone}`);
    }
  }
});

test("twice the speed is twice the way in a time, and the pan goes meanwhile", () => {
  const ways = [1, 2].map((speed) => {
    const made = motion();
    made.jumpTo(depthAt(1));
    made.panBy(0.2, -0.1);
    const before = made.log;
    made.speed = speed;
    made.play();
    for (let i = 0; i < 10; i++) made.step(0.1);
    near(made.pan.x, 0.2 * Math.exp(-2));
    near(made.pan.y, -0.1 * Math.exp(-2));
    return made.log - before;
  });
  near(ways[1], 2 * ways[0]);
});

test("a glide takes the pan along each axis back in step with the way", () => {
  const made = motion();
  made.jumpTo(depthAt(1));
  made.panBy(0.2, 0);
  made.glideTo(depthAt(2), 1);
  made.step(0.5);
  near(made.log, Math.log(2) + Math.log(4) / 2);
  near(made.pan.x, 0.1);
  near(made.pan.y, 0);
});

test("a level is whole on show only where nothing is panned and nothing moves", () => {
  const made = motion();
  made.jumpTo(depthAt(1));
  assert.ok(made.isWhole);
  made.panBy(0, 0.1);
  assert.ok(!made.isWhole);
  made.jumpTo(depthAt(1, 0.5));
  assert.ok(!made.isWhole);
  made.glideTo(depthAt(2));
  made.jumpTo(depthAt(1));
  made.zoomBy(0.2);
  assert.ok(!made.isWhole);
});

test("at an end of the stack the wheel has nothing left to do", () => {
  const made = motion();
  made.jumpTo(depthAt(3));
  made.zoomBy(1);
  assert.equal(made.step(0.05), false);
  assert.ok(made.inwards, "and the way that it went stays the one it went");
});

test("a step goes to the next whole level, and not beyond the last", () => {
  const made = motion();
  const steps = (from, way) => {
    let level;
    made.jumpTo(from);
    const scene = { geometry: made.camera.geometry };
    wishesOf({ motion: made, scene, goTo: (depth) => ({ level } = depth) }).step(way);
    return level;
  };
  const froms = [depthAt(0), depthAt(1), depthAt(1, 0.5), depthAt(3)];
  assert.deepEqual(froms.map((from) => steps(from, 1)), [1, 2, 2, 3]);
  assert.deepEqual(froms.map((from) => steps(from, -1)), [0, 0, 1, 2]);
});

test("a step is never longer than a quarter of a second", () => {
  const pace = new Pace();
  near(pace.tick(1000), 1 / 60);
  near(pace.tick(1040), 0.04);
  near(pace.tick(9000), 0.25);
  pace.rest();
  near(pace.tick(99_000), 1 / 60);
});

test("one slow frame is an accident, two make the pictures of what moves coarser", () => {
  const pace = new Pace();
  for (const now of [0, 90, 100, 190, 200]) pace.tick(now);
  assert.equal(pace.scale(true), 1);
  for (const now of [290, 380]) pace.tick(now);
  near(pace.scale(true), Math.SQRT1_2);
  assert.equal(pace.scale(false), 1);
  for (let now = 2000; now < 20_000; now += 900) pace.tick(now);
  assert.equal(pace.scale(true), 0.25);
});

test("in another stack the camera stays where it is, or at what is deepest there", () => {
  const made = motion([2, 4, 3]);
  const other = (zooms) => motion(zooms).camera;
  made.jumpTo({ level: 2, offset: 0.4 });
  made.play();
  made.take(other([2, 4, 3]));
  assert.ok(made.playing, "of the same levels nothing changes");
  assert.deepEqual(made.depth, { level: 2, offset: 0.4 });
  made.take(other([5, 5, 5, 5]));
  assert.deepEqual([made.depth, made.playing], [{ level: 2, offset: 0.4 }, false]);
  near(made.log, Math.log(25) + 0.4 * Math.log(5));
  made.take(other([2]));
  assert.deepEqual(made.depth, depthAt(1));
});

test("playing takes no longer for levels that were put between two", () => {
  const play = (zooms, bridges) => {
    const focus = zooms.map(() => [0.5, 0.5]);
    const made = new Motion(new Camera({ width: 4, height: 4, zooms, focus, bridges }));
    made.play();
    let steps = 0;
    while (made.step(0.05)) steps++;
    return steps;
  };
  assert.equal(play([2, 2, 2.5, 4], [false, true, true, false, false]), play([10, 4]));
});
