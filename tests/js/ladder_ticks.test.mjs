/**
 * Magnifications that no number holds, and rulers of powers of ten.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { decades, ticks } from "../../web/ladder/ticks.mjs";
import { magnification, tenTo } from "../../web/page/magnification.mjs";

test("magnifications multiply down the ladder", () => {
  const [zero, two, ten] = decades([2, 5]);
  assert.deepEqual([zero, Math.round(ten * 1e9) / 1e9], [0, 1]);
  assert.equal(magnification(two), "×2");
  assert.equal(decades(Array(255).fill(64)).at(-1) > 400, true);
});

test("a magnification is short at every size", () => {
  const values = [1, 2.5, 3.14159, 16, 128, 4096, 9999, 65536, 1e9, 9.96e9, 1e40];
  const said = values.map((value) => magnification(Math.log10(value)));
  assert.deepEqual(said, [
    "×1", "×2.5", "×3.14", "×16", "×128", "×4096", "×9999",
    "×6.6·10⁴", "×10⁹", "×10¹⁰", "×10⁴⁰",
  ]);
  assert.equal(magnification(462.3), "×2·10⁴⁶²");
});

test("powers of ten are printed as such", () => {
  assert.deepEqual([3, 0, -12].map(tenTo), ["10³", "1", "10⁻¹²"]);
});

test("the ruler goes from 10^k to 10^-k around the level that is 1", () => {
  const levels = decades([10, 10, 10, 10]);
  const places = [0, 100, 200, 300, 400];
  const found = ticks(levels, places, 2);
  assert.deepEqual(found.map((tick) => tick.label), ["10²", "10¹", "1", "10⁻¹", "10⁻²"]);
  assert.deepEqual(found.map((tick) => tick.at), places);
  assert.ok(found.every((tick) => tick.major));
});

test("ticks lie between rows in proportion to the logarithm", () => {
  const found = ticks(decades([100, 10]), [0, 80, 100], 0, 5);
  assert.deepEqual(found.map((tick) => Math.round(tick.at)), [0, 40, 80, 100]);
});

test("labels keep their distance, ticks need not", () => {
  const deep = ticks(decades(Array(40).fill(10)), Array.from({ length: 41 }, (_, i) => i * 10));
  const labelled = deep.filter((tick) => tick.major);
  assert.equal(deep.length, 41);
  assert.deepEqual(labelled.slice(0, 3).map((tick) => tick.label), ["1", "10⁻³", "10⁻⁶"]);
  for (let i = 1; i < labelled.length; i++) assert.ok(labelled[i].at - labelled[i - 1].at >= 24);
});

test("labels that are just far enough apart are both there", () => {
  const places = Array.from({ length: 41 }, (_, level) => level * 10);
  const found = ticks(decades(Array(40).fill(10)), places, 0, 30).filter((tick) => tick.major);
  assert.deepEqual(found.slice(0, 2).map((tick) => tick.at), [0, 30]);
});

test("a level that is gone leaves its 1 to the deepest", () => {
  const levels = decades([10, 10]);
  assert.deepEqual(ticks(levels, [0, 50, 100], 9), ticks(levels, [0, 50, 100], 2));
});

test("one level or none has a ruler too", () => {
  assert.deepEqual(ticks([], []), []);
  assert.deepEqual(ticks([0], [12]).map((tick) => [tick.label, tick.at]), [["1", 12]]);
});
