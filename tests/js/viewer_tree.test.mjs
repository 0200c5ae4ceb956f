/** Trees, the menu of a level, and marks: what of them needs no browser. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Tree, withFiles } from "../../web/viewer/branches.mjs";
import { boxWithin, levelAt } from "../../web/viewer/frames.mjs";
import { branchOf, depthOf, hashOf } from "../../web/viewer/link.mjs";
import { Loader } from "../../web/viewer/loader.mjs";
import { geometryOf, titleOf } from "../../web/viewer/manifest.mjs";
import { Motion } from "../../web/viewer/motion.mjs";
import { Camera } from "../../web/zoom/camera.mjs";
import { near, shared } from "./shared.mjs";

const tree = () => new Tree({ manifest: shared.tree, locate: (file) => file });

test("a branch is a stack like any other, whose beginning is another one's", () => {
  const [trunk, first, second] = tree().sources.map(({ manifest }) => manifest);
  assert.equal(trunk, shared.tree);
  assert.deepEqual(first.files, [
    "level_0.png", "level_1.png", "level_2.png", "branch_1_level_3.png", "branch_1_level_4.png",
  ]); // prettier-ignore
  assert.deepEqual(second.files, [...first.files.slice(0, 4), "branch_2_level_4.png"]);
  assert.deepEqual(first.zooms, [...trunk.zooms.slice(0, 2), 2, 3]);
  assert.deepEqual(first.focus.slice(2), [[0.3, 0.3], [0.5, 0.5]]);
  assert.deepEqual(second.prompts, ["a", "b", "c", "first 3", "second 4"]);
  assert.deepEqual(first.agreement, [...trunk.agreement.slice(0, 2), 30, 30]);
  assert.equal(titleOf(second, 4), "second 4");
});

test("the ways on from a level are there, each once", () => {
  const made = tree();
  assert.deepEqual([made.shared(0, 1), made.shared(0, 2), made.shared(1, 2), made.shared(1, 1)], [2, 2, 3, 4]);
  const ways = (branch, level) => made.targets(branch, level).map((target) => target.branch);
  assert.deepEqual(ways(0, 1), [0]);
  assert.deepEqual(ways(0, 2), [0, 1]);
  assert.deepEqual(ways(2, 2), [0, 2], "the stack that is gone through stands for its own way");
  assert.deepEqual(ways(1, 3), [1, 2]);
  assert.deepEqual(ways(0, 3), [0]);
  assert.deepEqual(ways(2, 4), []);
  const [, target] = made.targets(0, 2);
  assert.deepEqual(target, { branch: 1, zoom: 2, focus: [0.3, 0.3], title: "first 3" });
});

test("a stack alone is a tree of one, and what fits nowhere is refused", () => {
  const alone = new Tree({ manifest: shared.manifests.whole, locate: String });
  assert.equal(alone.sources.length, 1);
  assert.deepEqual(alone.targets(0, 1).map(({ branch }) => branch), [0]);
  const [first] = shared.tree.branches;
  for (const change of [{ of: 1 }, { of: 7 }, { from: 9 }, { from: -1 }, { files: null }]) {
    const manifest = { ...shared.tree, branches: [{ ...first, ...change }] };
    assert.throws(() => new Tree({ manifest, locate: String }), /branch 1 does not say where/);
  }
  const manifest = { ...shared.tree, branches: [{ ...first, zooms: [2] }] };
  assert.throws(() => new Tree({ manifest, locate: String }), /5 levels need 4 zoom factors/);
});

test("prompts that some stacks lack are no others'", () => {
  const manifest = { ...shared.tree, prompts: [] };
  const [trunk, first] = new Tree({ manifest, locate: String }).sources.map((one) => one.manifest);
  assert.deepEqual([titleOf(trunk, 1), titleOf(first, 1), titleOf(first, 3)], ["level 1", "level 1", "first 3"]);
});

test("all files of a tree are put into a page", async () => {
  const made = await withFiles(shared.tree, async (file) => `<${file}>`);
  assert.deepEqual(made.branches[1].files, ["<branch_2_level_4.png>"]);
  assert.equal(made.branches[0].thumbnails.file, "<sheet.jpg>");
  assert.deepEqual(Object.keys(made), Object.keys(shared.tree));
});

test("an address names a branch", () => {
  assert.equal(hashOf({ level: 2, offset: 0.37 }), "#2.37");
  assert.equal(hashOf({ level: 2, offset: 0 }, 3), "#2@3");
  assert.deepEqual([branchOf("#2@3"), branchOf("#2.37"), branchOf("#x@3"), branchOf("")], [3, 0, 0, 0]);
  assert.deepEqual(depthOf("#2.5@3", 9), { level: 2, offset: 0.5 });
  assert.deepEqual(depthOf("#12@1", 9), { level: 9, offset: 0 });
  assert.equal(depthOf("#2@", 9), null);
});

test("levels that are shared keep their pictures, and those that come go on coming", async () => {
  const told = { ready: [], dropped: [], asked: [] };
  const load = (name) => async (level) => {
    told.asked.push(`${name}${level}`);
    await new Promise((done) => setTimeout(done, level === 1 ? 20 : 0));
    return { close() {} };
  };
  const made = new Loader({
    levels: 4, most: 6, load: load("a"), onError() {},
    onReady: (level) => told.ready.push(level), onDrop: (level) => told.dropped.push(level),
  }); // prettier-ignore
  made.look(0);
  await new Promise((done) => setTimeout(done, 5));
  made.renew({ levels: 3, most: 6, load: load("b") }, false, 2);
  assert.deepEqual(told.dropped, [2, 3]);
  made.look(0);
  await new Promise((done) => setTimeout(done, 40));
  assert.deepEqual(told.asked, ["a0", "a1", "a2", "a3", "b2"]);
  assert.deepEqual([...made.held.keys()].sort(), [0, 1, 2]);
});

test("the camera turns into another stack in place, or where it leaves this one", () => {
  const [trunk, first] = tree().sources.map(({ manifest }) => new Camera(geometryOf(manifest)));
  const motion = new Motion(trunk);
  motion.jumpTo({ level: 2, offset: 0.2 });
  const before = trunk.view(motion.depth, motion.pan);
  motion.turnInto(first, 2);
  const after = first.view(motion.depth, motion.pan);
  const span = ({ first: from, last }) => last - from;
  for (const axis of ["rows", "columns"]) {
    near(span(after[axis]), span(before[axis]));
    near(after[axis].first, before[axis].first, axis);
  }
  motion.jumpTo({ level: 4, offset: 0 });
  motion.turnInto(trunk, 2);
  assert.deepEqual([motion.depth, motion.pan], [{ level: 2, offset: 0 }, { x: 0, y: 0 }]);
});

test("a point of the picture means the deepest level that holds it, of those that are meant", () => {
  const whole = { level: 1, left: 0, top: 0, width: 1, height: 1 };
  const frames = [whole, { level: 2, ...boxWithin(whole, 2, [0.5, 0.5]) }];
  frames.push({ level: 3, ...boxWithin(frames[1], 4, [0.75, 0.25]) });
  assert.deepEqual(frames[2], { level: 3, left: 0.5625, top: 0.3125, width: 0.125, height: 0.125 });
  const at = { x: 0.6, y: 0.35 };
  assert.deepEqual(levelAt(frames, at, 0), { level: 1, focus: [0.6, 0.35] });
  assert.deepEqual(levelAt(frames, at, 1), { level: 2, focus: [0.7, 0.2] });
  assert.deepEqual(levelAt(frames, at, Infinity), { level: 3, focus: [0.3, 0.3] });
  assert.deepEqual(levelAt(frames, { x: 0.1, y: 0.9 }, Infinity), { level: 1, focus: [0.1, 0.9] });
});
