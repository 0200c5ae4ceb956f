/**
 * What nodes of ours say, under the node: how far a run is, and in the end what came of it.
 *
 * Not by the host's progress texts, which some front ends keep and some clear when a job is over.
 * What stays is kept in the node's properties, so that it comes back with the graph.
 */

import { addElement } from "../host/element.mjs";
import { nodeOfRun, nodeOfOutput } from "../host/graph.mjs";
import { after, isOurs } from "../host/nodes.mjs";
import { element } from "../page/elements.mjs";
import { Style } from "../page/style.mjs";
import { widget } from "../page/widget.mjs";

const STYLE = new Style(import.meta.resolve("./said.css"));
const EVENT = "zoomstack.said"; // {node, text, stays} from nodes/host/jobs.py
const OUTPUT = "zoomstack_said";
const LINE = 16; // pixels
const LETTER = 6.2; // pixels of a usual one: only how high the words are is reckoned by it
const MARGIN = 24; // beside the words
const MOST = 8; // lines; more are scrolled

/** The nodes that are there. @type {Set<Said>} */
const speaking = new Set();

/** @param {object} app ComfyUI's */
export function register(app) {
  app.registerExtension({
    name: "zoomstack.said",
    setup() {
      app.api.addEventListener(EVENT, ({ detail }) => {
        nodeOfRun(app, detail.node)?.zoomstackSaid?.take(detail.text, detail.stays);
      });
      // What was under way is no longer.
      for (const end of ["execution_error", "execution_interrupted"]) {
        app.api.addEventListener(end, () => speaking.forEach((said) => said.restore()));
      }
    },
    nodeCreated(node) {
      if (isOurs(node)) node.zoomstackSaid = new Said(node);
    },
    // Outputs that no event brings: of a tab that is opened again, or of the queue's history.
    onNodeOutputsUpdated(outputs) {
      for (const [place, output] of Object.entries(outputs)) {
        if (output?.[OUTPUT]) nodeOfOutput(app, place)?.zoomstackSaid?.keep(output);
      }
    },
  });
}

class Said {
  constructor(node) {
    this.node = node;
    this.lines = null;
    this.text = "";
    speaking.add(this);
    after(node, "onExecuted", (output) => this.keep(output));
    after(node, "onConfigure", () => this.restore());
    after(node, "onRemoved", () => speaking.delete(this));
  }

  /** Take a run's output, and show what it says. */
  keep(output) {
    const said = output?.[OUTPUT]?.join("\n");
    if (said) this.take(said, true);
  }

  /** @param {string} text @param {boolean} stays */
  take(text, stays) {
    if (stays) this.node.properties[OUTPUT] = text;
    this.show(text);
  }

  /** What stays, in place of what was said on the way. */
  restore() {
    this.show(String(this.node.properties?.[OUTPUT] ?? ""));
  }

  show(text) {
    if (text === this.text) return;
    this.text = text;
    if (!this.lines) this.#add();
    this.lines.textContent = text;
    const needed = this.node.computeSize();
    this.node.setSize(needed.map((least, side) => Math.max(least, this.node.size[side])));
    this.node.graph?.setDirtyCanvas(true, false);
  }

  #add() {
    this.lines = element("div", {
      class: "zs-said-words", role: "status", tabindex: "0",
      "data-scrolls": true, "data-capture-wheel": "true",
    }); // prettier-ignore
    const getMinHeight = () => (this.text ? LINE * Math.min(this.#lines(), MOST) + 12 : 0);
    addElement(this.node, "said", widget(STYLE, "zs-said", {}, this.lines), {
      getMinHeight,
      getMaxHeight: getMinHeight,
    });
  }

  #lines() {
    const letters = Math.max((this.node.size[0] - MARGIN) / LETTER, 8);
    return this.text.split("\n").reduce((sum, line) => sum + Math.ceil(line.length / letters), 0);
  }
}
