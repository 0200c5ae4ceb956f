/**
 * Values as Python writes them, for sentences that both libraries say.
 */

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

/**
 * A text as Python's repr writes it: in quotation marks that it does not hold itself.
 *
 * @param {string} text
 */
export function quoted(text) {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text.replace(/[\\'"]|[\p{C}\p{Z}]/gu, (letter) => {
    if (letter === "\\" || letter === mark) return `\\${letter}`;
    return /['" ]/.test(letter) ? letter : escaped(letter.codePointAt(0));
  });
  return mark + inner + mark;
}

/** What cannot be printed, by its number. @param {number} point */
function escaped(point) {
  const [kind, digits] = point < 0x100 ? ["x", 2] : point < 0x10000 ? ["u", 4] : ["U", 8];
  return `\\${kind}${point.toString(16).padStart(digits, "0")}`;
}
