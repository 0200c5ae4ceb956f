/**
 * Where a list stands in a text.
 *
 * A text is a list only where it says so: prompts may begin with a number, too. Numbers must follow
 * each other, sizes must rise or fall, and little else may stand around (edges.mjs).
 */

import { count, folded, matchAt, trim } from "../letters.mjs";
import { TIMES } from "../scales.mjs";
import {
  BOLD, FIELD, SCALE, TOTAL, endOf, holds, isApart, othersOf, paragraphsOf,
} from "./edges.mjs"; // prettier-ignore
import { frontOf } from "./heads.mjs";
import { BULLET, LABEL, LETTER, NUMBER } from "./marks.mjs";

/** @typedef {import("../letters.mjs").Line} Line */
/** @typedef {import("./edges.mjs").Item} Item */
/** @typedef {import("./edges.mjs").Run} Run */
/** @typedef {import("./heads.mjs").Front} Front */

const LONGEST = 5000; // letters of a line that may be an entry
// Which kind of list is looked for first: what others may have inside.
const ORDER = [LABEL, NUMBER, LETTER, SCALE, BOLD, FIELD, BULLET];
const TRIED = 8; // runs of a kind
const PROMPT = /(?:\*\*)?(?:image )?prompt(?:\*\*)? ?:/uy;
const SUM = /([0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,12}):(?= )/uy;

/**
 * A list with its kind, and the lines before and behind it that say something.
 * @typedef {{kind: string, items: Item[], before: Line[], after: Line[]}} Found
 */

/**
 * The list that a text is; null where it is none.
 *
 * @param {Line[]} lines
 * @returns {Found | null}
 */
export function listIn(lines) {
  const fronts = lines.map(({ text }) => (text && count(text) <= LONGEST ? frontOf(text) : null));
  /** @type {Found | null} */
  let best = null;
  for (const kind of ORDER) {
    const runs = runsOf(kind, lines, fronts).sort((a, b) => b.places.length - a.places.length);
    for (const run of runs.slice(0, TRIED)) {
      const found = foundAs(run, runs, lines, fronts);
      if (!found) continue;
      // A short list before or behind a longer one is about it.
      if (!best || (found.items.length > best.items.length && areApart(found, best))) best = found;
      break;
    }
  }
  return best;
}

/** @param {Found} one @param {Found} other */
function areApart(one, other) {
  const first = ({ items }) => items[0].line.number;
  const last = ({ items }) => (items.at(-1).body.at(-1) ?? items.at(-1).line).number;
  return first(one) > last(other) || last(one) < first(other);
}

/**
 * The runs of lines of a kind that follow each other, whatever stands between them.
 *
 * @param {string} kind
 * @param {Line[]} lines
 * @param {(Front | null)[]} fronts
 * @returns {Run[]}
 */
function runsOf(kind, lines, fronts) {
  /** @type {Map<string, {index: number, ordinal: number}[]>} */
  const byStyle = new Map();
  fronts.forEach((front, index) => {
    for (const [style, ordinal] of front ? signsOf(kind, lines[index], front) : []) {
      if (!byStyle.has(style)) byStyle.set(style, []);
      byStyle.get(style).push({ index, ordinal });
    }
  });
  return [...byStyle].flatMap(([style, signs]) => split(kind, style, signs, lines));
}

/** @param {string} kind @param {Line} line @param {Front} front @returns {[string, number][]} */
function signsOf(kind, line, front) {
  if (kind === SCALE) {
    const sum = matchAt(SUM, folded(line.text));
    if (sum) return [[TOTAL, Number(sum[1].replaceAll(",", ""))]];
    const scale = front.early ? front.scales[0] : null;
    return scale ? [[scale.kind, scale.value]] : [];
  }
  if (kind === BOLD) {
    return front.bold && front.heads.length && !front.marks.length ? [[BOLD, 0]] : [];
  }
  if (kind === FIELD) return matchAt(PROMPT, folded(line.text)) ? [[FIELD, 0]] : [];
  return front.marks.filter((mark) => mark.kind === kind).map((mark) => [mark.style, mark.ordinal]);
}

/** @returns {Run[]} */
function split(kind, style, signs, lines) {
  const runs = [];
  for (const sign of signs) {
    const run = runs.at(-1);
    const { indent } = lines[sign.index];
    const first = run && lines[run[0].index].indent;
    if (run && indent > first + 1) continue; // set further in: inside of an entry
    const values = run?.map(({ ordinal }) => ordinal);
    if (run && indent >= first - 1 && follows(kind, values, sign.ordinal)) run.push(sign);
    else runs.push([sign]);
  }
  return runs
    .filter((run) => run.length > 1 && isWhole(kind, style, run.map(({ ordinal }) => ordinal)))
    .map((run) => ({ kind, style, places: run.map(({ index }) => index) }));
}

/** @param {string} kind @param {number[]} values @param {number} value */
function follows(kind, values, value) {
  if ([BOLD, FIELD, BULLET].includes(kind)) return true;
  const step = value - values.at(-1);
  const first = values.length > 1 ? values[1] - values[0] : step;
  if (kind === SCALE) return step !== 0 && step > 0 === first > 0;
  if (step === first && Math.abs(step) === 1) return true;
  return kind === NUMBER && step === 0 && first === 0 && value === 1;
}

/** Whether numbers are those of a list: from 0 or 1 on, or down to them. */
function isWhole(kind, style, values) {
  if (style === TOTAL) {
    const doubled = values.slice(1).every((value, index) => value >= 2 * values[index]);
    return values[0] === 1 && values.length > 2 && doubled;
  }
  if (![LABEL, NUMBER, LETTER].includes(kind)) return true;
  if (values[0] === values[1]) return true; // "1." in front of all: Markdown counts by itself
  if (values[0] < values[1]) return values[0] <= 1 || values.length > 2;
  return values.at(-1) <= 1 && values.length > 2;
}

/**
 * @param {Run} run
 * @param {Run[]} runs
 * @param {Line[]} lines
 * @param {(Front | null)[]} fronts
 * @returns {Found | null}
 */
function foundAs(run, runs, lines, fronts) {
  const { places } = run;
  const last = places.at(-1);
  const bodies = places.slice(1).map((there, index) => lines.slice(places[index] + 1, there));
  const most = Math.max(0, ...bodies.map((body) => paragraphsOf(body).length));
  const attached = bodies.some((body) => Boolean(body[0]?.text));
  const end = endOf(last, lines, !fronts[last].rest, most, attached);
  bodies.push(lines.slice(last + 1, end));
  const before = lines.slice(0, places[0]).filter((line) => line.text);
  const after = lines.slice(end).filter((line) => line.text);
  const items = places.map((place, index) => {
    const front = run.style === TOTAL ? totalOf(lines[place]) : fronts[place];
    return { line: lines[place], front, body: bodies[index] };
  });
  const others = othersOf(run, runs, lines);
  if (!isApart(run, lines, before, after, others) || !holds(run, items)) return null;
  return { kind: run.kind, items, before, after };
}

/** A line's front that is a number and a colon: a magnification. @param {Line} line @returns {Front} */
function totalOf({ text }) {
  const sum = matchAt(SUM, folded(text));
  const value = Number(sum[1].replaceAll(",", ""));
  const rest = trim(text.slice(sum[0].length));
  const scales = [{ kind: TIMES, value, end: 0 }];
  return { marks: [], heads: [], scales, rest, bold: false, depth: 0, early: true };
}
