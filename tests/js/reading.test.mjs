/**
 * Answers are read in the browser as a person reads them, and as Python does.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { parseLadder } from "../../web/zoom/ladder.mjs";
import { LadderError, isPlain, parseRung } from "../../web/zoom/reading/brackets.mjs";
import { readPlain } from "../../web/zoom/reading/plain.mjs";
import { read } from "../../web/zoom/reading/read.mjs";
import { asTyped, isAnswer, read as lines, rowsOf, setRow, write } from "../../web/zoom/rows.mjs";

const { answers, plain } = JSON.parse(
  readFileSync(new URL("answers.json", import.meta.url), "utf-8"),
);
const said = (rungs) =>
  rungs.map(({ prompt, zoom, focus }) => [prompt, zoom, ...(focus ? [focus] : [])]);

for (const { name, text, rungs } of answers) {
  test(`reads ${name}`, () => {
    assert.deepEqual(said(read(text).rungs), rungs);
  });
}

test("rows of an answer say what the answer says, and are a plain ladder", () => {
  for (const { name, text, rungs } of answers) {
    const rows = lines(text);
    assert.deepEqual(said(rowsOf(rows)), rungs, name);
    assert.ok(!isAnswer(write(rows)), name);
    assert.deepEqual(said(read(write(rows)).rungs), rungs, name);
  }
});

test("a plain ladder is read as it stands", () => {
  for (const text of plain) {
    const { rungs, notes, answer } = read(text);
    assert.deepEqual({ rungs, notes, answer }, { rungs: readPlain(text), notes: [], answer: false });
    assert.equal(write(lines(text)), text);
  }
});

test("settings are read in any order, and a seed to its last digit", () => {
  const inside = "seed=18446744073709551615 steps=20%-0.8 p=3 weight=.5 cfg=7 focus=0.4,0.6";
  const { zoom, focus, settings } = parseRung(1, `[${inside}] a`);
  assert.deepEqual({ zoom, focus }, { zoom: 3, focus: [0.4, 0.6] });
  const seed = "18446744073709551615";
  assert.deepEqual(settings, { cfg: 7, seed, weight: 0.5, steps: [0.2, 0.8] });
  assert.deepEqual(parseLadder("[cfg=5] a\nb").settings.map(isPlain), [false, true]);
  assert.deepEqual(parseLadder("[weight=1] a\nb").settings, []);
});

test("settings out of their range are refused", () => {
  for (const inside of [
    "cfg=101", "cfg=-1", "seed=18446744073709551616", "seed=-1", "seed=1.5", "weight=0",
    "weight=101", "steps=5-10", "steps=0.8-0.2", "steps=0.5-0.5", "steps=0.5",
  ]) {
    assert.throws(() => parseRung(4, `[p=2 ${inside}] a`), LadderError, inside);
    assert.throws(() => parseRung(4, `[p=2 ${inside}] a`), /^Error: Line 4, column 6: /, inside);
  }
});

test("a row's settings are written into its brackets, and taken out where they are plain", () => {
  const change = (line, settings) => write(setRow(lines(`a\n${line}`), 1, { settings })).slice(2);
  assert.equal(change("b", { cfg: 7 }), "[cfg=7] b");
  assert.equal(change("[p=3 focus=0.4,0.6] b", { seed: "42" }), "[p=3 focus=0.4,0.6 seed=42] b");
  assert.equal(change("[p=3 cfg=7] b", { cfg: null, weight: 0.5 }), "[p=3 weight=0.5] b");
  assert.equal(change("[steps=20%-80%] b", { steps: [0.25, 1] }), "[steps=0.25-1] b");
  assert.equal(change("[steps=0.2-0.8] b", { steps: [0, 1] }), "b");
  const moved = setRow(lines("a\n[p=3 seed=7] b"), 1, { prompt: "c" });
  assert.equal(write(moved), "a\n[p=3 seed=7] c");
});

test("brackets of an answer that are read nowhere get a word", () => {
  for (const text of ["1. a\n2. b [p=10", "1. a\n2. b [cfg=7] c", '["a", "b [p=10] c"]']) {
    assert.throws(() => read(text), /in front of its prompt; move them there/, text);
  }
});

test("rows that look like a list are said to be none", () => {
  const rows = setRow(lines("a\nb"), 0, { prompt: "1. x" });
  for (const text of ["<think>\na", "1m\nI\n[cfg=6] x\n3m"]) {
    assert.equal(write(asTyped(lines(text))), `# plain\n${text}`);
  }
  assert.equal(write(asTyped(lines("a\n[p=two] b"))), "a\n[p=two] b");
  assert.ok(isAnswer("1. x\n2. y") && !isAnswer(write(rows)) && !isAnswer("# plain\n1. x\n2. y"));
});
