/**
 * How much each level of a ladder magnifies, and a ruler of powers of ten beside it.
 * Magnifications are kept as logarithms: 256 levels of 64 times each are more than a number holds.
 */

import { tenTo } from "../page/magnification.mjs";

const STEPS = [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 500];

/**
 * log10 of each level's magnification over the widest one.
 *
 * @param {number[]} zooms N - 1 factors over 1, of levels 1 and deeper
 * @returns {number[]} N numbers that begin with 0
 */
export function decades(zooms) {
  const sums = [0];
  for (const zoom of zooms) sums.push(sums.at(-1) + Math.log10(zoom));
  return sums;
}

/**
 * The ruler: where the width of the view is a whole power of ten, seen from the level whose width
 * counts as 1. Levels stand where their rows do, and the ruler stretches between them.
 *
 * @param {number[]} levels log10 of each level's magnification, rising
 * @param {number[]} places where each level's row has its middle, rising, in pixels
 * @param {number} [unit] the level whose view is 1 wide
 * @param {number} [apart] the least distance between two labels, in pixels
 * @returns {{power: number, label: string, at: number, major: boolean}[]} from 10^k to 10^-k
 */
export function ticks(levels, places, unit = 0, apart = 24) {
  if (levels.length === 0) return [];
  const zero = levels[Math.min(unit, levels.length - 1)];
  const [widest, deepest] = [zero - levels[0], zero - levels.at(-1)];
  const found = [];
  for (let power = Math.floor(widest + 1e-9); power >= deepest - 1e-9; power--) {
    found.push({ power, at: placeOf(zero - power, levels, places) });
  }
  const step = STEPS.find((each) => roomy(found, each, apart)) ?? STEPS.at(-1);
  return found.map(({ power, at }) => ({
    power,
    label: tenTo(power),
    at,
    major: power % step === 0,
  }));
}

/** Whether labels at every `step`th power keep their distance. */
function roomy(found, step, apart) {
  const labelled = found.filter(({ power }) => power % step === 0);
  return labelled.every(({ at }, index) => index === 0 || at - labelled[index - 1].at >= apart);
}

/** Where a decade lies between the rows; linear in the logarithm. */
function placeOf(decade, levels, places) {
  const next = levels.findIndex((level) => level >= decade - 1e-9);
  if (next <= 0) return places[Math.max(next, 0)];
  const share = (decade - levels[next - 1]) / (levels[next] - levels[next - 1]);
  return places[next - 1] + share * (places[next] - places[next - 1]);
}
