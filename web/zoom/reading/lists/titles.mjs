/**
 * Titles and sizes that every entry of a list has, so that they are no part of its prompt.
 */

import { bracketsOf } from "../brackets.mjs";
import { folded, matchAt } from "../letters.mjs";
import { scaleOf } from "../scales.mjs";
import { tidied, words } from "../tidy.mjs";
import { paragraphsOf } from "./edges.mjs";
import { bare, fieldIn, isPrompt } from "./fields.mjs";
import { frontOf, headParts } from "./heads.mjs";
import { BULLET, LABEL } from "./marks.mjs";

/** @typedef {import("./edges.mjs").Item} Item */

const BEHIND =
  /^(.*[^ ]) *(?:[([（]([^()[\]（）=]{1,60})[)\]）]|(?: [-–—]|,) ([^-–—,]{1,40}))\.?$/u;
const TITLE = /^([^:：[\]{}]{1,60})(?:: +|： *)(.+)$/u;
const DASHED = /^([^–—:[\]{}]{1,40}?) (?:-{1,2}|[–—]) +(.+)$/u;
const NEAR = /^(?:deepest|closest|nearest|smallest|innermost|narrowest)(?![a-z])/u;
const FAR = /^(?:widest|farthest|furthest|largest|outermost)(?![a-z])/u;
const ARTICLE = /(?:a|an|one|two|un|une|ein|eine|una|um|uma|uno)(?: |$)/uy;

/**
 * A level as its entry describes it.
 * @typedef {object} Draft
 * @property {import("../brackets.mjs").Rung} rung
 * @property {string[]} heads
 * @property {import("../scales.mjs").Scale[]} scales
 * @property {import("../letters.mjs").Line[]} dropped
 */

/** The levels without titles before their prompts, and without sizes behind. @param {Draft[]} drafts */
export function bared(drafts) {
  return scaled(headed(headed(drafts, TITLE, isTitle), DASHED, isDashed));
}

/**
 * Whether heads say that the deepest level comes first, "Level 5 (deepest)", and no size does.
 *
 * @param {Draft[]} drafts
 */
export function deepestFirst(drafts) {
  if (drafts.some(({ rung, scales }) => scales.length || rung.zoom || rung.focus)) return false;
  const [first, last] = [0, -1].map((at) => folded(drafts.at(at).heads.join(" ")));
  return NEAR.test(first) && FAR.test(last);
}

/** Whether the words beside marks are titles, and prompts stand below. @param {Item[]} items */
export function areTitles(kind, items) {
  const below = [];
  for (const { front, body } of items) {
    const paragraphs = paragraphsOf(body);
    if (!front.rest || !paragraphs.length || bracketsOf(front.rest) || fieldIn(front.rest)) {
      return false;
    }
    below.push(paragraphs[0][0].text);
  }
  const label = kind === LABEL || items.every(({ front }) => front.depth);
  return items.every(({ front: { rest } }, index) => {
    const { marks } = frontOf(below[index]);
    const field = fieldIn(bare(below[index]));
    if (field && isPrompt(field.name)) return true;
    if (words(rest) > (label ? 9 : 5) || rest.endsWith(",")) return false;
    if (label) return true;
    const isCapital = !isSmall(below[index]) || marks.length > 0;
    return isCapital && !marks.some((mark) => mark.kind === BULLET);
  });
}

/** Whether a text begins with no capital. @param {string} text */
function isSmall(text) {
  const [first = ""] = text;
  return first.toLowerCase() === first;
}

/** Takes titles off prompts, where every one of them begins with one. @param {Draft[]} drafts */
function headed(drafts, pattern, accept) {
  const matches = drafts.map((draft) => pattern.exec(draft.rung.prompt));
  if (drafts.length < 2 || !matches.every((match) => match && accept(match))) return drafts;
  return drafts.map((draft, index) => {
    const [, head, prompt] = matches[index];
    const { heads, scales } = headParts(head);
    return {
      ...draft,
      rung: { ...draft.rung, prompt: tidied(prompt) },
      heads: [...draft.heads, ...heads],
      scales: [...draft.scales, ...scales],
    };
  });
}

/** @param {RegExpExecArray} match */
function isTitle(match) {
  const head = folded(match[1]);
  const sized = headParts(head).scales.length > 0;
  const few = words(head) <= 6 && head !== "embedding" && head !== "lora";
  return few && (sized || !matchAt(ARTICLE, head));
}

/** @param {RegExpExecArray} match */
function isDashed([, head, prompt]) {
  const capital = !isSmall(head) || scaleOf(head) !== null;
  return capital && words(head) <= 4 && words(prompt) >= 3 && !matchAt(ARTICLE, folded(head));
}

/** Takes scales off the ends of prompts, where all but the first have one. @param {Draft[]} drafts */
function scaled(drafts) {
  const matches = drafts.map((draft) => BEHIND.exec(draft.rung.prompt));
  const found = matches.map((match) => match && scaleOf(match[2] || match[3]));
  if (drafts.length < 2 || !found.slice(1).every(Boolean)) return drafts;
  return drafts.map((draft, index) =>
    found[index]
      ? {
          ...draft,
          rung: { ...draft.rung, prompt: tidied(matches[index][1]) },
          scales: [...draft.scales, found[index]],
        }
      : draft,
  );
}
