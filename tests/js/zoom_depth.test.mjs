/** Depth: a whole level and a part of one, as exact at 10^150 as at 1. */

import assert from "node:assert/strict";
import test from "node:test";

import {
  asNumber, between, depthAt, depthOfShare, logarithms, shareOfDepth, travel,
} from "../../web/zoom/depth.mjs";
import { clamp } from "../../web/zoom/numbers.mjs";
import { random } from "./random.mjs";
import { near } from "./shared.mjs";

const anyZooms = (next) => Array.from({ length: 1 + Math.floor(9 * next()) }, () => 1.1 + 9 * next());

test("the way there and back again is no way, at any depth", () => {
  const zooms = new Array(499).fill(2);
  for (const from of [depthAt(0), depthAt(0, 0.3), depthAt(250, 0.9), depthAt(499)]) {
    for (const log of [0.001, 0.7, 33.3]) {
      const sign = from.level === 499 ? -1 : 1;
      const there = travel(zooms, from, sign * log);
      near(between(zooms, from, there), sign * log, "the way");
      const back = travel(zooms, there, -sign * log);
      near(asNumber(back), asNumber(from), "there and back");
    }
  }
});

test("nobody falls out of either end", () => {
  const zooms = [2, 4];
  assert.deepEqual(travel(zooms, depthAt(1, 0.5), 99), depthAt(2));
  assert.deepEqual(travel(zooms, depthAt(1, 0.5), -99), depthAt(0));
  assert.deepEqual(travel([], depthAt(0), 1), depthAt(0));
  assert.deepEqual(travel(zooms, depthAt(0), Math.log(2)), depthAt(1));
});

test("the way to a level ends on it to the last bit", () => {
  for (const next of random(200)) {
    const zooms = anyZooms(next);
    const from = depthAt(Math.floor(next() * zooms.length), next());
    for (let level = 0; level <= zooms.length; level++) {
      assert.deepEqual(travel(zooms, from, between(zooms, from, depthAt(level))), depthAt(level));
    }
  }
});

test("the share of the way that a level is at is that level to the last bit", () => {
  for (const next of random(200)) {
    const zooms = anyZooms(next);
    const logs = logarithms(zooms);
    logs.forEach((log, level) => {
      for (const off of [-1e-15, 0, 1e-15]) {
        const share = clamp(log / logs.at(-1) + off, 0, 1);
        assert.deepEqual(depthOfShare(zooms, share, logs), depthAt(level));
        near(shareOfDepth(zooms, depthAt(level)), share);
      }
    });
    const share = next();
    near(shareOfDepth(zooms, depthOfShare(zooms, share)), share);
  }
});
