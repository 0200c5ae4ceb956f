/**
 * The smooth step.
 */

import { clamp } from "./numbers.mjs";

/** From 0 at 0 to 1 at 1 with no corner at either end, and flat beyond. @param {number} t */
export function rise(t) {
  const u = clamp(t, 0, 1);
  return u * u * (3 - 2 * u);
}
