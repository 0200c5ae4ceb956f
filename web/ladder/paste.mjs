/**
 * What is pasted into a row, read as the ladder's whole text is.
 */

import { LadderError, rung } from "../zoom/reading/brackets.mjs";
import { splitLines, strip } from "../zoom/reading/letters.mjs";
import { isLevel } from "../zoom/reading/plain.mjs";
import { read } from "../zoom/reading/read.mjs";

/** @typedef {import("../zoom/reading/brackets.mjs").Rung} Rung */

/**
 * The rows that a pasted text holds, and what is to be said of how it was read.
 *
 * @param {string} text
 * @returns {{rungs: Rung[], notes: string[]}} no rungs where there is nothing
 */
export function pasted(text) {
  try {
    const { rungs, notes } = read(text);
    return { rungs: rungs.filter((each) => each.prompt), notes };
  } catch (error) {
    if (!(error instanceof LadderError)) throw error;
    // Its row will say what is wrong with a line.
    const lines = splitLines(text).filter((line) => isLevel(line.text));
    return { rungs: lines.map((line) => rung(strip(line.text))), notes: [] };
  }
}
