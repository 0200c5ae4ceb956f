/**
 * Numbers within bounds, and as one would type them.
 */

/** The nearest number from `least` to `most`. */
export const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

/** A number with up to `digits` decimals. @param {number} value */
export function typed(value, digits = 4) {
  return String(Number(value.toFixed(digits)));
}
