/**
 * Where a level may lie in the one above it: the same rule, and the same words, as geometry.py.
 */

/** The middle of a level. @type {readonly [number, number]} */
export const MIDDLE = Object.freeze([0.5, 0.5]);

/** Frames are computed in floating point: a level that misses the edge by this much touches it. */
export const TOUCH = 1e-6;

/**
 * How near to an edge the centre of a level may come, as a fraction of the picture above it.
 * @param {number} zoom over 1
 */
export function reach(zoom) {
  return 0.5 / zoom;
}

/**
 * Why a level cannot lie there, as one sentence; null where it can.
 *
 * @param {number} level its number, from 0
 * @param {number} zoom its magnification over the level above
 * @param {readonly number[]} focus its centre (x, y) in the level above, each from 0 to 1
 * @returns {string | null}
 */
export function misplaced(level, zoom, focus) {
  if (!(Number.isFinite(zoom) && zoom > 1)) {
    return (
      `Level ${level} has a zoom factor of ${general(zoom)}; ` +
      "it must be a number over 1, such as 2."
    );
  }
  const least = reach(zoom);
  for (const [name, centre] of [["x", focus[0]], ["y", focus[1]]]) {
    if (!(Number.isFinite(centre) && least - TOUCH <= centre && centre <= 1 - least + TOUCH)) {
      return (
        `Level ${level} would leave the level above it: at a zoom factor of ${general(zoom)} its ` +
        `focus ${name} must lie from ${general(least, 4)} to ${general(1 - least, 4)}, ` +
        `not at ${general(centre)}. Move the focus inwards or zoom in further.`
      );
    }
  }
  return null;
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
