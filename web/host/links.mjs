/**
 * What hangs together in the graph: the one file that asks it for its links.
 *
 * Not by `input.link` and `output.links`, which the front end is giving up: by the graph's own list.
 */

// Where links in a subgraph begin that come from one of its inputs, and end that leave it.
const OUTSIDE = -10;
const LEAVING = -20;

/**
 * @typedef {object} Link
 * @property {*} id
 * @property {*} origin_id  @property {number} origin_slot
 * @property {*} target_id  @property {number} target_slot
 * @property {string} [type] of the wire
 *
 * A node of a workflow that is run: a subgraph's nodes are there once for each node that stands for
 * it, and `around` are those that this one lies in, outermost first.
 * @typedef {{node: object, around: object[]}} Place
 */

/** @returns {Link[]} all links of a graph */
function linksOf(graph) {
  const links = graph?.links;
  if (!links) return [];
  return typeof links.values === "function" ? [...links.values()] : Object.values(links);
}

const same = (a, b) => String(a) === String(b);

/** The link that ends in an input; undefined where none does. @returns {Link | undefined} */
export function linkInto(node, input) {
  const slot = node.inputs?.indexOf(input) ?? -1;
  return linksOf(node.graph).find((l) => same(l.target_id, node.id) && l.target_slot === slot);
}

/** Whether a value is linked to the input of that name. @param {string} name */
export function isLinked(node, name) {
  const input = inputOf(node, name);
  return input !== undefined && linkInto(node, input) !== undefined;
}

/** @param {string} name */
export const inputOf = (node, name) => node.inputs?.find((input) => input.name === name);

/** The node at the other end of an input's link; undefined for none, and for what is outside. */
export function originOf(node, input) {
  const link = linkInto(node, input);
  return link && nodeIn(node.graph, link.origin_id);
}

/**
 * Where an input's value is made, and what its wire is called: in subgraphs, and outside of the one
 * that the input lies in; null for none.
 *
 * @param {Place} place of the input's node
 * @param {object} input
 * @returns {(Place & {type: string}) | null}
 */
export function makerOf({ node, around }, input) {
  let link = linkInto(node, input);
  let graph = node.graph;
  const type = String(link?.type ?? input.type);
  while (link) {
    if (same(link.origin_id, OUTSIDE)) {
      const outer = around.at(-1);
      const name = graph.inputs?.[link.origin_slot]?.name;
      const entry = outer && inputOf(outer, name);
      if (!entry) return null;
      [link, graph, around] = [linkInto(outer, entry), outer.graph, around.slice(0, -1)];
      continue;
    }
    const origin = nodeIn(graph, link.origin_id);
    if (!origin?.subgraph) return origin ? { node: origin, around, type } : null;
    const slot = link.origin_slot;
    [graph, around] = [origin.subgraph, [...around, origin]];
    link = linksOf(graph).find((l) => same(l.target_id, LEAVING) && l.target_slot === slot);
  }
  return null;
}

/** The nodes that an output leads to. @param {number} slot */
export function targetsOf(node, slot) {
  return linksOf(node.graph)
    .filter((link) => same(link.origin_id, node.id) && link.origin_slot === slot)
    .map((link) => nodeIn(node.graph, link.target_id))
    .filter((target) => target !== undefined);
}

/**
 * What an input's value comes from, by the name that a user sees: the title of a node, or the
 * label of the subgraph's own input; null where it is the widget's own.
 *
 * @param {string} name of the input
 * @returns {string | null}
 */
export function sourceOf(node, name) {
  const input = inputOf(node, name);
  const link = input && linkInto(node, input);
  if (!link) return null;
  if (same(link.origin_id, OUTSIDE)) {
    const outer = node.graph.inputs?.[link.origin_slot];
    return outer?.label || outer?.name || "…";
  }
  const origin = nodeIn(node.graph, link.origin_id);
  return origin?.title || origin?.type || "…";
}

/**
 * The node and the input whose own widget holds an input's value: this one's, or, where a subgraph
 * around promotes it, that one's, and so outwards. Null where a node gives the value, or where
 * several subgraph nodes around each hold one.
 *
 * @param {object} node
 * @param {string} name of the input
 * @returns {{node: object, name: string} | null}
 */
export function holderOf(node, name) {
  const input = inputOf(node, name);
  const link = input && linkInto(node, input);
  if (!link) return { node, name };
  if (!same(link.origin_id, OUTSIDE)) return null;
  const hosts = hostsOf(node.graph.rootGraph, node.graph);
  const outer = node.graph.inputs?.[link.origin_slot];
  return outer && hosts.length === 1 ? holderOf(hosts[0], outer.name) : null;
}

/** A workflow's own graph and its subgraphs. @param {object} root */
export const graphsOf = (root) => [root, ...(root.subgraphs?.values() ?? [])];

/** The nodes of a workflow that stand for one of its subgraphs. @param {object} graph the subgraph */
export function hostsOf(root, graph) {
  const nodes = graphsOf(root).flatMap((each) => each.nodes);
  return nodes.filter(({ subgraph }) => subgraph === graph);
}

/** @returns {object | undefined} the node of an id, which may be a number or its text */
export function nodeIn(graph, id) {
  return graph?.getNodeById(id) ?? graph?.getNodeById(Number(id)) ?? undefined;
}
