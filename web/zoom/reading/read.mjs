/**
 * The one reader of ladders: plain lines, or an answer as people and language models write it, as
 * zoomstack/scene/reading reads it, file for file.
 *
 * A text is read a level a line unless it says that it is something else: a list whose numbers follow
 * each other, JSON, a table, a code fence, a model's thinking. What begins with the comment "# plain"
 * is always read a level a line.
 */

import { fencesIn, unwrapped } from "./around.mjs";
import { LadderError } from "./brackets.mjs";
import { fenced, fencesApart } from "./fenced.mjs";
import { count, folded, linesOf } from "./letters.mjs";
import { plain, readPlain } from "./plain.mjs";
import { structured } from "./shapes.mjs";
import { spoken } from "./spoken.mjs";

/** @typedef {import("./letters.mjs").Line} Line */
/** @typedef {import("./plain.mjs").Read} Read */

const LONGEST = 400_000; // letters: more is no answer
const MOST_LINES = 4000;
export const AS_IT_IS = "# plain";
const UNFINISHED =
  "The model's answer ends in the middle of its thinking, and no ladder comes; let it write " +
  "more, or think less.";

/**
 * The levels that a text describes, widest first, what is to be said of how it was read, and
 * whether it is an answer.
 *
 * @param {string} text
 * @returns {Read & {answer: boolean}}
 * @throws {LadderError} naming the line, and the column where brackets do not parse; and where there
 *   is thinking alone
 */
export function read(text) {
  const found = count(text) <= LONGEST ? answerIn(linesOf(text)) : null;
  if (!found) return { rungs: readPlain(text), notes: [], answer: false };
  const [first] = found.rungs;
  // "1x": it magnifies nothing.
  if (first && (first.zoom ?? 2) <= 1) found.rungs[0] = { ...first, zoom: null };
  return { ...found, answer: true };
}

/** @param {Line[]} lines @returns {Read | null} */
function answerIn(lines) {
  const first = lines.find((line) => line.text)?.text ?? "";
  if (lines.length > MOST_LINES || folded(first) === AS_IT_IS) return null;
  const body = unwrapped(lines);
  const notes = [];
  if (body.thought.length) {
    const [from, to] = [body.thought[0].number, body.thought.at(-1).number];
    const which = from === to ? `Line ${from} is` : `Lines ${from} to ${to} are`;
    notes.push(`${which} left out, as the model's thinking`);
  }
  if (body.open) throw new LadderError(UNFINISHED);
  const fences = fencesIn(body.lines);
  let found =
    fencesApart(body.lines, fences) ??
    fenced(body.lines, fences) ??
    structured(body.lines) ??
    spoken(body.lines);
  if (!found && body.wrapped) found = { rungs: plain(body.lines), notes: [] };
  return found && { rungs: found.rungs, notes: [...notes, ...found.notes] };
}
