/** Names of nested frames lie in their frames, in the picture, and over no other's. */

import assert from "node:assert/strict";
import test from "node:test";

import { HEIGHT, corners } from "../../web/viewer/labels.mjs";
import { depthOf, hashOf } from "../../web/viewer/link.mjs";
import { depthAt } from "../../web/zoom/depth.mjs";
import { random } from "./random.mjs";

const picture = { width: 531, height: 353 };

/** The pixels that a name covers. */
function covered({ left, top, width, height }, wide, { right, below }) {
  const [x, y] = [right ? left + width - wide : left, below ? top + height - HEIGHT : top];
  return [x, y, x + wide, y + HEIGHT];
}

test("no two names lie over each other, and each lies in its frame and the picture", () => {
  for (const next of random(300)) {
    const frames = [];
    let box = { left: 0, top: 0, ...picture };
    const names = [];
    for (let i = 0; i < 6; i++) {
      const zoom = 1.2 + 3 * next();
      const [width, height] = [box.width / zoom, box.height / zoom];
      const at = (start, room) => start + room * Math.round(4 * next()) / 4; // corners are likely
      const [left, top] = [at(box.left, box.width - width), at(box.top, box.height - height)];
      box = { left, top, width, height };
      frames.push(box);
      names.push(30 + 90 * next());
    }
    const boxes = corners(frames, names, picture).flatMap((corner, i) => {
      return corner ? [covered(frames[i], names[i], corner)] : [];
    });
    boxes.forEach(([left, top, right, bottom], i) => {
      assert.ok(left >= 0 && top >= 0 && right <= picture.width && bottom <= picture.height);
      for (const other of boxes.slice(0, i)) {
        const apart = right <= other[0] || other[2] <= left || bottom <= other[1] || other[3] <= top;
        assert.ok(apart, String(boxes));
      }
    });
  }
});

test("frames that share a corner write in different ones; one too small writes nowhere", () => {
  const frame = (width, height) => ({ left: 0, top: 0, width, height });
  const places = corners([frame(300, 200), frame(150, 100), frame(30, 20)], [80, 80, 80], picture);
  assert.deepEqual(places[0], { right: false, below: false });
  assert.deepEqual(places[1], { right: false, below: true });
  assert.equal(places[2], null);
});

test("a name that would be out of the picture is written where the frame is seen", () => {
  const outside = { left: -100, top: -50, width: 400, height: 200 };
  assert.deepEqual(corners([outside], [80], picture), [{ right: true, below: true }]);
});

test("an address names a depth in the stack, and what names none is none", () => {
  assert.deepEqual(depthOf("#2.25", 4), depthAt(2, 0.25));
  assert.deepEqual(depthOf("#9", 4), depthAt(4));
  assert.equal(hashOf(depthAt(2, 0.254)), "#2.25");
  assert.equal(hashOf(depthAt(0)), "#0");
  for (const hash of ["", "#", "#top", "#-1", "#1e3", "#NaN", "#1.", "#0x10"]) {
    assert.equal(depthOf(hash, 4), null, hash);
  }
});
