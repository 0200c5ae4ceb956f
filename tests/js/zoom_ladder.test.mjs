/**
 * Ladder text in the browser means what it means in Python, and edits touch what they must.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { MOST_LEVELS, parseLadder } from "../../web/zoom/ladder.mjs";
import { typed } from "../../web/zoom/numbers.mjs";
import {
  asPrompt, duplicateRow, insertRows, moveRow, read, removeRow, rowsOf, setRow, write,
} from "../../web/zoom/rows.mjs";
import { random, sample } from "./random.mjs";

const { cases, written } = JSON.parse(readFileSync(new URL("ladder.json", import.meta.url), "utf-8"));
const WORDS = [
  "a", "coast line", "# note", "", "  ", "[p=3] b", "[p=2.5  focus=0.4,0.6]  c", "[old photo] d",
  "\ta leaf\t", "[p=two] e", "[p=2 f", "é 🌍", "[focus=0.5,0.5]", "<b>g</b>",
];
const BREAKS = ["\n", "\n", "\n", "\r\n", "\u2028"];

const anyText = (next) => {
  const lines = Array.from({ length: Math.floor(next() * 9) }, () => sample(WORDS, next));
  return lines.map((line) => line + sample(BREAKS, next)).join("") + sample(["", "end"], next);
};

for (const { text, zoom_factor, error, loop = false, ...ladder } of cases) {
  test(`reads ${JSON.stringify(text).slice(0, 60)} as Python does`, () => {
    if (error) assert.throws(() => parseLadder(text, zoom_factor, loop), { message: error });
    else {
      const { prompts, zooms, focus } = parseLadder(text, zoom_factor, loop);
      assert.deepEqual({ prompts, zooms, focus }, ladder);
    }
  });
}

test("rows are written as Python reads them", () => {
  for (const { rungs, text, zooms, focus } of written) {
    assert.equal(write(insertRows(read(""), 0, rungs)), text);
    const prompts = rungs.map((rung) => rung.prompt);
    assert.deepEqual(parseLadder(text), { prompts, zooms, focus, settings: [], notes: [] });
  }
});

test("in a loop nothing moves to another line: the first row lies in the last", () => {
  const text = "[p=3] a\nb\n[p=4] c";
  assert.equal(write(moveRow(read(text), 2, 0, true)), "[p=4] c\n[p=3] a\nb");
  assert.equal(write(removeRow(read(text), 0, true)), "b\n[p=4] c");
  assert.equal(write(insertRows(read(text), 0, [{ prompt: "z" }], true)), `z\n${text}`);
});

test("a ladder has up to 256 levels", () => {
  const line = "a\n";
  assert.equal(parseLadder(line.repeat(MOST_LEVELS)).prompts.length, MOST_LEVELS);
  assert.throws(() => parseLadder(line.repeat(MOST_LEVELS + 1)), /257 levels/);
});

test("a text that is read and written is the same text", () => {
  for (const next of random(200)) {
    const text = anyText(next);
    assert.equal(write(read(text)), text);
  }
});

test("rows become text and rows again", () => {
  for (const next of random(200)) {
    const rungs = Array.from({ length: 1 + Math.floor(next() * 6) }, (_, index) => ({
      prompt: sample(["a", "b, c", "[old] d", "e = f", "é 🌍"], next),
      zoom: index && next() < 0.5 ? Number(typed(1.5 + 9 * next())) : null,
      focus: index && next() < 0.5 ? [Number(typed(next())), Number(typed(next()))] : null,
    }));
    const lines = insertRows(read(""), 0, rungs);
    assert.deepEqual(
      rowsOf(read(write(lines))).map(({ prompt, zoom, focus }) => ({ prompt, zoom, focus })),
      rungs,
    );
  }
});

test("a row that changes leaves every other line as it was typed", () => {
  for (const next of random(300)) {
    const before = read(anyText(next));
    const rows = rowsOf(before);
    if (!rows.length) continue;
    const row = Math.floor(next() * rows.length);
    const after = setRow(before, row, { prompt: "changed" });
    assert.equal(rowsOf(after)[row].prompt, "changed");
    const others = (lines) => lines.toSpliced(rows[row].line, 1);
    assert.deepEqual(others(after), others(before));
  }
});

test("a change to one part of a line keeps the others, and the space around them", () => {
  const change = (line, part) => write(setRow(read(`a\n${line}\nz`), 1, part)).split("\n")[1];
  const line = "  [p=3.5  focus=0.4,0.6]   a coast line ";
  assert.equal(change(line, { prompt: "a bay" }), "  [p=3.5  focus=0.4,0.6]   a bay ");
  assert.equal(change(line, { zoom: 2.25 }), "  [p=2.25 focus=0.4,0.6]   a coast line ");
  assert.equal(change(line, { zoom: null }), "  [focus=0.4,0.6]   a coast line ");
  assert.equal(change(line, { zoom: null, focus: null }), "  a coast line ");
  assert.equal(change(line, { zoom: 3.5 }), line);
  assert.equal(change("a coast", { focus: [0.4, 0.6] }), "[focus=0.4,0.6] a coast");
  assert.equal(change("[old photo] a coast", { zoom: 3 }), "[p=3] [old photo] a coast");
  assert.equal(change("[p=2 a coast", { prompt: "a coast" }), "a coast");
  assert.equal(change("[p=2] a", { prompt: "b\n c" }), "[p=2] b c");
});

test("comments and blank lines stay where they are when rows move", () => {
  const text = "# far\na\nb\n\n# near\nc\n";
  assert.equal(write(moveRow(read(text), 2, 0)), "# far\nc\na\nb\n\n# near\n");
  assert.equal(write(moveRow(read(text), 0, 1)), "# far\nb\na\n\n# near\nc\n");
  assert.equal(write(moveRow(read(text), 1, 2)), "# far\na\n\n# near\nc\nb\n");
  assert.equal(write(removeRow(read(text), 2)), "# far\na\nb\n\n# near\n");
  assert.equal(write(duplicateRow(read(text), 0)), "# far\na\na\nb\n\n# near\nc\n");
});

test("the last line ends as it did", () => {
  assert.equal(write(removeRow(read("a\nb"), 1)), "a");
  assert.equal(write(moveRow(read("a\nb"), 1, 0)), "b\na");
  assert.equal(write(insertRows(read("a\r\nb"), 2, [{ prompt: "c" }])), "a\r\nb\r\nc");
  assert.equal(write(insertRows(read("# c"), 0, [{ prompt: "a" }])), "# c\na");
  assert.equal(write(removeRow(read("a"), 0)), "");
});

test("the first row gives its brackets to the row that was first", () => {
  const moved = moveRow(read("a\n[p=4 focus=0.4,0.6] b\nc"), 1, 0);
  assert.equal(write(moved), "b\n[p=4 focus=0.4,0.6] a\nc");
  assert.equal(write(moveRow(read("a\n[p=4] b\nc"), 0, 2)), "b\nc\n[p=4] a");
  assert.equal(write(removeRow(read("a\n[p=4] b\nc"), 0)), "b\nc");
  assert.equal(write(insertRows(read("a\nb"), 0, [{ prompt: "z", zoom: 3 }])), "z\n[p=3] a\nb");
});

test("moving keeps all rows, and never leaves brackets on the first", () => {
  for (const next of random(200)) {
    const lines = read(anyText(next));
    const rows = rowsOf(lines);
    if (rows.length < 2) continue;
    const [from, to] = [Math.floor(next() * rows.length), Math.floor(next() * rows.length)];
    if (from === to) continue;
    const moved = rowsOf(moveRow(lines, from, to));
    const prompts = rows.map((row) => row.prompt);
    const [one] = prompts.splice(from, 1);
    prompts.splice(to, 0, one);
    assert.deepEqual(moved.map((row) => row.prompt), prompts);
    assert.ok(moved[0].zoom === null && moved[0].focus === null);
  }
});

test("a row without a prompt is a draft: a blank line to everybody else", () => {
  const prompts = (lines) => rowsOf(lines).map((row) => row.prompt);
  const lines = insertRows(read("a\nb"), 1, [{ prompt: "" }]);
  assert.equal(write(lines), "a\n\nb");
  assert.deepEqual(prompts(lines), ["a", "", "b"]);
  assert.deepEqual(prompts(setRow(lines, 1, { prompt: "x" })), ["a", "x", "b"]);
  assert.deepEqual(prompts(setRow(read("a\nb"), 0, { prompt: "" })), ["", "b"]);
});

test("a prompt fits a line and never turns into a comment", () => {
  assert.equal(asPrompt("  a\n\n b\u2028c "), "a b c");
  assert.equal(asPrompt("# # a"), "a");
});
