/**
 * Where JSON stands in a text, which may have words around it.
 */

import { matchAt, trim } from "../letters.mjs";
import { Broken, Pairs, gap, grown, namedAt, stringAt, valueAt } from "./loose.mjs";
import { LISTS, entriesOf } from "./objects.mjs";

/** @typedef {import("./objects.mjs").Entry} Entry */

const START = /(?:^|\n) *(?:`{1,3}(?:json)? *)?(?=[[{"'“])/gu;
const INTRO = /[^\n[{"'“]{0,200}[:=] *(?=[[{])/uy;
const COMMA = / *[,;]?/uy;
const MOST = 41;

/**
 * The levels in the JSON of a text, and from where to where it stands; null without any. It begins
 * a line, or stands behind a colon in the text's first line: a prompt may hold brackets.
 *
 * @param {string} text
 * @returns {{entries: Entry[], start: number, end: number} | null}
 */
export function jsonIn(text) {
  for (const start of starts(text)) {
    const found = values(text, start) ?? bare(text, start);
    if (found) return { ...found, start };
  }
  return null;
}

/**
 * The one text of lines in a JSON object that is all there is: {"response": "1. a\\n2. b"}. With its
 * name, and from where to where the object stands; null without any.
 *
 * @param {string} text
 * @returns {{name: string, said: string, start: number, end: number} | null}
 */
export function toldIn(text) {
  for (const start of starts(text)) {
    const [value, end] = text[start] === "{" ? objectAt(text, start) : [null, start];
    if (!value || "{[,".includes(text[gap(text, end)] ?? " ")) continue;
    const told = value.items.filter(([, item]) => typeof item === "string" && item.includes("\n"));
    const deep = value.items.some(([, item]) => Array.isArray(item) || item instanceof Pairs);
    if (told.length !== 1 || deep || !ends(text, end)) continue;
    const [[name, said]] = told;
    return { name, said: /** @type {string} */ (said), start, end };
  }
  return null;
}

/** @param {string} text @param {number} start @returns {[Pairs | null, number]} */
function objectAt(text, start) {
  try {
    const [value, end] = valueAt(text, start);
    return [value instanceof Pairs ? value : null, end];
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return [null, start];
  }
}

/** @param {string} text */
function starts(text) {
  const found = [];
  const intro = matchAt(INTRO, text);
  if (intro) found.push(intro[0].length);
  let tries = 0;
  for (const each of text.matchAll(START)) {
    found.push(each.index + each[0].length);
    tries += 1;
    if (tries >= MOST) break;
  }
  return found;
}

/** One value, or one a line. @param {string} text @param {number} start */
function values(text, start) {
  const all = [];
  let end = start;
  for (let at = start; text[at] === "[" || text[at] === "{";) {
    try {
      const [value, behind] = valueAt(text, at);
      all.push(value);
      end = behind;
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      break;
    }
    at = gap(text, end);
    if (text[at] === "," || text[at] === ";") at = gap(text, at + 1);
  }
  if (!all.length || !ends(text, end)) return null;
  const entries = entriesOf(all.length === 1 ? all[0] : all);
  const named = all[0] instanceof Pairs && all[0].items.some(([key]) => LISTS.includes(key));
  return entries.length > 1 || (entries.length && named) ? { entries, end } : null;
}

/** Pairs without braces, or texts with commas, one a line. @param {string} text */
function bare(text, start) {
  if (text[start] === "[" || text[start] === "{") return null;
  let pairs = [];
  const texts = [];
  let end = start;
  for (let at = start; at < text.length && "\"'“".includes(text[at]);) {
    let after;
    try {
      const [said, behind] = stringAt(text, at);
      after = behind;
      const place = gap(text, after);
      if (text[place] === ":") {
        const [value, last] = namedAt(text, place + 1);
        after = last;
        pairs = grown(pairs, said, value);
      } else texts.push(said);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      break;
    }
    const comma = matchAt(COMMA, text, after)[0];
    end = after + comma.length;
    if (!pairs.length && !comma.includes(",")) break;
    const goesOn = pairs.length && comma.includes(",");
    if (end < text.length && text[end] !== "\n" && !goesOn) return null;
    at = gap(text, end);
  }
  if (pairs.length && texts.length) return null;
  const entries = entriesOf(pairs.length === 1 ? pairs[0] : pairs.length ? pairs : texts);
  return entries.length > 1 && ends(text, end) ? { entries, end } : null;
}

/** Whether nothing but an end of the line stands behind, or a word behind the one value. */
function ends(text, end) {
  const line = text.indexOf("\n", end);
  const rest = text.slice(end, line < 0 ? text.length : line);
  return !trim(rest, " ,;`") || matchAt(INTRO, text) !== null;
}
