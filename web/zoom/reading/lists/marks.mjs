/**
 * What an entry of a list begins with: "3." "(3)" "III." "3️⃣" "Level 3:" "-".
 */

import { matchAt } from "../letters.mjs";

export const [NUMBER, LETTER, LABEL, BULLET] = ["number", "letter", "label", "bullet"];

const NAMES =
  "level|lvl|lv|l|step|scale|view|stage|layer|frame|line|image|picture|prompt|scene|shot|zoom|" +
  "panel|plate|part|depth|phase|magnification|row|ebene|stufe|schritt|ansicht|bild|szene|niveau|" +
  "étape|vue|échelle|scène|nivel|paso|escala|vista|escena|livello|passo|scala|scena|nível|etapa|" +
  "poziom|№|уровень|Уровень|шаг|Шаг|レベル|ステップ|段階|级别|級別|层级|層級|阶段|레벨|단계|" +
  "المستوى|المرحلة";
const WORDS = "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve".split("|");
const HAN = "〇一二三四五六七八九十";
const ROMAN = "[ivxl]{1,7}";
// Ends a mark: a space or the end, or a letter; but no digit, as in "3.5 km" and "12:30".
const NEXT = "(?= |$|[^0-9 ])";
const OF = " ?(?:/|of) ?[0-9]{1,3}(?![0-9a-z.×^])";
const DASH = "-{1,3}>?|→";
const PICTURES = "[\u2600-\u2755\u2795-\u27bf\ufe0f\u200d\u{1f000}-\u{1faff}]{1,8}";

const STYLES = [
  ["1.", `([0-9]{1,3})\\\\?\\.${NEXT}`],
  ["1.-", `([0-9]{1,3})\\.-${NEXT}`],
  ["1、", "([0-9]{1,3})、"],
  ["1)", `([0-9]{1,3})\\)${NEXT}`],
  ["1:", `([0-9]{1,3}):${NEXT}`],
  ["(1)", "\\(([0-9]{1,3})\\)"],
  ["[1]", "\\[([0-9]{1,3})\\](?= |$)"],
  ["1 -", `([0-9]{1,3}) (?:${DASH})(?= |$)`],
  ["1/9", `([0-9]{1,3})/[0-9]{1,3} ?(?:[:.)]|${DASH})(?= |$)`],
  ["keycap", "((?:[0-9]\ufe0f?\u20e3)+)\ufe0f?[.:)\\-]?"],
  ["keycap", "(🔟)\ufe0f?[.:)\\-]?"],
  ["circled", "([①-⑳❶-❿➀-➉➊-➓])[.:)\\-]?"],
  ["i.", `(${ROMAN})\\.(?= |$)`],
  ["i)", `(${ROMAN})\\)(?= |$)`],
  ["(i)", `\\((${ROMAN})\\)(?= |$)`],
  ["i:", `(${ROMAN}):(?= |$)`],
  ["i -", `(${ROMAN}) (?:${DASH})(?= |$)`],
  ["一", `([${HAN}]{1,3})[、.:)]`],
].map(([style, pattern]) => ({ style, pattern: new RegExp(pattern, "uy") }));
const LETTERS = [
  ["a.", "([a-z])\\.(?= |$)"],
  ["a)", "([a-z])\\)(?= |$)"],
  ["(a)", "\\(([a-z])\\)(?= |$)"],
].map(([style, pattern]) => ({ style, pattern: new RegExp(pattern, "uy") }));
const LABELLED = new RegExp(
  `(?:(?:zoom[ \\-])?(?:${NAMES})[ _\\-]?(?:#|no\\.? ?|nr\\.? ?|number |: ?)?` +
    `([0-9]{1,3}|${WORDS.join("|")}|${ROMAN}|[①-⑳])|` +
    `第([0-9]{1,3}|[${HAN}]{1,3})(?:级|級|层级|层|層|步|幕|段階|阶段|段|个|景|レベル|張|张)|` +
    "([0-9]{1,3}) ?(?:단계|레벨|段階|级|級|层|層)(?= ?[:(]))" +
    `(?![0-9a-z×^%'])(?:${OF})?(?: ?${PICTURES})?`,
  "uy",
);
const TAIL = new RegExp(
  " ?(?:\\(([^()]{0,80})\\)|\\[([^\\[\\]=]{0,80})\\])" +
    `(?: ?(?:[:.|]|${DASH})(?= |$)|:)?| ?(?::|[.)|,/](?= |$)|(?:${DASH})(?= |$))| ?$`,
  "uy",
);
const POINT =
  /[-*+](?= |$)(?: \[[ x]?\](?= ))?|[•◦▪‣·●○■□▶►➤➢➔✦★✅✓▸▹](?:\ufe0f)?|🔹|🔸|👉/uy;

/**
 * A mark's kind and style, its number, where it ends, and what stands in brackets behind it.
 * @typedef {{kind: string, style: string, ordinal: number, end: number, aside: string | null}} Mark
 */

/**
 * The marks that a folded text may begin with: "i." is a number and a letter.
 *
 * @param {string} low
 * @param {string} text of which `low` is the folded form
 * @returns {Mark[]}
 */
export function marksOf(low, text) {
  const label = matchAt(LABELLED, low);
  const tail = label && matchAt(TAIL, low, label[0].length);
  if (tail) {
    const ordinal = numberOf(label[1] ?? label[2] ?? label[3]);
    if (ordinal === null) return [];
    const end = label[0].length + tail[0].length;
    const inner = tail[1] ?? tail[2] ?? null;
    const from = label[0].length + tail[0].search(/[([]/) + 1;
    const aside = inner === null ? null : text.slice(from, from + inner.length);
    return [{ kind: LABEL, style: LABEL, ordinal, end, aside }];
  }
  const found = [];
  for (const { style, pattern } of STYLES) {
    const match = matchAt(pattern, low);
    const ordinal = match ? numberOf(match[1]) : null;
    if (ordinal !== null) found.push(mark(NUMBER, style, ordinal, match[0].length));
  }
  for (const { style, pattern } of LETTERS) {
    const match = matchAt(pattern, low);
    if (match) found.push(mark(LETTER, style, match[1].charCodeAt(0) - 96, match[0].length));
  }
  const bullet = found.length ? null : matchAt(POINT, low);
  if (bullet) found.push(mark(BULLET, [...bullet[0]][0], 0, bullet[0].length));
  return found;
}

/** @returns {Mark} */
function mark(kind, style, ordinal, end) {
  return { kind, style, ordinal, end, aside: null };
}

/**
 * A number in digits, words, Roman or Chinese numerals, keycaps or circles.
 *
 * @param {string} text
 * @returns {number | null}
 */
export function numberOf(text) {
  const digits = text.replace(/[^0-9]/g, "");
  if (digits) return Number(digits);
  if (text === "🔟") return 10;
  for (const [first, last] of ["①⑳", "❶❿", "➀➉", "➊➓"]) {
    if (first <= text[0] && text[0] <= last) return text.charCodeAt(0) - first.charCodeAt(0) + 1;
  }
  if (WORDS.includes(text)) return WORDS.indexOf(text);
  return HAN.includes(text[0]) ? han(text) : fromRoman(text);
}

/** @param {string} text */
function fromRoman(text) {
  const values = [...text].map((letter) => ({ i: 1, v: 5, x: 10, l: 50 })[letter]);
  const total = values.reduce(
    (sum, value, index) => sum + (value < Math.max(...values.slice(index)) ? -value : value), 0,
  );
  return roman(total) === text ? total : null;
}

/** The Roman numeral of a number up to 89, small. @param {number} number */
function roman(number) {
  let [text, left] = ["", number];
  const signs = [[50, "l"], [40, "xl"], [10, "x"], [9, "ix"], [5, "v"], [4, "iv"], [1, "i"]];
  for (const [value, sign] of signs) {
    for (; left >= value; left -= value) text += sign;
  }
  return text;
}

/** @param {string} text */
function han(text) {
  const at = text.lastIndexOf("十");
  const [tens, ones] = at < 0 ? ["", text] : [text.slice(0, at), text.slice(at + 1)];
  if (tens.length > 1 || ones.length > 1) return null;
  const ten = at < 0 ? 0 : 10 * (tens ? HAN.indexOf(tens) : 1);
  return ten + (ones ? HAN.indexOf(ones) : 0);
}
