/** A graph that only looks like ComfyUI's, as far as web/host/ looks at it. */

class Node {
  constructor(parts) {
    Object.assign(this, { pos: [0, 0], size: [100, 50] }, parts);
  }

  /** As LiteGraph's: an input has one link. */
  connect(origin_slot, target, target_slot) {
    const { links } = this.graph;
    for (const [key, link] of links) {
      if (link.target_id === target.id && link.target_slot === target_slot) links.delete(key);
    }
    const { type } = this.outputs[origin_slot];
    const ends = { origin_id: this.id, origin_slot, target_id: target.id, target_slot };
    links.set(links.size + 100, { type, ...ends });
  }
}

/**
 * An app with a graph of `{name: [kind, widgets]}` and links of [from, to, input, type].
 *
 * @param {Record<string, [string, Record<string, unknown>?]>} kinds
 * @param {[string, string, string, string][]} wires
 */
export function appWith(kinds, wires) {
  const graph = { nodes: [], links: new Map() };
  graph.setDirtyCanvas = () => {};
  graph.add = (node) => graph.nodes.push(Object.assign(node, { graph }));
  graph.getNodeById = (id) => graph.nodes.find((node) => node.id === id);
  for (const [id, [type, values = {}]] of Object.entries(kinds)) {
    const widgets = Object.entries(values).map(([name, value]) => ({ name, value }));
    graph.nodes.push(new Node({ id, type, title: id, graph, widgets, inputs: [], outputs: [] }));
  }
  wires.forEach(([from, to, name, type], link) => {
    const { outputs } = graph.getNodeById(from);
    const there = outputs.findIndex((output) => output.type === type);
    const origin_slot = there < 0 ? outputs.push({ type }) - 1 : there;
    const target_slot = graph.getNodeById(to).inputs.push({ name, type }) - 1;
    graph.links.set(link, { type, origin_id: from, origin_slot, target_id: to, target_slot });
  });
  return { graph, nodeOutputs: {}, api: { apiURL: (path) => `/api${path}` } };
}

export const at = (app, id) => app.graph.getNodeById(id);

/**
 * What makes nodes of the kinds that are given, as `LiteGraph` does.
 *
 * @param {Record<string, {inputs: string[], values: Record<string, unknown>, outputs?: string[]}>} kinds
 */
export function makerOf(kinds) {
  const createNode = (type) => {
    if (!kinds[type]) return null;
    const inputs = kinds[type].inputs.map((name) => ({ name }));
    const widgets = Object.entries(kinds[type].values).map(([name, value]) => ({ name, value }));
    const outputs = (kinds[type].outputs ?? ["ZOOM_STACK"]).map((wire) => ({ type: wire }));
    return new Node({ id: `new ${type}`, type, title: type, inputs, widgets, outputs });
  };
  return { createNode };
}
