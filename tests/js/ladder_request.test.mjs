/**
 * What a language model is asked for, to the letter as `zoomstack/scene/request.py` writes it.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { request } from "../../web/ladder/request.mjs";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf-8"));
const words = read("../../web/ladder/request.json");

test("a request is the library's, to the letter", () => {
  const { wishes } = read("requests.json");
  for (const { wish, text } of wishes) assert.equal(request(wish, words), text);
});

test("a request says how many views, and how far from the first to the last", () => {
  const said = request({ scene: " a galaxy\n to a cell. ", levels: 12, factor: 4 }, words);
  assert.match(said, /text-to-image model: a galaxy to a cell\.\n/);
  assert.match(said, /has 12 views/);
  assert.match(said, /central 25 % of its width, magnified 4 times/);
  assert.match(said, /about 10\^7\./);
  const short = request({ scene: "x", levels: 3, factor: 2.5 }, words);
  assert.match(short, /central 40 %.*2\.5 times.*about 6\./s);
  assert.doesNotMatch(short, / {2}|\{|undefined/);
  assert.match(request({ scene: " ", levels: 3, factor: 2 }, words), /choose a scene/);
});
