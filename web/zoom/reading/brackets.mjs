/**
 * Brackets in front of a prompt: where its level lies, and what it asks for itself.
 *
 * [p=3.5 focus=0.4,0.6 cfg=7 seed=42 weight=0.5 steps=0.2-0.8] a coast line, in any order; of what
 * is said twice the last counts.
 */

import { quoted } from "../python.mjs";
import { SPACE, count, matchAt, strip } from "./letters.mjs";

export const NAMES = ["p", "focus", "cfg", "seed", "weight", "steps"];
const MOST_SEED = 2n ** 64n - 1n;
const NUMBER = "[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?";
const SHARE = "(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)";
const OURS = /^\[([^\]]*=[^\]]*)(\]?)/;
const BEHIND = new RegExp(`\\[[${SPACE}]*(?:${NAMES.join("|")})[${SPACE}]*=`);
const WORD = new RegExp(`[^${SPACE}]+`);
const OPTION = new RegExp(
  `[${SPACE}]*(?:p=(?<p>${NUMBER})|focus=(?<x>${NUMBER}),(?<y>${NUMBER})|cfg=(?<cfg>${NUMBER})` +
    `|seed=(?<seed>[0-9]+)|weight=(?<weight>${NUMBER})` +
    `|steps=(?<start>${SHARE})(?<a>%?)-(?<stop>${SHARE})(?<b>%?))(?=[${SPACE}]|$)`,
  "y",
);

/**
 * A level's own settings: `cfg` and `seed` are null where it has none. A seed is a text of digits:
 * a number of JavaScript holds no 64 bits.
 * @typedef {{cfg: number | null, seed: string | null, weight: number, steps: [number, number]}} Settings
 */

/** @type {Readonly<Settings>} */
export const PLAIN = Object.freeze({ cfg: null, seed: null, weight: 1, steps: [0, 1] });

/**
 * One line of a ladder.
 * @typedef {object} Rung
 * @property {string} prompt
 * @property {number | null} zoom its own zoom factor, or null for the ladder's
 * @property {[number, number] | null} focus its own focus, or null for the middle
 * @property {Settings} settings
 */

/** A sentence that says what is wrong with a ladder's text. */
export class LadderError extends Error {}

/** @param {string} prompt @returns {Rung} */
export function rung(prompt, zoom = null, focus = null, settings = PLAIN) {
  return { prompt, zoom, focus, settings };
}

/** Whether a level asks for nothing of its own. @param {Settings} settings */
export function isPlain({ cfg, seed, weight, steps }) {
  return cfg === null && seed === null && weight === 1 && steps[0] === 0 && steps[1] === 1;
}

/**
 * The brackets in front of a stripped line, where they are ours: "[old photo] a coast" is a prompt.
 *
 * @param {string} line
 * @returns {{whole: string, inside: string, closed: boolean} | null}
 */
export function bracketsOf(line) {
  const found = OURS.exec(line);
  return found && { whole: found[0], inside: found[1], closed: found[2] === "]" };
}

/**
 * What one line says, whose brackets stand in front.
 *
 * @param {number} number its own, from 1, for the error
 * @param {string} line stripped
 * @param {number} [shift] before its first column
 * @returns {Rung}
 * @throws {LadderError} naming the column where its brackets do not parse, or where brackets that
 *   place a level stand behind its prompt
 */
export function parseRung(number, line, shift = 0) {
  const brackets = bracketsOf(line);
  if (!brackets || brackets.closed) refuseBehind(number, line, shift, brackets?.whole.length ?? 0);
  if (!brackets) return rung(line);
  if (!brackets.closed) {
    throw new LadderError(
      `Line ${number}, column ${shift + 1}: this bracket is not closed; add a ].`,
    );
  }
  const said = options(number, shift + 2, brackets.inside);
  return { prompt: strip(line.slice(brackets.whole.length)), ...said };
}

/** @param {number} number @param {string} line @param {number} shift @param {number} start */
function refuseBehind(number, line, shift, start) {
  const behind = BEHIND.exec(line.slice(start));
  if (!behind) return;
  // Python counts characters, not their halves.
  const column = shift + count(line.slice(0, start + behind.index)) + 1;
  throw new LadderError(
    `Line ${number}, column ${column}: brackets that place a level stand in ` +
      "front of its prompt; move them there.",
  );
}

/**
 * Zoom, focus and settings that brackets hold, whose inside begins at `column`.
 *
 * @param {number} number
 * @param {number} column
 * @param {string} inside
 * @returns {Omit<Rung, "prompt">}
 */
export function options(number, column, inside) {
  let zoom = null;
  /** @type {[number, number] | null} */
  let focus = null;
  let settings = PLAIN;
  let end = inside.length;
  while (end > 0 && !WORD.test(inside[end - 1])) end -= 1;
  for (let at = 0; at < end;) {
    const option = matchAt(OPTION, inside, at)?.groups;
    const word = WORD.exec(inside.slice(at));
    const before = count(inside.slice(0, at + word.index));
    const place = `Line ${number}, column ${column + before}`;
    if (!option) {
      throw new LadderError(
        `${place}: ${quoted(word[0])} is not understood; brackets hold p=NUMBER, focus=X,Y, ` +
          "cfg=NUMBER, seed=NUMBER, weight=NUMBER and steps=FROM-TO, such as " +
          "[p=3.5 focus=0.4,0.6].",
      );
    }
    if (option.p) zoom = Number(option.p);
    else if (option.x) focus = [Number(option.x), Number(option.y)];
    else settings = { ...settings, ...setting(option, place) };
    at = OPTION.lastIndex;
  }
  return { zoom, focus, settings };
}

/** @param {Record<string, string>} option @param {string} place @returns {Partial<Settings>} */
function setting(option, place) {
  if (option.cfg) {
    const cfg = Number(option.cfg);
    if (cfg >= 0 && cfg <= 100) return { cfg };
    throw new LadderError(`${place}: cfg=${option.cfg} must be from 0 to 100.`);
  }
  if (option.seed) {
    const digits = option.seed.replace(/^0+(?=.)/, "");
    if (digits.length <= 20 && BigInt(digits) <= MOST_SEED) return { seed: digits };
    throw new LadderError(
      `${place}: seed=${option.seed.slice(0, 24)} must be from 0 to ${MOST_SEED}, which is ` +
        "2^64 - 1.",
    );
  }
  if (option.weight) {
    const weight = Number(option.weight);
    if (weight > 0 && weight <= 100) return { weight };
    throw new LadderError(`${place}: weight=${option.weight} must be over 0, up to 100.`);
  }
  const start = Number(option.start) / (option.a ? 100 : 1);
  const stop = Number(option.stop) / (option.b ? 100 : 1);
  const said = `steps=${option.start}${option.a}-${option.stop}${option.b}`;
  if (start > 1 || stop > 1) {
    throw new LadderError(
      `${place}: ${said} must be shares of the sampling, from 0 to 1, and no numbers of ` +
        "steps: such as steps=0.2-0.8 or steps=20%-80%.",
    );
  }
  if (start < stop) return { steps: [start, stop] };
  throw new LadderError(`${place}: ${said} must begin before it ends, such as steps=0.2-0.8.`);
}
