/**
 * The letters of a text that count for nothing, its lines, and a form in which marks are found.
 */

// What Python's str.splitlines breaks at, and what its str.strip and \s take for space: JavaScript
// counts other characters, and a ladder must not have one level more here than there.
const BREAK = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;
export const SPACE =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
// What shows nowhere and is no space to Python: a byte order mark, zero-width spaces and joiners.
const INVISIBLE = "\\u200b-\\u200f\\u2060\\ufeff";
const NOWHERE = new RegExp(`[${SPACE}${INVISIBLE}]`);
// Joiners stay inside of words: scripts and emoji are written with them.
const UNSEEN = /[\u200b\u200e\u200f\u2060\ufeff\xad]/g;
const SPACES = new RegExp(`[${SPACE}]`, "g");

/**
 * A line of an answer: its number from 1, how far it is set in, and what it says.
 * @typedef {{number: number, indent: number, text: string}} Line
 */

/**
 * The text as lines, each with the break that ends it ("" where the text just ends).
 *
 * @param {string} text
 * @returns {{text: string, end: string}[]} which joined are the text again
 */
export function splitLines(text) {
  const lines = [];
  let at = 0;
  for (const found of text.matchAll(BREAK)) {
    lines.push({ text: text.slice(at, found.index), end: found[0] });
    at = found.index + found[0].length;
  }
  if (at < text.length) lines.push({ text: text.slice(at), end: "" });
  return lines;
}

/** The text without what shows nowhere around it, as Python's reader takes it. @param {string} text */
export function strip(text) {
  // Letter by letter: a pattern for the end takes the square of a long run's length.
  let [start, end] = [0, text.length];
  while (start < end && NOWHERE.test(text[start])) start += 1;
  while (end > start && NOWHERE.test(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

/** Without any of some letters in front and behind. @param {string} text @param {string} [letters] */
export function trim(text, letters = " ") {
  return trimEnd(trimStart(text, letters), letters);
}

/** @param {string} text @param {string} [letters] */
export function trimStart(text, letters = " ") {
  let at = 0;
  while (at < text.length && letters.includes(text[at])) at += 1;
  return text.slice(at);
}

/** @param {string} text @param {string} [letters] */
export function trimEnd(text, letters = " ") {
  let end = text.length;
  while (end > 0 && letters.includes(text[end - 1])) end -= 1;
  return text.slice(0, end);
}

/**
 * The lines of a text, with plain spaces and without what shows nowhere; blank ones too.
 *
 * @param {string} text
 * @returns {Line[]}
 */
export function linesOf(text) {
  return splitLines(text).map(({ text: raw }, index) => {
    const tidied = raw.replace(/\t/g, "    ").replace(SPACES, " ").replace(UNSEEN, "");
    const indent = tidied.length - trimStart(tidied).length;
    return { number: index + 1, indent, text: strip(tidied) };
  });
}

/**
 * As `text`, a letter for each of its own: small, with plain digits, colons and dashes.
 *
 * @param {string} text
 */
export function folded(text) {
  return text
    .replace(/[\uff01-\uff5e]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xfee0))
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    // Digits of Arabic, Persian and Hindi.
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (letter) => String(letter.charCodeAt(0) % 16))
    .replace(/[\u0966-\u096f]/g, (letter) => String(letter.charCodeAt(0) - 0x966))
    .replace(/[A-Z\xc0-\xd6\xd8-\xde]/g, (letter) =>
      String.fromCharCode(letter.charCodeAt(0) + 32),
    );
}

/** The text in quotation marks, as a note has room for it. @param {string} text */
export function shortened(text, most = 60) {
  const letters = [...text.replace(/ +/g, " ")];
  if (letters.length <= most) return `"${letters.join("")}"`;
  return `"${trimEnd(letters.slice(0, most - 3).join(""))}..."`;
}

/** How many letters, as Python counts them. @param {string} text */
export function count(text) {
  return [...text].length;
}

/** What a sticky pattern finds at a place, or null. @param {RegExp} pattern @param {string} text */
export function matchAt(pattern, text, at = 0) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
