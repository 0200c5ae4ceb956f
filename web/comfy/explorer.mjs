/**
 * The Zoom Stack Explorer's widget: the viewer in a node.
 *
 * What the node shows is a reference to a manifest among ComfyUI's temporary files. It is kept in
 * `node.properties`, so that it comes back with the graph, however that is made again: by another
 * tab, undo, a copy, a subgraph, a reload of the page.
 *
 * @typedef {{filename: string, subfolder: string, type: string}} Reference a file, as /view takes it
 */

import { element } from "../page/elements.mjs";
import { Style } from "../page/style.mjs";
import { fill } from "../page/words.mjs";
import { buildPage } from "../viewer/bundle.mjs";
import { Viewer } from "../viewer/viewer.mjs";
import { Aim } from "./aim.mjs";
import { nodeOfOutput } from "./graph.mjs";
import { addElement, after } from "./nodes.mjs";
import { wordsFor } from "./words.mjs";

const NODE = "ZoomStackExplorer";
const KEPT = "zoomstack";
const SIZE = [480, 600];
const LEAST_HEIGHT = 240;
const STYLE = new Style(import.meta.resolve("./explorer.css"));

/** Where the camera was in each stack that this page has shown, by its folder. */
const depths = new Map();

/** Register the extension with ComfyUI's app. */
export function register(app) {
  app.registerExtension({
    name: "zoomstack.explorer",
    nodeCreated(node) {
      if (node.constructor.comfyClass === NODE) node.zoomstack = new Explorer(app, node);
    },
    // Outputs that no event brings: of a tab that is opened again, or of the queue's history.
    onNodeOutputsUpdated(outputs) {
      for (const [place, output] of Object.entries(outputs)) {
        if (output?.zoomstack) nodeOfOutput(app, place)?.zoomstack?.keep(output);
      }
    },
  });
}

class Explorer {
  constructor(app, node) {
    Object.assign(this, { app, node, viewer: null, shown: "" });
    this.element = element("div", { class: "zoomstack-explorer" });
    STYLE.dress(document);
    this.aim = new Aim(app, node);
    addElement(node, "explorer", this.element, { getMinHeight: () => LEAST_HEIGHT });
    // Nodes 2.0 leaves the wheel to what has the focus alone.
    this.element.addEventListener("pointerenter", () => {
      const { stage } = this.viewer ?? {};
      if (node.selected && !this.element.matches(":focus-within")) {
        stage?.focus({ preventScroll: true });
      }
    });
    node.setSize(SIZE.map((least, i) => Math.max(least, node.size[i])));
    after(node, "onExecuted", (output) => this.keep(output));
    after(node, "onConfigure", () => this.show());
    after(node, "onRemoved", () => this.#clear());
    this.#say(wordsFor.now.viewEmpty);
  }

  /** Take a run's output, and show it. */
  keep(output) {
    const [stack, compare] = [output?.zoomstack, output?.zoomstack_compare].map(referenceIn);
    if (!stack) return;
    this.node.properties[KEPT] = { stack, compare };
    this.show();
  }

  /** Show what the node's properties refer to, unless it is on show already. */
  async show() {
    const kept = this.node.properties?.[KEPT];
    const key = kept ? JSON.stringify(kept) : "";
    if (key === this.shown) return;
    this.shown = key;
    this.#clear();
    if (!kept) return this.#say(wordsFor.now.viewEmpty);
    try {
      const sources = await Promise.all([kept.stack, kept.compare].map((one) => this.#source(one)));
      if (this.shown === key) this.#open(...sources, key);
    } catch (error) {
      if (this.shown === key) this.#say(error.message);
    }
  }

  #open(source, compare, key) {
    const words = wordsFor.now;
    const save = { icon: "save", label: words.viewSave, act: () => this.#save(source) };
    const viewer = new Viewer(source, { compare, words, tools: [this.aim.tool, save] });
    this.viewer = viewer;
    this.element.replaceChildren(viewer.element);
    if (depths.has(key)) viewer.goTo(depths.get(key), true);
    viewer.addEventListener("drawn", () => depths.set(key, viewer.depth));
    this.aim.over(viewer);
  }

  /** A stack, ready to be viewed; null for none. @param {Reference | null} reference */
  async #source(reference) {
    if (!reference) return null;
    const locate = (file) => this.#address({ ...reference, filename: file });
    const answer = await fetch(locate(reference.filename)).catch(() => null);
    if (!answer) throw new Error(wordsFor.now.viewSilent);
    if (!answer.ok) throw new Error(wordsFor.now.viewGone);
    return { manifest: await answer.json(), locate };
  }

  /** @param {Reference} reference */
  #address({ filename, subfolder, type }) {
    return this.app.api.apiURL(`/view?${new URLSearchParams({ filename, subfolder, type })}`);
  }

  /** Save the stack as a page with everything in it. */
  async #save({ manifest, locate }) {
    const read = async (name) => (await got(new URL(`../${name}`, import.meta.url))).text();
    const fetched = async (file) => {
      const blob = await (await got(locate(file))).blob();
      return { bytes: new Uint8Array(await blob.arrayBuffer()), type: blob.type };
    };
    try {
      const page = await buildPage(manifest, read, fetched);
      download("zoom.html", new Blob([page], { type: "text/html" }));
    } catch (error) {
      this.viewer?.hud.tell(fill(wordsFor.now.viewNotSaved, { why: error.message }));
    }
  }

  #say(text) {
    const about = { class: "zoomstack-explorer-note", role: "status" };
    this.element.replaceChildren(element("div", about, text));
  }

  #clear() {
    this.viewer?.dispose();
    this.viewer = null;
  }
}

/** The manifest of an output; one from before it was called so has the name of a file. */
function referenceIn(shown) {
  if (!shown?.length) return null;
  const [{ manifest, filename = manifest, subfolder, type }] = shown;
  return { filename, subfolder, type };
}

async function got(address) {
  const answer = await fetch(address);
  if (!answer.ok) {
    const { viewGone } = wordsFor.now;
    throw new Error(answer.status === 404 ? viewGone : `${answer.status} from ComfyUI`);
  }
  return answer;
}

function download(name, blob) {
  const address = URL.createObjectURL(blob);
  element("a", { href: address, download: name }).click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
