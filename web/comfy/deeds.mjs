/**
 * What a reader of the Explorer wishes done with a level, as the node that does it: the one beside
 * the Explorer that takes the same stack, or a new one, with its widgets filled in.
 *
 * @import { Deed, Wish } from "../viewer/deeds.mjs"
 */

import {
  addBeside, lead, outputBefore, outputBehind, showNode, takerOf, widgetBehind,
} from "../host/beside.mjs";
import { inputOf, isLinked, targetsOf } from "../host/links.mjs";
import { holdingWidget, step, widgetOf } from "../host/nodes.mjs";
import { wordsFor } from "../host/words.mjs";
import { fill } from "../page/words.mjs";
import { clamp } from "../zoom/numbers.mjs";
import { reach } from "../zoom/geometry.mjs";

/** @type {Record<Deed, string>} */
const KINDS = { again: "ReworkZoom", insert: "ExtendZoom", branch: "BranchZoom" };
/** What new nodes get from where the stack got it. */
const SAME = ["model", "vae", "clip"];
const SETTINGS = ["steps", "cfg", "sampler_name", "scheduler"];
/** What a ladder of its own gives a node that makes new levels, by the slots of its outputs. */
const LADDER = ["ladder", "positive", "negative"];

/**
 * Fill in the node that does what is wished. Says in one sentence what came of it, and whether the
 * wish is granted.
 *
 * @param {object} app ComfyUI's
 * @param {object} explorer its node
 * @param {Wish} wish
 * @param {number[]} levels that are to be made anew, this one too
 * @param {string} [prompt] the level's, which a new ladder begins with
 * @returns {{said: string, granted: boolean}}
 */
export function grant(app, explorer, wish, levels, prompt = "") {
  const words = wordsFor.now;
  const kind = KINDS[wish.deed];
  const name = inputNames(explorer)[wish.branch];
  const output = name && outputBefore(explorer, name);
  if (!output) return { said: fill(words.deedNoStack, { node: kind }), granted: false };
  // A branch that is one already stays: the next is another target.
  const fits = (one) => wish.deed !== "branch" || !targetsOf(one, 0).length;
  let node = takerOf(output, kind, fits);
  if (!node) {
    node = added(explorer, kind, name);
    if (!node) return { said: fill(words.deedNoNode, { node: kind }), granted: false };
    lead(output, node, "stack");
    if (wish.deed !== "again") addLadder(explorer, node, name, prompt);
    showResult(explorer, node, wish.deed);
  }
  const held = write(node, valuesOf(node, wish, levels));
  step(app);
  showNode(app, node);
  const title = node.title || kind;
  if (held) return { said: fill(words.deedLinked, { node: title, input: held }), granted: false };
  return { said: fill(words.deedFilled, { node: title, level: wish.level }), granted: true };
}

/** A new node that has what made the stack of the explorer's input `name`; null for an unknown kind. */
function added(explorer, kind, name) {
  const node = addBeside(explorer, kind);
  if (!node) return null;
  for (const same of SAME) {
    const before = inputOf(node, same) && outputBehind(explorer, name, same);
    if (before) lead(before, node, same);
  }
  // Another run of a zoom that is worked on makes nothing anew that nobody asked for.
  const control = widgetOf(node, "control_after_generate");
  if (control) control.value = "fixed";
  for (const setting of SETTINGS) {
    const [own, theirs] = [widgetOf(node, setting), widgetBehind(explorer, name, setting)];
    if (own && theirs) own.value = theirs.value;
  }
  return node;
}

/** New levels have prompts of their own: a ladder beside, which begins with that of their level. */
function addLadder(explorer, node, name, prompt) {
  const ladder = added(explorer, "PromptLadder", name);
  if (!ladder) return;
  const prompts = widgetOf(ladder, "prompts");
  if (prompts) prompts.value = prompt;
  LADDER.forEach((input, slot) => lead({ node: ladder, slot }, node, input));
}

/** The explorer's inputs of stacks that have a wire, the trunk's first, as its tree counts them. */
function inputNames(explorer) {
  const branches = explorer.inputs?.map(({ name }) => name).filter((name) => /^branches\./.test(name));
  return ["stack", ...(branches ?? [])].filter((name) => isLinked(explorer, name));
}

/** A node whose result leads nowhere is never run: the explorer shows it. */
function showResult(explorer, node, deed) {
  const slot = node.outputs?.findIndex(({ type }) => type === "ZOOM_STACK") ?? -1;
  if (slot < 0) return;
  const free = explorer.inputs?.find(({ name }) => {
    const fits = deed === "branch" ? /^branches\./.test(name) : name === "compare";
    return fits && !isLinked(explorer, name);
  });
  if (free) lead({ node, slot }, explorer, free.name);
}

/** What the widgets are to say. @param {Wish} wish */
function valuesOf(node, { deed, level, focus }, levels) {
  if (deed === "again") return { levels: levels.join(", ") };
  const zoom = Number(holdingWidget(node, "zoom")?.value) || 2;
  const least = zoom > 1 ? reach(zoom) : 0.5;
  const [x, y] = focus.map((value) => clamp(value, least, 1 - least));
  const where = deed === "insert" ? { where: "after level" } : {};
  return { ...where, level, focus_x: x, focus_y: y };
}

/** Write them; the name of one that another node gives, "" without one. */
function write(node, values) {
  for (const [name, value] of Object.entries(values)) {
    const widget = holdingWidget(node, name);
    if (!widget) return name;
    widget.value = value;
    widget.callback?.(value);
  }
  return "";
}
