/**
 * JSON as language models write it: comments, commas too many or too few, any quotation marks.
 *
 * Numbers stay text, so that none is rounded; an object is a list of pairs, in its order. Braces may
 * be missing altogether: ComfyUI's dynamic prompts take them away.
 */

import { matchAt } from "../letters.mjs";

const GAP = /(?:[ \n]+|\/\/[^\n]*|#[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)*/uy;
const NUMBER = /[+-]?[0-9]{1,40}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,4})?(?![\w.^])/uy;
const WORD = /(?:true|false|null|None|True|False|NaN)(?!\w)/uy;
const KEY = /[A-Za-z_][A-Za-z0-9_ -]{0,40}(?= ?:)|[0-9]{1,6}(?= ?:)/uy;
const QUOTES = { '"': '"', "'": "'", "“": "”", "‘": "’", "„": "“”", "«": "»", "`": "`" };
// A quotation mark ends a text where something of JSON follows it; others are part of the text.
const AFTER = / *(?:[,:\]}\n#;]|\/\/|\/\*|$)/uy;
const ESCAPES = { n: "\n", t: " ", r: " ", b: "", f: " ", "/": "/" };
const DEEPEST = 20;

/** A number, or another word that is no text. */
export class Word {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/** An object. */
export class Pairs {
  /** @param {[string, Value][]} items */
  constructor(items) {
    this.items = items;
  }
}

/** What stands here is no JSON. */
export class Broken extends Error {}

/**
 * @typedef {string | Word | Pairs | Value[]} Value
 */

/**
 * A value at a place of a text, and where it ends. One that breaks off is as far as it goes.
 *
 * @param {string} text
 * @param {number} start
 * @returns {[Value, number]}
 * @throws {Broken}
 */
export function valueAt(text, start, depth = 0) {
  const at = gap(text, start);
  const sign = text[at];
  if (depth > DEEPEST || sign === undefined) throw new Broken();
  if (sign === "[") return array(text, at + 1, depth, "]");
  if (sign === "(" && depth) return array(text, at + 1, depth, ")"); // a tuple of Python's
  if (sign === "{") return pairsAt(text, at + 1, depth);
  if (sign in QUOTES) return stringAt(text, at);
  const word = matchAt(NUMBER, text, at) ?? matchAt(WORD, text, at);
  if (!word) throw new Broken();
  return [new Word(word[0]), at + word[0].length];
}

/** Where the next thing stands, behind blanks and comments. @param {string} text */
export function gap(text, at) {
  return at + matchAt(GAP, text, at)[0].length;
}

/** @param {string} text @param {number} start @param {string} close @returns {[Value[], number]} */
function array(text, start, depth, close) {
  let items = [];
  for (let at = start;;) {
    at = comma(text, at);
    if (at >= text.length || text[at] === close) return [items, Math.min(at + 1, text.length)];
    const [item, end] = valueAt(text, at, depth + 1);
    at = end;
    if (typeof item === "string" && isColon(text, end)) {
      const [value, behind] = namedAt(text, gap(text, end) + 1, depth + 1);
      items = grown(items, item, value);
      at = behind;
    } else items.push(item);
  }
}

/**
 * The pairs of an object, whose brace has been opened.
 *
 * @param {string} text
 * @param {number} start
 * @returns {[Pairs, number]}
 */
function pairsAt(text, start, depth) {
  const items = [];
  for (let at = start;;) {
    at = comma(text, at);
    if (at >= text.length || text[at] === "}") {
      return [new Pairs(items), Math.min(at + 1, text.length)];
    }
    const [key, behind] = keyAt(text, at);
    at = gap(text, behind);
    if (text[at] !== ":") throw new Broken();
    const [value, end] = namedAt(text, at + 1, depth + 1);
    items.push([key, value]);
    at = end;
  }
}

/**
 * The value behind a name: where that is followed by a colon, pairs whose braces are missing.
 *
 * @param {string} text
 * @param {number} at
 * @returns {[Value, number]}
 */
export function namedAt(text, at, depth = 0) {
  let [value, end] = valueAt(text, at, depth);
  const pairs = [];
  while (typeof value === "string" && isColon(text, end)) {
    const [inner, last] = namedAt(text, gap(text, end) + 1, depth + 1);
    pairs.push([value, inner]);
    end = last;
    let behind = end;
    try {
      [value, behind] = valueAt(text, comma(text, end), depth + 1);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      break;
    }
    if (typeof value !== "string" || !isColon(text, behind)) break;
    end = behind;
  }
  return pairs.length ? [new Pairs(pairs), end] : [value, end];
}

/** @param {string} text @param {number} at */
function isColon(text, at) {
  return text[gap(text, at)] === ":";
}

/** Objects with one more pair, without braces: a key that the last has begins another. */
export function grown(items, key, value) {
  const last = items.at(-1);
  if (!(last instanceof Pairs) || last.items.some(([known]) => known === key)) {
    return [...items, new Pairs([[key, value]])];
  }
  return [...items.slice(0, -1), new Pairs([...last.items, [key, value]])];
}

/** @param {string} text @param {number} at @returns {[string, number]} */
function keyAt(text, at) {
  if (text[at] in QUOTES) return stringAt(text, at);
  const word = matchAt(KEY, text, at);
  if (!word) throw new Broken();
  return [word[0], at + word[0].length];
}

/** Behind one comma, or none: models forget them between lines. @param {string} text */
function comma(text, start) {
  const at = gap(text, start);
  return text[at] === "," || text[at] === ";" ? gap(text, at + 1) : at;
}

/**
 * The text in quotation marks; what breaks off before they close is its end.
 *
 * @param {string} text
 * @param {number} start
 * @returns {[string, number]}
 */
export function stringAt(text, start) {
  const close = QUOTES[text[start]];
  let said = "";
  for (let at = start + 1; at < text.length;) {
    const sign = text[at];
    if (sign === "\\" && at + 1 < text.length) {
      const [taken, end] = escape(text, at + 1);
      said += taken;
      at = end;
    } else if (close.includes(sign) && matchAt(AFTER, text, at + 1)) return [said, at + 1];
    else {
      said += sign;
      at += 1;
    }
  }
  return [said, text.length];
}

/** @param {string} text @param {number} at @returns {[string, number]} */
function escape(text, at) {
  const code = text.slice(at + 1, at + 5);
  if (text[at] === "u" && /^[0-9a-fA-F]{4}$/.test(code)) {
    const point = parseInt(code, 16);
    const low = text.slice(at + 5, at + 11);
    if (point >= 0xd800 && point < 0xdc00 && /^\\u[dD][c-fC-F][0-9a-fA-F]{2}$/.test(low)) {
      return [String.fromCharCode(point, parseInt(low.slice(2), 16)), at + 11];
    }
    return [point >= 0xd800 && point < 0xe000 ? "" : String.fromCharCode(point), at + 5];
  }
  return [ESCAPES[text[at]] ?? text[at], at + 1];
}
