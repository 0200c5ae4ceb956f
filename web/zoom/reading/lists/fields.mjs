/**
 * What an entry's lines say: a prompt, or fields such as "Prompt: ..." and "Scale: 10x".
 */

import { folded, strip, trim } from "../letters.mjs";
import { scaleOf } from "../scales.mjs";
import { PROMPT_NAMES } from "../tidy.mjs";
import { paragraphsOf } from "./edges.mjs";
import { frontOf, headParts } from "./heads.mjs";
import { BULLET } from "./marks.mjs";

/** @typedef {import("../letters.mjs").Line} Line */
/** @typedef {import("./edges.mjs").Item} Item */

const FIELD =
  /^(?:\*\*|[_*"'])?([^ :：*"'][^:：*"]{0,30}?)(?:\*\*|[_*"'])? ?(?::(?:\*\*|[_*])?(?: +|$)|：(?:\*\*|[_*])? *)/u;
const PROMPTS = new RegExp(`^(?:${PROMPT_NAMES})$`, "u");
const SCALES = new RegExp(
  "^(?:total |cumulative |overall )?(?:scale|magnification|zoom|zoom level|width|size|" +
    "field of view|fov|view width|power|maßstab|vergrößerung|échelle|escala|scala|масштаб|Масштаб|" +
    "比例|尺度|倍率|放大倍数|スケール|배율)$",
  "u",
);
/** @type {Map<string, string>} */
const OPTIONS = new Map([
  ["p", "p"],
  ["factor", "p"],
  ["zoom factor", "p"],
  ...["focus", "cfg", "seed", "weight", "steps"].map((name) => [name, name]),
]);
const OTHERS = (
  "title|name|subject|note|notes|why|rationale|reason|transition|transition cue|center|centre|" +
  "negative|negative prompt|camera|focal point|center of frame"
).split("|");
const BLOCKS = [">", "|", ">-", "|-"]; // in YAML, before a text that is set in
const POINTS = /^(?:> ?)*(?:[-+•◦▪‣·●○] ?|\* )*/u;
const QUOTE = /^(?:> ?)*/u;

/**
 * What the lines of an entry say, and those that say nothing of its level.
 * @typedef {{prompt: string, scales: import("../scales.mjs").Scale[], dropped: Line[]}} Parts
 */

class Reader {
  constructor() {
    this.own = []; // what stands under no name
    this.named = []; // what is called a prompt
    this.options = [];
    this.scales = [];
    this.dropped = [];
    this.goesOn = false; // the next line belongs to the last prompt
  }

  /** Whether a field says something of the level. @param {{name: string, value: string}} field */
  field({ name, value }) {
    this.goesOn = isPrompt(name);
    if (this.goesOn) this.named.push(BLOCKS.includes(value) ? "" : value);
    else if (OPTIONS.has(name)) {
      this.options.push(`${OPTIONS.get(name)}=${value.replace(/[\][() ]/g, "")}`);
    } else if (SCALES.test(name)) {
      const found = scaleOf(value) ?? headParts(value).scales[0];
      if (found) this.scales.push(found);
    }
    return this.goesOn || OPTIONS.has(name) || SCALES.test(name);
  }

  /** Takes one line of a body. @param {Line} line @param {boolean} wanted if it is no field */
  line(line, wanted) {
    const bulleted = frontOf(line.text).marks.some((mark) => mark.kind === BULLET);
    const text = bulleted ? bare(line.text) : line.text;
    const field = fieldIn(text);
    if (field) {
      if (!this.field(field)) this.dropped.push(line);
    } else if (this.goesOn && !bulleted) {
      this.named.push(trim(`${this.named.pop()} ${text}`));
    } else if (wanted && !text.startsWith("#")) {
      this.own.push(bulleted && this.own.length ? `, ${text}` : text.replace(QUOTE, ""));
    } else this.dropped.push(line);
  }
}

/**
 * What an entry says.
 *
 * @param {Item} item
 * @param {boolean} titled whether its first line is no part of it
 * @returns {Parts}
 */
export function partsOf({ front: { rest }, body }, titled) {
  const reader = new Reader();
  const first = titled ? null : fieldIn(rest);
  if (first) reader.field(first);
  else if (rest && !titled) reader.own.push(rest);
  for (const [number, paragraph] of paragraphsOf(body).entries()) {
    const touching = number === 0 && Boolean(body[0].text);
    const wanted = touching || !reader.own.length;
    for (const line of paragraph) reader.line(line, wanted);
    reader.goesOn &&= !reader.named.at(-1);
  }
  let prompt = reader.named.find(Boolean) ?? reader.own.join(" ").replaceAll(" , ", ", ");
  if (reader.options.length) prompt = `[${reader.options.join(" ")}] ${prompt}`;
  return { prompt, scales: reader.scales, dropped: reader.dropped };
}

/**
 * A line's name and value where it is a field: "Prompt: ...", "**Scale:** 10x".
 *
 * @param {string} text
 * @returns {{name: string, value: string} | null}
 */
export function fieldIn(text) {
  const match = FIELD.exec(text);
  if (!match) return null;
  const name = folded(strip(match[1]));
  const known = isPrompt(name) || SCALES.test(name) || OPTIONS.has(name) || OTHERS.includes(name);
  return known ? { name, value: text.slice(match[0].length) } : null;
}

/** @param {string} name */
export function isPrompt(name) {
  return PROMPTS.test(name);
}

/** A line without the bullets in front of it. @param {string} text */
export function bare(text) {
  return text.replace(POINTS, "");
}
