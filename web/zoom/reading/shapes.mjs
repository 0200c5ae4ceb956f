/** The shapes in which levels come: JSON, a table, a list. */

import { jsonIn, toldIn } from "./braces/inside.mjs";
import { isPrompt } from "./braces/objects.mjs";
import { TURNED, rungsOf } from "./factors.mjs";
import { linesOf, shortened } from "./letters.mjs";
import { draftsOf, placed } from "./lists/items.mjs";
import { listIn } from "./lists/runs.mjs";
import { deepestFirst } from "./lists/titles.mjs";
import { leftOut, plain } from "./plain.mjs";
import { spoken } from "./spoken.mjs";
import { tableIn } from "./tables.mjs";

/** @typedef {import("./letters.mjs").Line} Line */
/** @typedef {import("./plain.mjs").Read} Read */

/**
 * Levels in JSON, in a table, or in a list; `told` where these are lines that JSON told.
 *
 * @param {Line[]} lines
 * @param {boolean} [told]
 * @returns {Read | null}
 */
export function structured(lines, told = false) {
  return json(lines, told) ?? table(lines) ?? listedIn(lines);
}

/** @param {Line[]} lines @returns {Read | null} */
export function listedIn(lines) {
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
  const listed = listedIn(prompts.map((text) => ({ number, indent: 0, text })));
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
