/**
 * From what levels are said to show to how many times each magnifies the one above.
 *
 * Models write totals ("1x, 10x, 100x"), or how wide each view is ("10^7 m, 10^6 m"): a level's
 * factor is the ratio to the one above. Numbers that do not rise ("10x, 10x, 10x") are factors.
 */

import { POWER, TIMES, WIDTH } from "./scales.mjs";

/** @typedef {import("./scales.mjs").Scale} Scale */
/** @typedef {import("./brackets.mjs").Rung} Rung */

const TOTALS = "The magnifications are totals";
const WIDTHS = "The sizes are the widths of the views";
export const TURNED = "The deepest level comes first: the ladder is turned over";

/**
 * The factors of levels, each with all that is said of it, in the order that they have.
 *
 * @param {Scale[][]} scales
 * @returns {{zooms: (number | null)[], turned: boolean, note: string}} `turned` where the deepest
 *   level comes first
 */
export function factors(scales) {
  const none = { zooms: scales.map(() => null), turned: false, note: "" };
  /** @type {(number | null)[]} */
  let best = [];
  let which = "";
  for (const kind of [TIMES, POWER, WIDTH]) {
    const values = scales.map((said) => said.find((each) => each.kind === kind)?.value ?? null);
    if (known(values) > known(best)) [best, which] = [values, kind];
  }
  if (known(best) === 0 || best.length < 2) return none;
  if (which === TIMES && best[0] === null) best = [1, ...best.slice(1)];
  const present = best.filter((value) => value !== null);
  const pairs = present.slice(1).map((value, index) => [present[index], value]);
  const rising = pairs.length > 0 && pairs.every(([a, b]) => a < b);
  const falling = pairs.length > 0 && pairs.every(([a, b]) => a > b);
  const whole = present.length === best.length;
  if (which !== WIDTH && rising) {
    return { ...none, zooms: ratios(best, 1), note: `${TOTALS}: each level's factor is the ratio` };
  }
  if (which !== TIMES && falling) {
    return { ...none, zooms: ratios(best, 0), note: `${WIDTHS}: each level's factor is the ratio` };
  }
  if (whole && (which === TIMES ? falling : which === WIDTH && rising)) {
    const zooms = ratios(best.toReversed(), Number(which === TIMES));
    const note = TURNED;
    return { zooms, turned: true, note };
  }
  if (which === TIMES && best.slice(1).every((value) => value && value > 1)) {
    return { ...none, zooms: [null, ...best.slice(1).map(rounded)] };
  }
  return { ...none, note: "The sizes neither rise nor fall from level to level: left out" };
}

/** @param {(number | null)[]} values */
function known(values) {
  return values.filter((value) => value !== null).length;
}

/** @param {(number | null)[]} values @param {number} deeper */
function ratios(values, deeper) {
  return values.map((value, index) => {
    if (index === 0) return null;
    const pair = [values[index - 1], value];
    const [over, under] = [pair[deeper], pair[1 - deeper]];
    return over === null || under === null ? null : rounded(over / under);
  });
}

/** @param {number | null} value */
function rounded(value) {
  // As many digits as rows write; and 1e-3 / 1e-4 is 10.
  const zoom = value === null || value > 1e300 ? null : Math.floor(value * 1e4 + 0.5) / 1e4;
  return zoom && zoom > 1 ? zoom : null;
}

/**
 * The rungs with the factors that scales say, widest first, and what is to be said of it.
 *
 * @param {Rung[]} rungs
 * @param {Scale[][]} scales
 * @returns {{rungs: Rung[], notes: string[]}}
 */
export function rungsOf(rungs, scales) {
  const own = rungs.some((rung) => rung.zoom !== null || rung.focus !== null);
  let made = factors(scales);
  if (made.turned && own) made = { zooms: rungs.map(() => null), turned: false, note: "" };
  const placed = made.turned ? rungs.toReversed() : rungs;
  return {
    rungs: placed.map((rung, index) => ({ ...rung, zoom: rung.zoom ?? made.zooms[index] })),
    notes: made.note ? [made.note] : [],
  };
}
