/** Words and lengths for a magnification, at any power of ten. */

import { WORDS, fill } from "../page/words.mjs";

/** "× 3.5", "× 120", "× 1.2e6", in a ring "× 0.25": how many times a view magnifies level 0. */
export function magnification(log) {
  const tens = log / Math.LN10;
  if (tens < 4 && tens > -3) {
    const value = Math.exp(log);
    if (value < 0.995) return `× ${Number(value.toPrecision(2))}`;
    return `× ${value < 100 ? trimmed(value, value < 10 ? 2 : 1) : Math.round(value)}`;
  }
  return `× ${scientific(tens)}`;
}

/** 10^tens as "1.2e6"; exact in its power however large it is. */
function scientific(tens) {
  let power = Math.floor(tens);
  let digits = Math.round(10 ** (tens - power + 1));
  if (digits === 100) [digits, power] = [10, power + 1];
  return `${trimmed(digits / 10, 1)}e${power}`;
}

const trimmed = (value, places) => String(Number(value.toFixed(places)));

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
  const power = Math.floor(inUnits + 1e-9);
  const digit = [5, 2, 1].find((one) => Math.log10(one) <= inUnits - power + 1e-9) ?? 1;
  const share = 10 ** (power + Math.log10(digit) + Math.log10(unit[1]) - tens);
  if (!metres) return { share, label: fraction(digit, power, words) };
  return { share, label: `${plain(digit, power)} ${words[unit[0]] ?? unit[0]}` };
}

const unitFor = (tens) => UNITS.findLast(([, metres]) => Math.log10(metres) <= tens) ?? UNITS[0];

const plain = (digit, power) =>
  power >= 0 && power < 5 ? String(digit * 10 ** power) : `${digit}e${power}`;

/** A share of the widest view: "1/500", or "2e-9" where that has too many noughts; or times it. */
function fraction(digit, power, words) {
  if (power >= 0) {
    const times = plain(digit, power);
    return times === "1" ? words.viewWidest : fill(words.viewTimesWidest, { times });
  }
  const parts = { 1: 1, 2: 5, 5: 2 }[digit];
  const noughts = -power - (digit === 1 ? 0 : 1);
  const share = noughts > 4 ? `${digit}e${power}` : `1/${parts * 10 ** noughts}`;
  return fill(words.viewOfWidest, { share });
}
