/**
 * The English in the code is the English in locales/en, and gaps are filled.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { WORDS } from "../../web/comfy/words.mjs";
import { fill } from "../../web/page/words.mjs";

test("locales/en says what the code says", () => {
  const url = new URL("../../locales/en/main.json", import.meta.url);
  assert.deepEqual(JSON.parse(readFileSync(url, "utf-8")).zoomStack, { ...WORDS });
});

test("gaps are filled, and what nobody fills is seen", () => {
  assert.equal(fill("{a} of {b}, {c}", { a: 1, b: "<b>" }), "1 of <b>, {c}");
});
