/**
 * Finding in the graph what belongs together: the ladder of a photo, the picture of an input.
 */

import { graphsOf, inputOf, isLinked, nodeIn, originOf, targetsOf } from "./links.mjs";
import { widgetOf } from "./nodes.mjs";

const LADDER = "PromptLadder";
const ANCHOR = "ZOOM_ANCHOR";
const STACKS = ["ZOOM_STACK", "ZOOM_LADDER"]; // the wires that lead from a ladder to its stack

/** @param {object} node */
export const kindOf = (node) => node.constructor.comfyClass ?? node.type;

/**
 * The ladders that an anchor's photo takes part in: those of the samplers that it leads to, or,
 * where it leads to none, all of the workflow.
 *
 * @param {object} app
 * @param {object} anchor
 * @returns {object[]} PromptLadder nodes
 */
export function laddersOf(app, anchor) {
  const found = new Set();
  for (const node of reachedBy(anchor, ANCHOR)) {
    const origin = through(node, inputOf(node, "ladder"));
    if (origin && kindOf(origin) === LADDER) found.add(origin);
  }
  return found.size ? [...found] : allLadders(app);
}

/**
 * The ladders that a stack was made from: those behind a node's input, or, where there are none,
 * all of the workflow.
 *
 * @param {object} app
 * @param {object} node an explorer, say
 * @param {string} name of its input
 * @returns {object[]} PromptLadder nodes
 */
export function laddersBehind(app, node, name) {
  const found = new Set();
  const seen = new Set();
  const waiting = node.inputs?.filter((input) => input.name === name) ?? [];
  const owners = new Map(waiting.map((input) => [input, node]));
  while (waiting.length) {
    const input = waiting.pop();
    const origin = through(owners.get(input), input);
    if (!origin || seen.has(origin)) continue;
    seen.add(origin);
    if (kindOf(origin) === LADDER) found.add(origin);
    for (const each of origin.inputs ?? []) {
      if (!STACKS.includes(each.type)) continue;
      owners.set(each, origin);
      waiting.push(each);
    }
  }
  return found.size ? [...found] : allLadders(app);
}

/**
 * The aspect of the levels, which an anchor's photo is cropped to.
 *
 * @param {object} anchor
 * @returns {number | null} width over height; null where no sampler says it
 */
export function aspectOf(anchor) {
  for (const node of reachedBy(anchor, ANCHOR)) {
    const [width, height] = ["width", "height"].map((name) => Number(widgetOf(node, name)?.value));
    if (width > 0 && height > 0 && !isLinked(node, "latent")) return width / height;
  }
  return null;
}

/**
 * Where the browser can see what an image input will get: the file of a LoadImage, or what the
 * node before it, or a preview beside it, showed last.
 *
 * @param {object} app
 * @param {object} node
 * @param {string} name of the input
 * @returns {string | null} an address on the server
 */
export function pictureOf(app, node, name) {
  const origin = through(node, inputOf(node, name));
  if (!origin) return null;
  const file = kindOf(origin).startsWith("LoadImage") && widgetOf(origin, "image")?.value;
  if (typeof file === "string" && file) return viewOf(app, fileOf(file));
  const beside = reachedBy(origin, "IMAGE");
  const shown = [origin, ...beside].map((each) => app.nodeOutputs?.[String(each.id)]?.images?.[0]);
  const last = shown.find((image) => image?.filename);
  return last ? viewOf(app, last) : null;
}

/** The nodes behind a node's outputs of one type, and behind those in turn. */
function reachedBy(start, type) {
  const found = new Set();
  const waiting = [start];
  while (waiting.length) {
    const node = waiting.pop();
    for (const [slot, output] of (node.outputs ?? []).entries()) {
      if (output.type !== type && output.type !== "*") continue;
      for (const target of targetsOf(node, slot)) {
        if (found.has(target)) continue;
        found.add(target);
        // Pictures change on their way; anchors are only handed on.
        if (type === ANCHOR || kindOf(target) === "Reroute") waiting.push(target);
      }
    }
  }
  return [...found];
}

/** The node that an input's value comes from, reroutes left out. */
function through(node, input) {
  let origin = input && originOf(node, input);
  for (let steps = 0; origin && kindOf(origin) === "Reroute" && steps < 99; steps++) {
    origin = origin.inputs?.[0] && originOf(origin, origin.inputs[0]);
  }
  return origin;
}

/**
 * The node that an output belongs to, by its place: its id, after its subgraph's in one.
 *
 * @param {object} app
 * @param {string} place as "12", or "b7a0…:5"
 */
export function nodeOfOutput(app, place) {
  const parts = String(place).split(":");
  const id = parts.pop();
  const root = app.rootGraph ?? app.graph;
  const graph = parts.length ? root.subgraphs?.get(parts.at(-1)) : root;
  return nodeIn(graph, id);
}

/**
 * The node that a run names: its id, after those of the subgraph nodes that it lies in.
 *
 * @param {object} app
 * @param {string} path as "12", or "7:5"
 */
export function nodeOfRun(app, path) {
  const [id, ...around] = String(path).split(":").reverse();
  let graph = app.rootGraph ?? app.graph;
  for (const each of around.reverse()) graph = nodeIn(graph, each)?.subgraph;
  return nodeIn(graph, id);
}

/** The ladders of a workflow, those in subgraphs too. */
function allLadders(app) {
  const nodes = graphsOf(app.rootGraph ?? app.graph).flatMap((graph) => graph.nodes);
  return nodes.filter((node) => kindOf(node) === LADDER);
}

/** "folder/name.png [output]", as a LoadImage writes it, in parts. @param {string} value */
function fileOf(value) {
  const [, path, type] = /^(.*?)(?: \[(input|output|temp)\])?$/.exec(value);
  const cut = path.lastIndexOf("/");
  return { filename: path.slice(cut + 1), subfolder: path.slice(0, Math.max(cut, 0)), type };
}

function viewOf(app, { filename, subfolder = "", type = "input" }) {
  const query = new URLSearchParams({ filename, subfolder, type: type || "input" });
  return app.api.apiURL(`/view?${query}`);
}
