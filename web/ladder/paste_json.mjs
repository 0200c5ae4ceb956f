/**
 * Rows in JSON: arrays of strings or of objects, alone or under a name, as language models write.
 */

/** @typedef {import("../zoom/ladder.mjs").Rung} Rung */

const LISTS = ["levels", "ladder", "prompts", "rows", "views", "steps", "items"];
const PROMPTS = ["prompt", "text", "description", "caption", "view", "scene"];
const ZOOMS = ["p", "zoom", "zoom_factor", "zoomFactor", "factor", "magnification"];

/**
 * The rows that a JSON text holds, or the JSON inside a text.
 *
 * @param {string} text
 * @returns {Rung[] | null} null where there is no such JSON
 */
export function rungsOfJson(text) {
  for (const candidate of candidates(text)) {
    const rungs = rungsOf(parsed(candidate));
    if (rungs?.length) return rungs;
  }
  return null;
}

/** All of the text, or what lies between its outermost braces or brackets. */
function* candidates(text) {
  const trimmed = text.trim();
  if (/^[[{]/.test(trimmed)) yield trimmed;
  for (const [open, close] of [["{", "}"], ["[", "]"]]) {
    const [from, to] = [text.indexOf(open), text.lastIndexOf(close)];
    if (from >= 0 && to > from) yield text.slice(from, to + 1);
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text.replace(/,(\s*[\]}])/g, "$1")); // models leave commas at the end
  } catch {
    return undefined;
  }
}

/** @param {unknown} value @returns {Rung[] | null} */
function rungsOf(value) {
  if (Array.isArray(value)) {
    const rungs = value.map(rungOf);
    return rungs.every(Boolean) ? rungs : null;
  }
  if (value === null || typeof value !== "object") return null;
  const list = LISTS.map((name) => value[name]).find((entry) => typeof entry === "object" && entry);
  if (list) return rungsOf(list);
  // {"1": "a galaxy", "2": "a planet"}, or one row alone
  const one = rungOf(value);
  return one ? [one] : rungsOf(Object.values(value));
}

/** @param {unknown} value @returns {Rung | null} */
function rungOf(value) {
  if (typeof value === "string") return { prompt: oneLine(value), zoom: null, focus: null };
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  const prompt = PROMPTS.map((name) => value[name]).find((entry) => typeof entry === "string");
  if (prompt === undefined) return null;
  const zoom = ZOOMS.map((name) => number(value[name])).find((entry) => entry !== null);
  return { prompt: oneLine(prompt), zoom: zoom ?? null, focus: pointOf(value.focus) };
}

/** @param {unknown} value a pair, {x, y} or "0.4,0.6" @returns {[number, number] | null} */
function pointOf(value) {
  const list = typeof value === "string" ? value.split(",") : value;
  const pair = Array.isArray(list) ? list : [value?.x, value?.y];
  const [x, y] = pair.map(number);
  return pair.length === 2 && x !== null && y !== null ? [x, y] : null;
}

/** A number, or the text of one with or without an x. @param {unknown} value */
function number(value) {
  const text = typeof value === "string" ? value.replace(/^\s*[x×]|[x×]\s*$/gi, "") : value;
  const found = typeof text === "string" && text.trim() ? Number(text) : text;
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}

/** @param {string} text */
function oneLine(text) {
  return text.replace(/\s+/g, " ").trim();
}
