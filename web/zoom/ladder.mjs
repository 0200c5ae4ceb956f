/**
 * Ladder text, read as zoomstack/scene/ladder.py reads it: one level a line, the widest first.
 * tests/js/ladder.json holds cases that both readers must agree on.
 */

import { MIDDLE, misplaced } from "./geometry.mjs";
import { general, quoted } from "./python.mjs";

export const MOST_LEVELS = 256;
const LEAST_TURN = 4;

// What Python's str.splitlines breaks at, and what its str.strip and \s take for space: JavaScript
// counts other characters, and a ladder must not have one level more here than there.
const BREAK = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;
const SPACE =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
// What shows nowhere and is no space to Python: a byte order mark, zero-width spaces and joiners.
const INVISIBLE = "\\u200b-\\u200f\\u2060\\ufeff";
const NUMBER = "[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?";

const OUTER = new RegExp(`^[${SPACE}${INVISIBLE}]+|[${SPACE}${INVISIBLE}]+$`, "g");
const WORD = new RegExp(`[^${SPACE}]+`);
const BRACKETS = /^\[([^\]]*=[^\]]*)(\]?)/;
const BEHIND = new RegExp(`\\[[${SPACE}]*(?:p|focus)[${SPACE}]*=`);
const OPTION = new RegExp(
  `[${SPACE}]*(?:p=(${NUMBER})|focus=(${NUMBER}),(${NUMBER}))(?=[${SPACE}]|$)`, "y",
);

/**
 * One line of a ladder.
 * @typedef {object} Rung
 * @property {string} prompt
 * @property {number | null} zoom its own zoom factor, or null for the ladder's
 * @property {[number, number] | null} focus its own focus, or null for the middle
 */

/**
 * What a ladder's text says, as Python's Ladder does.
 * @typedef {object} Ladder
 * @property {string[]} prompts N texts, widest first
 * @property {number[]} zooms N - 1 factors over 1; N of a loop, whose last leads to level 0
 * @property {[number, number][]} focus as many centres in the level above, from 0 to 1
 */

/** A sentence that says what is wrong with a ladder's text. */
export class LadderError extends Error {}

/**
 * The text as lines, each with the break that ends it ("" where the text just ends).
 *
 * @param {string} text
 * @returns {{text: string, end: string}[]} which joined are the text again
 */
export function splitLines(text) {
  const lines = [];
  let at = 0;
  for (const found of text.matchAll(BREAK)) {
    lines.push({ text: text.slice(at, found.index), end: found[0] });
    at = found.index + found[0].length;
  }
  if (at < text.length) lines.push({ text: text.slice(at), end: "" });
  return lines;
}

/** The text without what shows nowhere around it, as Python's reader takes it. @param {string} text */
export function strip(text) {
  return text.replace(OUTER, "");
}

/** Whether a line is a level: not blank, and no comment. @param {string} line */
export function isLevel(line) {
  const stripped = strip(line);
  return stripped !== "" && !stripped.startsWith("#");
}

/**
 * The brackets in front of a stripped line, where they are ours: "[old photo] a coast" is a prompt.
 *
 * @param {string} line
 * @returns {{whole: string, inside: string, closed: boolean} | null}
 */
export function bracketsOf(line) {
  const found = BRACKETS.exec(line);
  return found && { whole: found[0], inside: found[1], closed: found[2] === "]" };
}

/**
 * What one line says.
 *
 * @param {string} line
 * @param {number} number its own, from 1, for the error
 * @returns {Rung}
 * @throws {LadderError} naming the column where its brackets do not parse
 */
export function parseLine(line, number = 1) {
  const stripped = strip(line);
  const brackets = bracketsOf(stripped);
  if (!brackets || brackets.closed) refuseBehind(stripped, brackets?.whole.length ?? 0, number);
  if (!brackets) return { prompt: stripped, zoom: null, focus: null };
  if (!brackets.closed) {
    throw new LadderError(
      `Line ${number}, column 1: this bracket is not closed; add a ].`,
    );
  }
  const { inside } = brackets;
  let zoom = null;
  /** @type {[number, number] | null} */
  let focus = null;
  for (let at = 0; strip(inside.slice(at)) !== "";) {
    OPTION.lastIndex = at;
    const option = OPTION.exec(inside);
    if (!option) throw new LadderError(notUnderstood(inside, at, number));
    if (option[1]) zoom = Number(option[1]);
    else focus = [Number(option[2]), Number(option[3])];
    at = OPTION.lastIndex;
  }
  return { prompt: strip(stripped.slice(brackets.whole.length)), zoom, focus };
}

/**
 * Brackets that place a level are read in front of its prompt alone.
 *
 * @param {string} line
 * @param {number} start where its prompt begins
 * @param {number} number
 */
function refuseBehind(line, start, number) {
  const behind = BEHIND.exec(line.slice(start));
  if (!behind) return;
  // Python counts characters, not their halves.
  const column = [...line.slice(0, start + behind.index)].length + 1;
  throw new LadderError(
    `Line ${number}, column ${column}: brackets that place a level stand in ` +
      "front of its prompt; move them there.",
  );
}

/**
 * The ladder that a text describes.
 *
 * @param {string} text
 * @param {number} [zoomFactor] of the levels whose line gives none
 * @param {boolean} [loop] whether the deepest level shows the first line again
 * @returns {Ladder}
 * @throws {LadderError} with the sentence that the node would end with
 */
export function parseLadder(text, zoomFactor = 2, loop = false) {
  const rungs = splitLines(text).flatMap((line, index) =>
    isLevel(line.text) ? [parseLine(line.text, index + 1)] : [],
  );
  if (rungs.length === 0) throw new LadderError(EMPTY);
  if (rungs.length > MOST_LEVELS) throw new LadderError(tooMany(rungs.length));
  if (!loop && (rungs[0].zoom !== null || rungs[0].focus !== null)) {
    throw new LadderError(FIRST_HAS_BRACKETS);
  }
  const placed = loop ? [...rungs.slice(1), rungs[0]] : rungs.slice(1);
  const zooms = placed.map((rung) => rung.zoom ?? zoomFactor);
  const focus = placed.map((rung) => rung.focus ?? [...MIDDLE]);
  zooms.forEach((zoom, index) => {
    const why = misplaced((index + 1) % rungs.length, zoom, focus[index]);
    if (why) throw new LadderError(why);
  });
  const open = loop && notRound(zooms);
  if (open) throw new LadderError(open);
  return { prompts: rungs.map((rung) => rung.prompt), zooms, focus };
}

/**
 * Why a ring of levels does not come round, in one sentence; null where it does.
 *
 * @param {readonly number[]} zooms
 * @returns {string | null}
 */
export function notRound(zooms) {
  if (zooms.length < 2) {
    return "A closed ladder has one level, which would lie in itself; give it at least 2.";
  }
  const turn = zooms.reduce((product, zoom) => product * zoom, 1);
  if (turn >= LEAST_TURN) return null;
  return (
    `A closed ladder magnifies ${general(turn, 3)} times in one turn, so each level would show ` +
    `itself nearly as large as it is; give it ${LEAST_TURN} times or more, by more levels or ` +
    "larger zoom factors."
  );
}

export const EMPTY = "The ladder is empty; write one prompt a line, the widest view first.";
export const FIRST_HAS_BRACKETS =
  "The first line has brackets, but there is no level above it to sit in; " +
  "move them to the line of the level that they place, or switch loop on.";

/** @param {number} levels */
export function tooMany(levels) {
  return (
    `The ladder has ${levels} levels; it may have up to ${MOST_LEVELS}. ` +
    "Make several ladders of it."
  );
}

/** @param {string} inside @param {number} at @param {number} number */
function notUnderstood(inside, at, number) {
  const word = WORD.exec(inside.slice(at));
  return (
    `Line ${number}, column ${2 + at + word.index}: ${quoted(word[0])} is not understood; ` +
    "brackets hold p=NUMBER and focus=X,Y, such as [p=3.5 focus=0.4,0.6]."
  );
}
