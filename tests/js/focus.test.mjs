/**
 * The box stays in its picture, says what Python's Geometry says, and is written where it belongs.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  boxOf, drawn, LEAST_ZOOM, MOST_ZOOM, moved, oppositeCorner, shrunk, tidy,
} from "../../web/focus/box.mjs";
import { below, placeIn, withPlace } from "../../web/focus/write.mjs";
import { misplaced } from "../../web/zoom/geometry.mjs";
import { random } from "./random.mjs";

const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test("a box is 1/p of the picture around the focus", () => {
  const { left, top, side } = boxOf({ zoom: 4, focus: [0.4, 0.625] });
  near(left, 0.275);
  near(top, 0.5);
  near(side, 0.25);
});

test("whatever is done to it, the level stays where a ladder may have it", () => {
  for (const next of random(500)) {
    const any = () => 3 * next() - 1;
    const sign = () => (next() < 0.5 ? -1 : 1);
    let place = tidy({ zoom: 1 + 80 * next() ** 3, focus: [any(), any()] });
    const done = [
      () => moved(place, any(), any()),
      () => shrunk(place, 3 * next()),
      () => drawn([next(), next()], [any(), any()]),
      () => drawn(oppositeCorner(place, [sign(), sign()]), [any(), any()]),
    ];
    for (let step = 0; step < 4; step++) {
      place = done[Math.floor(next() * done.length)]();
      assert.equal(misplaced(1, place.zoom, place.focus), null);
      assert.ok(LEAST_ZOOM <= place.zoom && place.zoom <= MOST_ZOOM);
    }
  }
});

test("a box that is drawn begins at its corner, and its size is the longer way", () => {
  const place = drawn([0.25, 0.25], [0.5, 0.4]);
  assert.deepEqual(place, { zoom: 4, focus: [0.375, 0.375] });
  assert.deepEqual(drawn([0.5, 0.5], [0.25, 0.3]), { zoom: 4, focus: [0.375, 0.375] });
});

test("a corner that is dragged leaves the opposite one where it is", () => {
  const before = { zoom: 2, focus: [0.5, 0.5] };
  const { left, top } = boxOf(drawn(oppositeCorner(before, [1, 1]), [0.5, 0.5]));
  near(left, 0.25);
  near(top, 0.25);
});

test("a box grows towards the pointer, as far as the picture goes", () => {
  assert.deepEqual(drawn([0.25, 0.75], [0.5, 0.6]), { zoom: 4, focus: [0.375, 0.625] });
  assert.deepEqual(drawn([0.9, 0.5], [3, 0.5]), { zoom: 10, focus: [0.95, 0.55] });
  assert.deepEqual(drawn([0, 0], [1, 1]), { zoom: LEAST_ZOOM, focus: [0.477, 0.477] });
});

test("right is right, down is down, and smaller is a larger factor", () => {
  const place = { zoom: 4, focus: [0.5, 0.4] };
  assert.deepEqual(moved(place, 0.1, 0.05), { zoom: 4, focus: [0.6, 0.45] });
  assert.deepEqual(shrunk(place, 1.5), { zoom: 6, focus: [0.5, 0.4] });
  assert.deepEqual(oppositeCorner(place, [-1, 1]), [0.625, 0.275]);
});

test("factors near to whole numbers become whole", () => {
  assert.equal(tidy({ zoom: 2.95, focus: [0.5, 0.5] }).zoom, 3);
  assert.equal(tidy({ zoom: 2.8765, focus: [0.5, 0.5] }).zoom, 2.88);
});

const TEXT = "# far\na\n\n[p=3 focus=0.4,0.6]  b\nc\n";

test("the place is read as the node reads it", () => {
  assert.deepEqual(placeIn(TEXT, 2, 1), { zoom: 3, focus: [0.4, 0.6] });
  assert.deepEqual(placeIn(TEXT, 2, 2), { zoom: 2, focus: [0.5, 0.5] });
  assert.equal(placeIn(TEXT, 2, 3), null);
  assert.throws(() => placeIn("", 2, 1), /empty/);
});

test("in the deepest level of a loop lies the widest", () => {
  const loop = `${TEXT}d`.replace("a\n", "[p=5] a\n");
  assert.deepEqual(placeIn(loop, 2, 4, true), { zoom: 5, focus: [0.5, 0.5] });
  const moved = withPlace(loop, 2, 4, { zoom: 5, focus: [0.3, 0.5] });
  assert.equal(moved, loop.replace("[p=5]", "[p=5 focus=0.3,0.5]"));
  assert.deepEqual([below(loop, 3, true), below(loop, 2, true), below(loop, 3, false)], [0, 3, 4]);
});

test("only the level's own line is written, and only what is not as usual", () => {
  const at = (level, place) => withPlace(TEXT, 2, level, place);
  assert.equal(at(1, { zoom: 3, focus: [0.4, 0.6] }), TEXT);
  assert.equal(at(1, { zoom: 4, focus: [0.4, 0.6] }), TEXT.replace("p=3", "p=4"));
  assert.equal(at(1, { zoom: 2, focus: [0.5, 0.5] }), "# far\na\n\nb\nc\n");
  assert.equal(at(2, { zoom: 2, focus: [0.3, 0.5] }), TEXT.replace("c\n", "[focus=0.3,0.5] c\n"));
});
