/**
 * Nodes beside a node: those that take the same value, and new ones that are linked to it.
 */

import { inputOf, linkInto, nodeIn, originOf, targetsOf } from "./links.mjs";
import { widgetOf } from "./nodes.mjs";

const kindOf = (node) => node.constructor.comfyClass ?? node.type;
const GAP = 40; // pixels between nodes

/**
 * Where an input's value comes from in its graph, reroutes left out; null for none.
 *
 * @param {object} node
 * @param {string} name of the input
 * @returns {{node: object, slot: number} | null}
 */
export function outputBefore(node, name) {
  let input = inputOf(node, name);
  let link = input && linkInto(node, input);
  for (let steps = 0; link && steps < 99; steps++) {
    const origin = nodeIn(node.graph, link.origin_id);
    if (!origin) return null;
    if (kindOf(origin) !== "Reroute") return { node: origin, slot: link.origin_slot };
    [node, input] = [origin, origin.inputs?.[0]];
    link = input && linkInto(node, input);
  }
  return null;
}

/**
 * The first node of a kind that an output leads to, through reroutes too.
 *
 * @param {{node: object, slot: number}} output
 * @param {string} kind
 * @param {(node: object) => boolean} [fits]
 */
export function takerOf({ node, slot }, kind, fits = () => true) {
  const waiting = targetsOf(node, slot);
  const seen = new Set();
  for (const each of waiting) {
    if (seen.has(each)) continue;
    seen.add(each);
    if (kindOf(each) === kind && fits(each)) return each;
    if (kindOf(each) === "Reroute") waiting.push(...targetsOf(each, 0));
  }
  return undefined;
}

/**
 * A new node right of another, or below what is there already; null where the host knows no such
 * kind.
 *
 * @param {object} node
 * @param {string} kind
 */
export function addBeside(node, kind) {
  const made = globalThis.LiteGraph?.createNode(kind);
  if (!made) return null;
  const [x, y] = node.pos;
  const left = x + node.size[0] + GAP;
  const column = node.graph.nodes.filter(({ pos, size }) => {
    return pos[0] < left + made.size[0] && left < pos[0] + size[0];
  });
  const bottom = (one) => one.pos[1] + one.size[1] + 2 * GAP;
  const below = column.filter((one) => bottom(one) > y).map(bottom);
  made.pos = [left, Math.max(y, ...below)];
  node.graph.add(made);
  return made;
}

/** Lead an output to an input by name; whether there is one. @param {{node: object, slot: number}} output */
export function lead({ node, slot }, target, name) {
  const at = target.inputs?.findIndex((input) => input.name === name) ?? -1;
  if (at < 0) return false;
  node.connect(slot, target, at);
  return true;
}

/**
 * The value that the nodes behind an input get by an input of that name: that of the nearest.
 *
 * @param {object} node
 * @param {string} name of the input, as "stack"
 * @param {string} wanted as "model"
 * @returns {{node: object, slot: number} | null}
 */
export function outputBehind(node, name, wanted) {
  for (const each of nodesBehind(node, name)) {
    const found = outputBefore(each, wanted);
    if (found) return found;
  }
  return null;
}

/**
 * The widget of that name that the nearest of the nodes behind an input has; undefined for none.
 *
 * @param {object} node
 * @param {string} name of the input, as "stack"
 * @param {string} wanted as "steps"
 */
export function widgetBehind(node, name, wanted) {
  for (const each of nodesBehind(node, name)) {
    const found = widgetOf(each, wanted);
    if (found) return found;
  }
  return undefined;
}

/** All nodes behind an input, the nearest first. */
function* nodesBehind(node, name) {
  const start = inputOf(node, name);
  const waiting = [start && originOf(node, start)];
  const seen = new Set();
  for (const each of waiting) {
    if (!each || seen.has(each)) continue;
    seen.add(each);
    yield each;
    waiting.push(...(each.inputs ?? []).map((input) => originOf(each, input)));
  }
}

/** Move the page's view to a node, and choose it. @param {object} app */
export function showNode(app, node) {
  app.canvas.centerOnNode?.(node);
  app.canvas.selectItems?.([node]);
  node.graph?.setDirtyCanvas(true, true);
}
