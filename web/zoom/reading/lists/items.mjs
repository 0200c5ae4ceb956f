/**
 * From the entries of a list to the levels that they describe.
 */

import { NAMES, bracketsOf, isPlain, parseRung } from "../brackets.mjs";
import { count, strip } from "../letters.mjs";
import { tidied } from "../tidy.mjs";
import { partsOf } from "./fields.mjs";
import { headParts } from "./heads.mjs";
import { areTitles, bared } from "./titles.mjs";

/** @typedef {import("./titles.mjs").Draft} Draft */

const BRACKET = new RegExp(`^(.*[^ ]) *(\\[ *(?:${NAMES.join("|")}) *=[^\\]\\[]*\\])$`, "u");

/**
 * The levels of a list.
 *
 * @param {import("./runs.mjs").Found} found
 * @returns {Draft[]}
 * @throws {import("../brackets.mjs").LadderError} where brackets do not parse
 */
export function draftsOf({ kind, items }) {
  const titled = areTitles(kind, items);
  return bared(items.map((item) => draftOf(item, titled)));
}

/** @param {import("./edges.mjs").Item} item @param {boolean} titled @returns {Draft} */
function draftOf(item, titled) {
  const { line, front } = item;
  const title = titled ? headParts(front.rest) : { heads: [], scales: [] };
  const heads = [...front.heads, ...title.heads];
  const { prompt: said, scales, dropped } = partsOf(item, titled);
  const prompt = !tidied(said) && heads.length ? heads.pop() : said;
  return {
    rung: rungOf(line, prompt),
    heads,
    scales: [...front.scales, ...title.scales, ...scales],
    dropped,
  };
}

/**
 * The rung of JSON or a table, whose prompt may have brackets as in a list; what the rung says itself
 * goes before them.
 *
 * @param {import("../brackets.mjs").Rung} rung
 * @param {number} number of its line
 * @returns {import("../brackets.mjs").Rung}
 * @throws {import("../brackets.mjs").LadderError} where brackets do not parse
 */
export function placed(rung, number) {
  const own = rungOf({ number, text: rung.prompt }, rung.prompt);
  return {
    prompt: own.prompt,
    zoom: rung.zoom ?? own.zoom,
    focus: rung.focus ?? own.focus,
    settings: isPlain(rung.settings) ? own.settings : rung.settings,
  };
}

/** The prompt with its brackets, which in an answer may stand behind it as well. */
function rungOf(line, prompt) {
  let text = strip(prompt);
  const behind = bracketsOf(text) ? null : BRACKET.exec(text);
  if (behind) text = `${behind[2]} ${behind[1]}`;
  const front = bracketsOf(text);
  const place = line.text.indexOf(front ? front.whole : text);
  const shift = count(line.text.slice(0, Math.max(place, 0)));
  const read = parseRung(line.number, text, shift);
  return { ...read, prompt: tidied(read.prompt) };
}
