/**
 * What stands before a prompt in an entry: marks, a bold subject, a scale.
 *
 * "1. **Level 1: Galaxy** (1x) – a spiral galaxy" has the marks "1." and "Level 1:", the head
 * "Galaxy", the scale 1x, and the rest "a spiral galaxy".
 */

import { folded, matchAt, trim, trimEnd, trimStart } from "../letters.mjs";
import { scaleAt, scaleOf } from "../scales.mjs";
import { BULLET, LABEL, NUMBER, marksOf } from "./marks.mjs";

/** @typedef {import("./marks.mjs").Mark} Mark */
/** @typedef {import("../scales.mjs").Scale} Scale */

const HEADING = /#{1,6}(?= )/uy;
const QUOTE = /^(?:> ?)+/u;
// One word between underscores is a wildcard.
const SPAN = /\*\*(?! )([^*]+)\*\*|__(?=[^_ ]+ )([^_]+)__|\*(?! )([^*]+)\*|【([^【】]{1,80})】/uy;
const SIGNS = /[\u2190-\u2bff\ufe0f\u200d\u{1f000}-\u{1faff}]{1,8} ?/uy;
const NUMBERED = /\*\*([0-9]{1,3}|[ivxl]{1,7})\*\*(?=[.):]| ?-)/uy;
const SEPARATOR = / ?(?:[(]([^()]{0,80})[)])? ?(?:[:|](?= |$|[^\x00-\x7f])|(?:-{1,3}>?|→)(?= |$)|$)/uy;
const EDGE = " :：.-–—|,";
const AFTER_SCALE = / ?(?:[(][^()]{0,60}[)] ?)?(?:(?:[:|]|-{1,3}>?|→)(?= |$)|$)/uy;
const ASIDE = /(?:\(([^()]{1,60})\)|\[([^[\]=]{1,60})\]) ?(?:[:|](?= |$)|(?:-{1,3}>?|→)(?= |$))?/uy;
const INSIDE = /[([（]([^()[\]（）]{1,60})[)\]）]/gu;

/**
 * The front of a line. `depth` counts #; `early` where the scale stands first of all.
 * @typedef {object} Front
 * @property {Mark[]} marks
 * @property {string[]} heads
 * @property {Scale[]} scales
 * @property {string} rest
 * @property {boolean} bold
 * @property {number} depth
 * @property {boolean} early
 */

/**
 * What a line begins with, as far as it is none of its prompt.
 *
 * @param {string} line
 * @returns {Front}
 */
export function frontOf(line) {
  const text = line.replace(QUOTE, "");
  const depth = matchAt(HEADING, text)?.[0].length ?? 0;
  /** @type {Front} */
  const front = { marks: [], heads: [], scales: [], rest: text, bold: false, depth, early: false };
  if (depth) front.rest = trimEnd(trimEnd(trim(text.slice(depth)), "#"));
  for (let turn = 0; turn < 6; turn++) {
    const before = front.rest;
    const { found, from } = marksIn(before);
    if (found.length) {
      front.marks.push(...found);
      if (found[0].aside !== null) take(found[0].aside, front);
      front.rest = trimStart(before.slice(from + found[0].end));
      continue;
    }
    const isHead = span(front);
    front.bold ||= isHead;
    if (front.rest === before && !isHead) scale(front);
    front.early ||= front.scales.length > 0 && !front.marks.length && !front.heads.length;
    if (front.rest === before) break;
  }
  return front;
}

/**
 * The marks that a text begins with, or the numbers behind pictures: "🌌 Level 1: ".
 *
 * @param {string} text
 * @returns {{found: Mark[], from: number}} which stand behind so many letters
 */
function marksIn(text) {
  const found = marksOf(folded(text), text);
  const from = matchAt(SIGNS, text)?.[0].length ?? 0;
  if (found.length || !from) return { found, from: 0 };
  const behind = text.slice(from);
  const numbers = marksOf(folded(behind), behind);
  return { found: numbers.filter(({ kind }) => kind === LABEL || kind === NUMBER), from };
}

/** Takes bold or slanted type off the front, where it is a head; whether it was. @param {Front} front */
function span(front) {
  const { rest } = front;
  const low = folded(rest);
  const numbered = matchAt(NUMBERED, low);
  if (numbered) {
    front.rest = rest.slice(2, 2 + numbered[1].length) + rest.slice(numbered[0].length);
    return false;
  }
  const signs = matchAt(SIGNS, rest)?.[0].length ?? 0;
  const start = rest.startsWith("**", signs) ? signs : 0;
  const found = matchAt(SPAN, rest, start);
  if (!found) return false;
  let inner = found[1] || found[2] || found[3] || found[4];
  const end = start + found[0].length;
  const after = matchAt(SEPARATOR, low, end);
  let named = namesOf(inner);
  if (!(named.length || /[:.]$/.test(trimEnd(inner)) || after)) return false;
  // A slanted line is a prompt.
  if (!named.length && found[3] && after && end + after[0].length === rest.length) return false;
  while (named.length) {
    front.marks.push(...named);
    if (named[0].aside !== null) take(named[0].aside, front);
    inner = trimStart(inner.slice(named[0].end));
    named = namesOf(inner);
  }
  take(inner, front);
  if (after?.[1] !== undefined) {
    const from = end + after[0].indexOf("(") + 1;
    take(rest.slice(from, from + after[1].length), front);
  }
  front.rest = trimStart(rest.slice(after ? end + after[0].length : end));
  return true;
}

/** @param {string} text */
function namesOf(text) {
  return marksOf(folded(text), text).filter((mark) => mark.kind !== BULLET);
}

/** Takes a scale off the front: "10^7 m: ", "(100x) ", "100x – ". @param {Front} front */
function scale(front) {
  const { rest } = front;
  const aside = matchAt(ASIDE, folded(rest));
  if (aside) {
    const found = scaleOf(rest.slice(1, 1 + (aside[1] ?? aside[2]).length));
    if (!found) return;
    front.scales.push(found);
    front.rest = trimStart(rest.slice(aside[0].length));
    return;
  }
  const found = scaleAt(rest);
  const after = found && matchAt(AFTER_SCALE, folded(rest), found.end);
  if (!after) return;
  front.scales.push(found);
  front.rest = trimStart(rest.slice(found.end + after[0].length));
}

/**
 * Takes a head apart: its scales, and what else it says.
 *
 * @param {string} text
 * @param {{heads: string[], scales: Scale[]}} into
 */
function take(text, into) {
  const head = trim(text, EDGE);
  if (!head) return;
  const asides = [...head.matchAll(INSIDE)].map((found) => found[1]);
  const found = [head, ...head.split(": "), ...asides].map(scaleOf).find(Boolean);
  if (found) into.scales.push(found);
  if (!scaleOf(head)) into.heads.push(head);
}

/** The words and the scales of a head. @param {string} head */
export function headParts(head) {
  const parts = { heads: [], scales: [] };
  take(head, parts);
  return parts;
}
