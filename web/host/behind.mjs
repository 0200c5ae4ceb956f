/**
 * Which nodes a picture comes from: back along the wires, through any nodes, and in and out of
 * subgraphs.
 *
 * @import { Place } from "./links.mjs"
 */

import { hostsOf, inputOf, makerOf } from "./links.mjs";

/** Wires by which a picture only steers how another one is made. */
const STEERING = ["MODEL", "CONDITIONING", "MASK", "ZOOM_ANCHOR"];

/**
 * The nodes whose pictures lead to a node's input, by the names that a run has for them: "12", or
 * "7:5" for node 5 of the subgraph that node 7 stands for.
 *
 * @param {object} app ComfyUI's
 * @param {object} node
 * @param {string} name of the input
 * @returns {Set<string>}
 */
export function nodesBehind(app, node, name) {
  const found = new Set();
  const start = inputOf(node, name);
  const waiting = start ? placesOf(app, node).map((place) => ({ place, input: start })) : [];
  while (waiting.length) {
    const { place, input } = waiting.pop();
    const maker = makerOf(place, input);
    if (!maker || STEERING.includes(maker.type)) continue;
    const known = nameOf(maker);
    if (found.has(known)) continue;
    found.add(known);
    for (const each of maker.node.inputs ?? []) waiting.push({ place: maker, input: each });
  }
  return found;
}

/** @param {Place} place */
const nameOf = ({ node, around }) => [...around, node].map(({ id }) => id).join(":");

/** All that a node is in a run: one, or as many as there are nodes that stand for its subgraph. */
function placesOf(app, node) {
  const root = app.rootGraph ?? app.graph;
  if (node.graph === root) return [{ node, around: [] }];
  const places = hostsOf(root, node.graph).flatMap((holder) => placesOf(app, holder));
  return places.map(({ node: holder, around }) => ({ node, around: [...around, holder] }));
}
