/**
 * Tags of HTML and XML, a line at a time, as the lines of a list that they stand for.
 *
 * <level scale="10x">its veins</level> is "- (10x) its veins"; of one that holds others, such as
 * <prompt>, each is a field: "prompt: its veins".
 */

import { folded, trim } from "./letters.mjs";
import { scaleOf } from "./scales.mjs";
import { PROMPT_NAMES } from "./tidy.mjs";

const WRAP = /^<\/?(?:answer|output|response|result|final_answer|ladder|final)>$/u;
const LIST = new RegExp(
  "^(?:</?(?:ol|ul|levels|ladder|prompts|list|steps|items|views|zoom|zooms|zoom_?(?:ladder|levels|" +
    "sequence)|sequence)(?: [^<>]{0,80})?>|<\\?xml[^<>]{0,80}\\?>)$",
  "u",
);
const LEVEL = "(li|(?:level|step|item|prompt|view|p|stage|scene)(?:[_\\-]?[0-9]{1,3})?)";
const ITEM = new RegExp(`^<${LEVEL}((?: [^<>]{0,80})?)>([^\\n]*)</\\1>$`, "u");
const OPEN = new RegExp(`^<${LEVEL}((?: [^<>]{0,80})?)>$`, "u");
const FIELD = /^<([a-z][a-z_-]{0,30})>([^\n]*)<\/\1>$/u;
const FIELDS = /<([a-z][a-z_-]{0,30})>([^<>]*)<\/\1>/gu;
const PROMPT = new RegExp(`^(?:${PROMPT_NAMES})$`, "u");
const NAMED = /^<([a-z][a-z_-]{0,30})>$/u;
const CLOSE = /^<\/([a-z][a-z0-9_-]{0,30})>$/u;
const VALUE = /= ?["']([^"'<>]{1,40})["']/gu;

/** Goes through the lines of a text in their order. */
export class Markup {
  constructor() {
    this.level = ""; // the tag of the level that is open
    this.names = []; // those that are open inside of it
  }

  /** What a line says without its tags; a line that has none is itself. @param {string} line */
  line(line) {
    const text = trim(line);
    if (WRAP.test(folded(text))) return "";
    const opened = OPEN.exec(text);
    if (this.level && opened?.[1] !== this.level) return this.inside(line, text);
    const item = ITEM.exec(text);
    if (item) return entry(item[2], item[3]);
    if (opened) {
      this.level = opened[1];
      return entry(opened[2], "");
    }
    return LIST.test(text) ? "" : line;
  }

  /** @param {string} line @param {string} text */
  inside(line, text) {
    const closed = CLOSE.exec(text)?.[1];
    if (closed === this.level) {
      [this.level, this.names] = ["", []];
      return "";
    }
    if (this.names.includes(closed)) {
      this.names.splice(this.names.indexOf(closed), 1);
      return "";
    }
    const field = FIELD.exec(text);
    if (field) return `${nameOf(field[1])}: ${field[2]}`;
    const named = NAMED.exec(text)?.[1];
    if (!named) return line;
    this.names.push(named);
    return `${nameOf(named)}:`;
  }
}

/** @param {string} attributes @param {string} text */
function entry(attributes, text) {
  const values = [...attributes.matchAll(VALUE)].map((found) => found[1]);
  const fields = [...text.matchAll(FIELDS)];
  let said = text;
  if (fields.length && !trim(text.replace(FIELDS, ""))) {
    values.push(...fields.map((field) => field[2]));
    said = (fields.find((field) => PROMPT.test(nameOf(field[1]))) ?? fields.at(-1))[2];
  }
  const scale = values.find((value) => scaleOf(value));
  return scale ? `- (${scale}) ${said}` : `- ${said}`;
}

/** @param {string} tag */
function nameOf(tag) {
  return tag.replace(/[_-]/g, " ");
}
