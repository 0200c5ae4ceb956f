/**
 * Numbers held to bounds, and written as text.
 */

/** The nearest number from `least` to `most`. */
export const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

/** A number as one would type it: up to `digits` decimals. @param {number} value */
export function typed(value, digits = 4) {
  return String(Number(value.toFixed(digits)));
}

/**
 * A number as Python's format "g" writes it: `digits` significant ones, no zeros behind.
 *
 * @param {number} value
 * @param {number} [digits]
 */
export function general(value, digits = 6) {
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "inf").toLowerCase();
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  if (power < -4 || power >= digits) {
    const sign = power < 0 ? "-" : "+";
    return `${Number(mantissa)}e${sign}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  const fixed = value.toFixed(Math.max(0, digits - 1 - power));
  return fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
}
