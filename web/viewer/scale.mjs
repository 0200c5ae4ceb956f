/**
 * How far in a view is, and how wide it is, in words: "× 1,024", "2.4 km", "10³ m".
 *
 * Everything is taken from logarithms, so no power of ten is too large.
 * zoomstack/film/captions/scale.py says the same of the same numbers.
 */

import { raised } from "../page/magnification.mjs";
import { WORDS, fill } from "../page/words.mjs";

/** Of a decade: what rounding leaves of a round number. */
const TURN = 1e-9;
const LIGHT_YEAR = 9.4607304725808e15;
const ASTRONOMICAL = 1.495978707e11;
/** The name of a unit, or which of the words names it, and how many metres it is. */
const UNITS = [
  ["fm", 1e-15], ["pm", 1e-12], ["nm", 1e-9], ["µm", 1e-6], ["mm", 1e-3], ["m", 1], ["km", 1e3],
  ["AU", ASTRONOMICAL], ["viewLightYears", LIGHT_YEAR],
  ["viewThousandLightYears", 1e3 * LIGHT_YEAR], ["viewMillionLightYears", 1e6 * LIGHT_YEAR],
  ["viewBillionLightYears", 1e9 * LIGHT_YEAR],
]; // prettier-ignore

/**
 * "× 2.4", "× 1,024", "× 1.6·10⁷", in a ring "× 0.25": how many times a view magnifies level 0.
 * @param {number} log the natural logarithm of that
 */
export function magnification(log) {
  const tens = log / Math.LN10;
  if (tens > -3 && tens < 0) {
    const value = 10 ** tens;
    return value < 0.995 ? `× ${trimmed(value, 1 - Math.floor(tens))}` : "× 1.0";
  }
  return `× ${number(tens, 6)}`;
}

/** A length of 10^tens metres, two or three digits of it: "2.4 km", "12,700 km". */
export function length(tens, words = WORDS) {
  const [name, metres] = unitFor(tens);
  return `${number(tens - Math.log10(metres), 9, 3)} ${words[name] ?? name}`;
}

/** The power of ten nearest to 10^tens, as printed: "10³ m", "10⁻⁹ m". */
export const power = (tens, unit = "") => `10${raised(Math.floor(tens + 0.5))} ${unit}`.trimEnd();

/**
 * The longest round length (1, 2 or 5 times a power of ten) that is no wider than `most` of the
 * view, as its share of the view and its name.
 *
 * `log`: the view's magnification over the widest; `metres`: how wide the widest view is, or null,
 * and then the length is a fraction of it.
 * @returns {{share: number, label: string}}
 */
export function scaleBar(log, metres, words = WORDS, most = 0.3) {
  const tens = (metres ? Math.log10(metres) : 0) - log / Math.LN10;
  const widest = tens + Math.log10(most);
  const unit = metres ? unitFor(widest) : ["", 1];
  const inUnits = widest - Math.log10(unit[1]);
  const decade = Math.floor(inUnits + TURN);
  const digit = [5, 2].find((one) => Math.log10(one) <= inUnits - decade + TURN) ?? 1;
  const share = 10 ** (decade + Math.log10(digit) + Math.log10(unit[1]) - tens);
  if (!metres) return { share, label: fraction(digit, decade, words) };
  return { share, label: `${round(digit, decade)} ${words[unit[0]] ?? unit[0]}` };
}

const unitFor = (tens) =>
  UNITS.findLast(([, metres]) => Math.log10(metres) <= tens + TURN) ?? UNITS[0];

/**
 * 10^tens: one decimal below 10, then whole, rounded to `digits` (0: every one); from 10^most on,
 * and below a tenth, as two digits and a power of ten.
 */
function number(tens, most, digits = 0) {
  if (!(tens >= -1 - TURN && tens < most)) {
    let decade = Math.floor(tens + TURN);
    let lead = Math.floor(10 ** (tens - decade + 1) + 0.5);
    if (lead >= 100) [lead, decade] = [10, decade + 1];
    return `${Math.floor(lead / 10)}.${lead % 10}·10${raised(decade)}`;
  }
  const value = 10 ** tens;
  if (value < 9.95) {
    const tenths = Math.floor(value * 10 + 0.5);
    return `${Math.floor(tenths / 10)}.${tenths % 10}`;
  }
  const step = digits ? 10 ** Math.max(0, Math.floor(tens + TURN) + 1 - digits) : 1;
  return grouped(Math.floor(value / step + 0.5) * step);
}

/** `digit` times a power of ten, whole. */
const round = (digit, decade) =>
  decade >= 0 && decade < 9 ? grouped(digit * 10 ** decade) : `${digit}·10${raised(decade)}`;

/** A share of the widest view: "1/500", or "2·10⁻⁹" where that has too many noughts; or times it. */
function fraction(digit, decade, words) {
  if (decade >= 0) {
    const times = round(digit, decade);
    return times === "1" ? words.viewWidest : fill(words.viewTimesWidest, { times });
  }
  const parts = { 1: 1, 2: 5, 5: 2 }[digit];
  const noughts = -decade - (digit === 1 ? 0 : 1);
  const share =
    noughts > 4 ? `${digit}·10${raised(decade)}` : `1/${grouped(parts * 10 ** noughts)}`;
  return fill(words.viewOfWidest, { share });
}

const grouped = (whole) => String(whole).replace(/\B(?=(\d{3})+$)/g, ",");

const trimmed = (value, places) =>
  String(Number((Math.floor(value * 10 ** places + 0.5) / 10 ** places).toFixed(places)));
