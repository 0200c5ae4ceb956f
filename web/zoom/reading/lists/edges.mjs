/**
 * Where a list ends, what belongs to its entries, and what may stand around it.
 *
 * What stands before and behind must look like words to a reader: a sentence, a heading, bold type.
 */

import { isClosing, isSentence } from "../sayings.mjs";
import { LABEL, LETTER, NUMBER } from "./marks.mjs";

/** @typedef {import("../letters.mjs").Line} Line */

export const [SCALE, BOLD, FIELD, TOTAL] = ["scale", "bold", "field", "total"];
const RULE = /^(?:(?:[-*_=~] ?){3,}|[↓⬇⇩▼].{0,60})$/u;

/**
 * An entry of a list: its line, what it begins with, and the lines that belong to it, blank ones too.
 * @typedef {{line: Line, front: import("./heads.mjs").Front, body: Line[]}} Item
 */

/**
 * Lines that begin as entries of one list do, by their places in the text.
 * @typedef {{kind: string, style: string, places: number[]}} Run
 */

/**
 * Where the last entry ends: it has up to as many paragraphs as the others have.
 *
 * @param {number} last
 * @param {Line[]} lines
 * @param {boolean} bare
 * @param {number} most
 * @param {boolean} attached
 */
export function endOf(last, lines, bare, most, attached) {
  let [at, count, inside] = [last + 1, 0, false];
  for (; at < lines.length; at++) {
    const { text, indent } = lines[at];
    if (RULE.test(text) || isClosing(text) || text.startsWith("#")) break;
    if (text && !inside && indent <= lines[last].indent) {
      const touching = at === last + 1;
      if (touching && !(bare || attached || !isSentence(text))) break;
      if (!touching && count >= Math.max(most, Number(bare))) break;
      count += 1;
    }
    inside = Boolean(text);
  }
  while (at > last + 1 && !lines[at - 1].text) at -= 1;
  return at;
}

/** Lines that stand together, without what is blank around them. @param {Line[]} body */
export function paragraphsOf(body) {
  /** @type {Line[][]} */
  const parts = [];
  let fresh = true;
  for (const line of body) {
    if (!line.text || RULE.test(line.text)) fresh = true;
    else if (fresh) {
      parts.push([line]);
      fresh = false;
    } else parts.at(-1).push(line);
  }
  return parts;
}

/**
 * The lines, by their numbers, of other lists of its style: "Option B" with its own 1, 2, 3. Each is
 * introduced: of numbers that begin anew for no reason nobody knows what they count.
 *
 * @param {Run} run
 * @param {Run[]} runs
 * @param {Line[]} lines
 * @returns {Set<number>}
 */
export function othersOf(run, runs, lines) {
  const apart = runs.filter(({ style, places }) => {
    const above = lines.slice(0, places[0]).findLast((line) => line.text);
    return style === run.style && above && isAbout(above.text);
  });
  const others = apart.filter((other) => other !== run);
  return new Set(others.flatMap(({ places }) => places.map((place) => lines[place].number)));
}

/**
 * Whether what stands around a list looks like words about it, or like another, and not like levels.
 *
 * @param {Run} run
 * @param {Line[]} lines
 * @param {Line[]} before
 * @param {Line[]} after
 * @param {Set<number>} others
 */
export function isApart({ kind, places }, lines, before, after, others) {
  const blank = !before.length || !lines[places[0] - 1].text;
  const titled = before.length === 1 && places.length > 2 && [LABEL, NUMBER].includes(kind);
  if (before.length && !blank && !titled && !isAbout(before.at(-1).text)) return false;
  const around = [...before, ...after].filter(({ number }) => !others.has(number));
  const strange = around.filter((line) => !isAbout(line.text)).length;
  let most = [LABEL, NUMBER, BOLD].includes(kind) ? Math.floor((places.length - 1) / 2) : 1;
  if ([SCALE, LETTER, FIELD].includes(kind) || places.length === 2) most = 0;
  return strange <= most;
}

/** Whether a line speaks about a list: a sentence, a heading, bold type, a rule. @param {string} text */
function isAbout(text) {
  const bold = text.startsWith("**") || text.startsWith("#");
  return bold || RULE.test(text) || isSentence(text) || isClosing(text);
}

/** Whether what stands between entries can belong to them. @param {Run} run @param {Item[]} items */
export function holds({ kind }, items) {
  if (items.every((item) => item.front.depth === 1)) {
    // A plain ladder's comments: its lines stay levels of their own.
    return items.every((item) => item.body.filter((line) => line.text).length === 1);
  }
  if ([LABEL, NUMBER, BOLD, FIELD].includes(kind)) return true;
  return items.every(({ line: { indent }, front, body }) => {
    const inner = body.filter((line) => line.text && !line.text.startsWith("#"));
    return !front.rest || inner.every((line) => line.indent > indent);
  });
}
