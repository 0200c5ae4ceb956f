/**
 * The English in the code is the English in locales/en, and gaps are filled.
 */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { WORDS, fill } from "../../web/page/words.mjs";

test("locales/en says what the code says", () => {
  const url = new URL("../../locales/en/main.json", import.meta.url);
  assert.deepEqual(JSON.parse(readFileSync(url, "utf-8")).zoomStack, { ...WORDS });
});

test("gaps are filled, and what nobody fills is seen", () => {
  assert.equal(fill("{a} of {b}, {c}", { a: 1, b: "<b>" }), "1 of <b>, {c}");
});

const WEB = new URL("../../web/", import.meta.url);
const SPEAK = readdirSync(WEB, { recursive: true })
  .filter((name) => /^(viewer|ladder|focus|comfy)\b.*(?<!words)\.mjs$/.test(name))
  .map((name) => readFileSync(new URL(name, WEB), "utf-8"))
  .join("\n");

test("every word that is asked for is there, and none is there for nothing", () => {
  const asked = SPEAK.matchAll(/\b(?:words|wordsFor\.now)\.(?!mjs)(\w+)/g);
  const names = [...asked].map((found) => found[1]);
  assert.ok(names.length > 40);
  assert.deepEqual(names.filter((name) => !(name in WORDS)), []);
  const unused = Object.keys(WORDS).filter((name) => !new RegExp(`\\b${name}\\b`).test(SPEAK));
  assert.deepEqual(unused, []);
});
