/**
 * The one reader of ladders: plain lines, or an answer as people and language models write it, as
 * zoomstack/scene/reading reads it, file for file.
 *
 * A text is read a level a line unless it says that it is something else: a list whose numbers follow
 * each other, JSON, a table, a code fence, a model's thinking. What begins with the comment "# plain"
 * is always read a level a line.
 */

import { fencesIn, unwrapped } from "./around.mjs";
import { jsonIn, toldIn } from "./braces/inside.mjs";
import { isPrompt } from "./braces/objects.mjs";
import { LadderError, parseRung } from "./brackets.mjs";
import { TURNED, rungsOf } from "./factors.mjs";
import { count, folded, linesOf, shortened, splitLines, strip } from "./letters.mjs";
import { draftsOf, placed } from "./lists/items.mjs";
import { listIn } from "./lists/runs.mjs";
import { deepestFirst } from "./lists/titles.mjs";
import { announces, asks, isClosing, isOpening } from "./sayings.mjs";
import { tableIn } from "./tables.mjs";

/** @typedef {import("./brackets.mjs").Rung} Rung */
/** @typedef {import("./letters.mjs").Line} Line */
/** @typedef {{rungs: Rung[], notes: string[]}} Read */

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

/**
 * Levels in JSON, in a table, or in a list; `told` where these are lines that JSON told.
 *
 * @param {Line[]} lines
 * @param {boolean} [told]
 * @returns {Read | null}
 */
function structured(lines, told = false) {
  return json(lines, told) ?? table(lines) ?? list(lines);
}

/** @param {Line[]} lines @param {boolean} told @returns {Read | null} */
function json(lines, told) {
  const text = lines.map((line) => line.text).join("\n");
  const inner = told ? null : toldAs(text, lines);
  if (inner) return inner;
  const found = jsonIn(text);
  if (!found) return null;
  const { entries } = found;
  const lineAt = (place) => text.slice(0, place).split("\n").length - 1;
  const first = lineAt(found.start);
  const around = [...lines.slice(0, first), ...lines.slice(lineAt(found.end) + 1)];
  const { number } = lines[first];
  const listed = texts(entries.map((entry) => entry.rung.prompt), number);
  const { rungs, notes } =
    listed && !entries.some((entry) => entry.scales.length)
      ? listed
      : rungsOf(
          entries.map((entry) => placed(entry.rung, number)),
          entries.map((entry) => entry.scales),
        );
  return { rungs, notes: [...leftOut(around, number), ...notes] };
}

/**
 * A ladder that is one text inside of JSON, as servers hand an answer on.
 *
 * @param {string} text
 * @param {Line[]} lines
 * @returns {Read | null}
 */
function toldAs(text, lines) {
  const found = toldIn(text);
  if (!found) return null;
  const lineAt = (place) => text.slice(0, place).split("\n").length - 1;
  const first = lineAt(found.start);
  const { number } = lines[first];
  const inner = linesOf(found.said).map((line) => ({ ...line, number: number + line.number - 1 }));
  let read = structured(inner, true) ?? spoken(inner);
  if (!read && !isPrompt(found.name)) read = { rungs: plain(inner), notes: [] };
  if (!read || read.rungs.length < 2) return null;
  const around = [...lines.slice(0, first), ...lines.slice(lineAt(found.end) + 1)];
  return { rungs: read.rungs, notes: [...leftOut(around, number), ...read.notes] };
}

/** Texts that are a list of their own: "Level 1 (1x): a leaf". */
function texts(prompts, number) {
  const listed = list(prompts.map((text) => ({ number, indent: 0, text })));
  return listed?.rungs.length === prompts.length ? listed : null;
}

/** @param {Line[]} lines @returns {Read | null} */
function table(lines) {
  const found = tableIn(lines);
  if (!found) return null;
  const own = found.rungs.map((rung, index) => placed(rung, found.numbers[index]));
  const { rungs, notes } = rungsOf(own, found.scales);
  if (found.left.length) {
    const names = found.left.map((name) => shortened(name)).join(", ");
    notes.push(`Columns of the table are left out: ${names}`);
  }
  const first = found.after[0]?.number ?? lines.at(-1).number + 1;
  return { rungs, notes: [...leftOut([...found.before, ...found.after], first), ...notes] };
}

/** @param {Line[]} lines @returns {Read | null} */
function list(lines) {
  const found = listIn(lines);
  if (!found) return null;
  let drafts = draftsOf(found).filter((draft) => draft.rung.prompt);
  if (drafts.length < 2) return null;
  const turned = deepestFirst(drafts);
  if (turned) drafts = drafts.toReversed();
  const said = rungsOf(drafts.map((draft) => draft.rung), drafts.map((draft) => draft.scales));
  const notes = leftOut([...found.before, ...found.after], found.items[0].line.number);
  for (const line of drafts.flatMap((draft) => draft.dropped)) {
    notes.push(`Line ${line.number} is left out: ${shortened(line.text)}`);
  }
  const heads = drafts.flatMap((draft) => draft.heads).map((head) => shortened(head, 40));
  if (heads.length) {
    const more = heads.length > 4 ? ", ..." : "";
    notes.push(`Heads before the prompts are left out: ${heads.slice(0, 4).join(", ")}${more}`);
  }
  return { rungs: said.rungs, notes: [...notes, ...said.notes, ...(turned ? [TURNED] : [])] };
}

/** What stands in the fence with the most lines. */
function fenced(lines, fences) {
  if (!fences.length) return null;
  const filled = (each) => each.lines.filter((line) => line.text).length;
  const fence = fences.reduce((most, each) => (filled(each) > filled(most) ? each : most));
  const found = structured(fence.lines) ?? { rungs: plain(fence.lines), notes: [] };
  if (!found.rungs.length) return null;
  const around = [...lines.slice(0, fence.start), ...lines.slice(fence.stop)];
  const others = around.filter((line) => !isFence(line.text));
  const notes = [...leftOut(others, fence.lines[0].number), ...found.notes];
  return { rungs: found.rungs, notes };
}

/** Fences with one line each are the prompts of a list, or the list itself. */
function fencesApart(lines, fences) {
  const filled = fences.flatMap((fence) => fence.lines.filter((line) => line.text));
  const single = fences.every((fence) => fence.lines.filter((line) => line.text).length === 1);
  if (fences.length < 2 || !single) return null;
  const bare = lines.map((line) => (isFence(line.text) ? { ...line, text: "" } : line));
  const listed = list(bare);
  if (listed?.rungs.length === fences.length) return listed;
  const inside = filled.map((line) => line.number);
  const around = bare.filter((line) => line.text && !inside.includes(line.number));
  return { rungs: plain(filled), notes: leftOut(around, inside[0]) };
}

/** @param {string} text */
function isFence(text) {
  return text.startsWith("```") || text.startsWith("~~~");
}

/** Plain lines behind "Here are your prompts:", or before "Let me know ...!". */
function spoken(lines) {
  const filled = lines.filter((line) => line.text);
  const around = [];
  if (filled.length > 1 && isOpening(filled[0].text)) {
    const gap = filled[1].number > filled[0].number + 1;
    if (gap || announces(filled[0].text)) around.push(filled.shift());
  }
  const opened = around.length > 0;
  while (filled.length > 1 && isClosing(filled.at(-1).text)) {
    const apart = filled.at(-1).number > filled.at(-2).number + 1;
    if (!opened && !(apart && asks(filled.at(-1).text))) break;
    around.push(filled.pop());
  }
  const rungs = around.length ? plain(filled) : [];
  return rungs.length ? { rungs, notes: leftOut(around, filled[0].number) } : null;
}

/** @param {Line[]} lines */
function plain(lines) {
  return lines
    .filter((line) => isLevel(line.text))
    .map((line) => parseRung(line.number, line.text));
}

/** Notes of the lines around an answer, which begins at line `first`. @param {Line[]} lines */
function leftOut(lines, first) {
  const notes = lines
    .filter((line) => line.text)
    .sort((a, b) => a.number - b.number)
    .map(({ number, text }) => {
      const what = number < first ? "as an introduction" : "as a closing remark";
      return `Line ${number} is left out, ${what}: ${shortened(text)}`;
    });
  return notes.length <= 6 ? notes : [...notes.slice(0, 5), `${notes.length - 5} more lines are left out`];
}
