/**
 * Lists as people and language models write them, read as rows of a ladder.
 */

import { LadderError, parseLine } from "../zoom/ladder.mjs";
import { rungsOfJson } from "./paste_json.mjs";

/** @typedef {import("../zoom/ladder.mjs").Rung} Rung */

const FENCE = /^[ \t]*(`{3,}|~{3,})[^\n]*\n([\s\S]*?)^[ \t]*\1[ \t]*$/gm;
// "1." "2)" "(3)" "4:" "-" "*" and the dots of word processors.
const BULLET = /^(?:\(?\d{1,3}[.):](?=\s|$|[^\d\s])|[-*+•◦▪‣·–—](?=\s))\s*/u;
// "Level 3:" "Step 3 -" "Zoom level 3 (wide):"
const NAMES = "level|step|scale|view|stage|layer|frame|line|ebene|stufe|niveau|étape";
const LABEL = new RegExp(
  `^(?:zoom\\s+)?(?:${NAMES})\\s*#?\\d{1,3}\\s*(?:\\([^)]*\\)\\s*)?(?:[:.)–—-]+\\s*|$)`, "iu",
);
const FIELD = /^(?:prompt|text|description|view|scene)\s*:\s*/i;

/**
 * The rows that a pasted text holds. Of prose around a list, code fences, bullets, numbers, bold
 * type and quotation marks nothing is left.
 *
 * @param {string} text
 * @returns {Rung[]} empty where there is nothing
 */
export function parseList(text) {
  const body = fenced(text.replace(/\r\n?/g, "\n"));
  return rungsOfJson(body) ?? items(body).map(asRung).filter((rung) => rung.prompt);
}

/**
 * Whether a pasted text is a list of rows rather than words to go into one.
 *
 * @param {string} text
 */
export function isList(text) {
  return parseList(text).length > 1;
}

/** What stands in the fence with the most lines; all of it where there is none. */
function fenced(text) {
  const blocks = [...text.matchAll(FENCE)].map((found) => found[2]);
  return blocks.sort((a, b) => b.split("\n").length - a.split("\n").length)[0] ?? text;
}

/**
 * The entries of a list in Markdown or in plain lines.
 *
 * @param {string} text
 * @returns {string[]}
 */
function items(text) {
  const lines = text.split("\n").map((raw) => ({
    bare: unmarked(raw),
    depth: /^\s*/.exec(raw)[0].length,
    marked: isMarked(raw),
    comment: /^\s*#/.test(raw),
    blank: raw.trim() === "",
  }));
  const first = lines.find((line) => line.marked);
  if (lines.filter((line) => line.marked).length < 2) return plainLines(lines);
  const found = [];
  let open = false;
  for (const line of lines) {
    const deeper = line.depth > first.depth;
    if (line.marked && !(deeper && open)) found.push([line.bare]);
    // A list's entry goes on in the next line, and in lines that are set further in.
    else if (found.length && line.bare && (deeper || open)) found.at(-1).push(line.bare);
    open = !line.blank && (open || line.marked);
  }
  return found.map((parts) => parts.filter(Boolean).join(" "));
}

/** One entry a line, without comments and without the sentence that announces them. */
function plainLines(lines) {
  const kept = lines.filter((line) => !line.blank && (!line.comment || line.marked));
  const announced = kept.length > 1 && !kept[0].marked && kept[0].bare.endsWith(":");
  return kept.slice(announced ? 1 : 0).map((line) => line.bare);
}

/** @param {string} line */
function isMarked(line) {
  const bare = undecorated(line);
  return BULLET.test(bare) || LABEL.test(bare);
}

/** A line without its marks, of which it may have several: "1. **Level 1:** a galaxy". */
function unmarked(line) {
  let bare = undecorated(line);
  for (let before = ""; before !== bare;) {
    before = bare;
    bare = bare.replace(BULLET, "").replace(LABEL, "").replace(FIELD, "").trim();
  }
  return unquoted(bare);
}

/** Without Markdown's headings, bold type and code marks. @param {string} line */
function undecorated(line) {
  return line
    .replace(/^\s*(?:#{1,6}\s+)?/, "")
    .replace(/(\*\*|__)(?=\S)(.*?\S)\1/g, "$2")
    .replace(/(^|[\s(])\*(?=[^\s*])([^*]*[^\s*])\*(?=$|[\s.,;:!?)])/g, "$1$2")
    .replace(/`([^`]*)`/g, "$1")
    .trim();
}

/** @param {string} text */
function unquoted(text) {
  return text.replace(/^(["“”„'‘])(.*)["“”'’]\s*,?$/u, "$2").trim();
}

/** @param {string} item @returns {Rung} */
function asRung(item) {
  try {
    const rung = parseLine(item);
    return { ...rung, prompt: unquoted(rung.prompt) };
  } catch (error) {
    if (!(error instanceof LadderError)) throw error;
    return { prompt: item, zoom: null, focus: null }; // the row will say what is wrong with it
  }
}
