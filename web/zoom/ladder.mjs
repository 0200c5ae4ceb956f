/**
 * Ladder text, read as zoomstack/scene/ladder.py reads it: one level a line, the widest first, or an
 * answer of a language model. tests/js/ladder.json and answers.json hold cases for both readers.
 */

import { MIDDLE, misplaced } from "./geometry.mjs";
import { general } from "./python.mjs";
import { LadderError, isPlain } from "./reading/brackets.mjs";
import { read } from "./reading/read.mjs";

export const MOST_LEVELS = 256;
const LEAST_TURN = 4;

/**
 * What a ladder's text says, as Python's Ladder does.
 * @typedef {object} Ladder
 * @property {string[]} prompts N texts, widest first
 * @property {number[]} zooms N - 1 factors over 1; N of a loop, whose last leads to level 0
 * @property {[number, number][]} focus as many centres in the level above, from 0 to 1
 * @property {import("./reading/brackets.mjs").Settings[]} settings the levels' own; none at all
 *   where no level has any
 * @property {string[]} notes how the text was read, where it is no plain ladder
 */

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
  const { rungs, notes, answer } = read(text);
  if (rungs.length === 0) throw new LadderError(EMPTY);
  if (rungs.length > MOST_LEVELS) throw new LadderError(tooMany(rungs.length));
  if (!loop && (rungs[0].zoom !== null || rungs[0].focus !== null)) {
    if (!answer) throw new LadderError(FIRST_HAS_BRACKETS);
    rungs[0] = { ...rungs[0], zoom: null, focus: null };
    notes.push("The widest level lies in no other: its zoom and focus are left out");
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
  const settings = rungs.map((rung) => rung.settings);
  return {
    prompts: rungs.map((rung) => rung.prompt),
    zooms,
    focus,
    settings: settings.every(isPlain) ? [] : settings,
    notes,
  };
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
