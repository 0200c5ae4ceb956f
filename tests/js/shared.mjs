/** What tests/viewer_numbers.py says of the Python library, and how near a number must come. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export const shared = JSON.parse(readFileSync(new URL("viewer.json", import.meta.url), "utf-8"));

export function near(got, want, what = "", close = 1e-7) {
  const off = Math.abs(got - want);
  assert.ok(off <= close * Math.max(1, Math.abs(want)), `${what}: ${got}, not ${want}`);
}
