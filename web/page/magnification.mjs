/**
 * Magnifications in words, at any power of ten.
 */

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * A magnification in words for a person: ×1, ×2.5, ×4096, ×1.6·10⁷.
 *
 * @param {number} decade its log10, at least 0
 */
export function magnification(decade) {
  if (decade < 4) return `×${Number((10 ** decade).toPrecision(decade < 2 ? 3 : 4))}`;
  let [power, lead] = [Math.floor(decade), (10 ** (decade % 1)).toFixed(1)];
  if (lead === "10.0") [power, lead] = [power + 1, "1.0"];
  return lead === "1.0" ? `×${tenTo(power)}` : `×${Number(lead)}·${tenTo(power)}`;
}

/** A power of ten as printed: 10⁻³; and 1, the unit itself. @param {number} power whole */
export function tenTo(power) {
  return power === 0 ? "1" : `10${raised(power)}`;
}

/** A whole number, raised: ⁻³. @param {number} number */
export function raised(number) {
  const digits = [...String(Math.abs(number))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");
  return `${number < 0 ? "⁻" : ""}${digits}`;
}
