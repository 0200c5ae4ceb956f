/** A level a line, and what is to be said of lines that are none. */

import { parseRung } from "./brackets.mjs";
import { shortened, splitLines, strip } from "./letters.mjs";

/** @typedef {import("./brackets.mjs").Rung} Rung */
/** @typedef {import("./letters.mjs").Line} Line */
/** @typedef {{rungs: Rung[], notes: string[]}} Read */

/** Whether a line is a level: not blank, and no comment. @param {string} line */
export function isLevel(line) {
  const stripped = strip(line);
  return stripped !== "" && !stripped.startsWith("#");
}

/** A level a line; blank lines and lines that begin with # are skipped. @param {string} text */
export function readPlain(text) {
  return splitLines(text).flatMap((line, index) =>
    isLevel(line.text) ? [parseRung(index + 1, strip(line.text))] : [],
  );
}

/** @param {Line[]} lines */
export function plain(lines) {
  return lines
    .filter((line) => isLevel(line.text))
    .map((line) => parseRung(line.number, line.text));
}

/** Notes of the lines around an answer, which begins at line `first`. @param {Line[]} lines */
export function leftOut(lines, first) {
  const notes = lines
    .filter((line) => line.text)
    .sort((a, b) => a.number - b.number)
    .map(({ number, text }) => {
      const what = number < first ? "as an introduction" : "as a closing remark";
      return `Line ${number} is left out, ${what}: ${shortened(text)}`;
    });
  return notes.length <= 6 ? notes : [...notes.slice(0, 5), `${notes.length - 5} more lines are left out`];
}
