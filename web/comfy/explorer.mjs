/**
 * The Zoom Stack Explorer's widget: the viewer in a node.
 *
 * What the node shows is a reference to a manifest among ComfyUI's temporary files. It is kept in
 * `node.properties`, so that it comes back with the graph, however that is made again: by another
 * tab, undo, a copy, a subgraph, a reload of the page.
 *
 * While a run samples what leads here, the node shows it as it forms: of what it shows, only the
 * pictures change, and the camera stays.
 *
 * The last results stay to go back to, and what a reader wishes done with a level becomes a node
 * beside this one.
 *
 * @import { Sheet } from "../viewer/sheet.mjs"
 */

import { addElement } from "../host/element.mjs";
import { nodeOfOutput } from "../host/graph.mjs";
import { after } from "../host/nodes.mjs";
import { wordsFor } from "../host/words.mjs";
import { element } from "../page/elements.mjs";
import { Style } from "../page/style.mjs";
import { fill } from "../page/words.mjs";
import { manifestOf, sourceOf } from "../viewer/sheet.mjs";
import { Viewer } from "../viewer/viewer.mjs";
import { Aim } from "./aim.mjs";
import { grant } from "./deeds.mjs";
import { Live } from "./live.mjs";
import { Results } from "./results.mjs";
import { savePage, stackOf } from "./stored.mjs";

const NODE = "ZoomStackExplorer";
const KEPT = "zoomstack";
const LIVE = "zoomstack_live"; // false where the reader wants to see nothing before it is finished
const SIZE = [480, 600];
const LEAST_HEIGHT = 240;
const STYLE = new Style(import.meta.resolve("./explorer.css"));

/** Where the camera was in each stack, or tree, that this page has shown, by its folder. */
const places = new Map();

/** The nodes that are there. @type {Set<Explorer>} */
const explorers = new Set();

/** Register the extension with ComfyUI's app. */
export function register(app) {
  app.registerExtension({
    name: "zoomstack.explorer",
    setup() {
      new Live(app, explorers);
    },
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
    Object.assign(this, { app, node, viewer: null, source: null, shown: "", step: "" });
    /** What of a run is on show. @type {{sheet: Sheet, manifest: object} | null} */
    this.forming = null;
    /** Levels with which something is to be done. @type {import("../viewer/marks.mjs").Mark[]} */
    this.marks = [];
    this.results = new Results(app, node);
    explorers.add(this);
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
    after(node, "onRemoved", () => {
      explorers.delete(this);
      this.#clear();
    });
    this.#say(wordsFor.now.viewEmpty);
  }

  /** Take a run's output, and show it. */
  keep(output) {
    const [stack, compare] = [output?.zoomstack, output?.zoomstack_compare].map(referenceIn);
    if (!stack) return;
    // One that came before may be told again, and the reader may be looking at an earlier one.
    if (!this.results.take({ stack, compare }) && this.node.properties[KEPT]) return this.show();
    this.marks = [];
    this.#turnTo({ stack, compare });
  }

  /** Show another result, in place of the one on show. */
  #turnTo(kept) {
    this.node.properties[KEPT] = kept;
    this.show(true);
  }

  /** Show what the node's properties refer to, unless it is on show already; where the camera is. */
  async show(inPlace = false) {
    const kept = this.node.properties?.[KEPT];
    const key = kept ? JSON.stringify(kept) : "";
    if (key === this.shown) return;
    this.shown = key;
    // What is there stays until this has come.
    const stays = inPlace || Boolean(this.forming);
    Object.assign(this, { forming: null, step: "" });
    if (!stays) this.#clear();
    if (!kept) return this.#say(wordsFor.now.viewEmpty);
    try {
      const sources = await Promise.all([kept.stack, kept.compare].map((one) => stackOf(this.app, one)));
      // Meanwhile another one may have come, or another run has begun to show.
      if (this.shown === key && !this.forming) this.#open(...sources, stays);
    } catch (error) {
      if (this.shown === key && !this.forming) this.#say(error.message);
    }
  }

  /** Whether the reader wants to see what forms. */
  get live() {
    return this.node.properties?.[LIVE] !== false;
  }

  /** Show all levels as a run predicts them. @param {Sheet} sheet  @param {HTMLImageElement} image */
  form(sheet, image) {
    const metres = this.viewer?.scene.manifest.metres ?? null;
    if (this.forming?.sheet !== sheet) this.forming = { sheet, manifest: manifestOf(sheet, metres) };
    this.#open(sourceOf(sheet, this.forming.manifest, image), null, true);
    this.viewer.hud.note(this.step, true);
  }

  /** A run has come so far. */
  count(step, total) {
    const { viewSampling, viewSampled } = wordsFor.now;
    this.step = fill(step < total ? viewSampling : viewSampled, { step, total });
    if (this.forming) this.viewer?.hud.note(this.step, true);
  }

  /** What formed will not be finished: what was there before comes back, and `why` is said. */
  async restore(why = "") {
    if (!this.forming) return;
    this.shown = null;
    await this.show();
    if (!this.forming) this.viewer?.hud.note(why);
  }

  /** Show a stack: `in place` of the one on show, where there is one, and else by a new viewer. */
  #open(source, compare, inPlace) {
    const { viewer, forming, shown } = this;
    if (!forming) this.source = source;
    if (inPlace && viewer && (forming || Boolean(viewer.other) === Boolean(compare))) {
      if (!forming) viewer.hud.clear();
      viewer.show(source, compare);
      viewer.mark(this.marks);
      return;
    }
    if (inPlace && viewer) places.set(shown, placeOf(viewer));
    this.#clear();
    this.#make(source, compare);
    if (places.has(shown)) {
      const { depth, branch } = places.get(shown);
      this.viewer.choose(branch);
      this.viewer.goTo(depth, true);
    }
  }

  #make(source, compare) {
    const words = wordsFor.now;
    const resting = () => Boolean(this.forming);
    const save = { icon: "save", label: words.viewSave, act: () => this.#save(), resting };
    const turn = () => {
      this.node.properties[LIVE] = !this.live;
      this.viewer.wake();
      return this.live ? null : this.restore();
    };
    const live = { icon: "live", label: words.viewLive, act: turn, pressed: () => this.live };
    const results = { icon: "results", label: words.resultsTool, act: () => this.#list() };
    const tools = [this.aim.tool, live, results, save];
    const viewer = new Viewer(source, { compare, words, tools, deeds: true });
    this.viewer = viewer;
    this.element.replaceChildren(viewer.element);
    viewer.mark(this.marks);
    viewer.addEventListener("wish", ({ detail }) => this.#grant(detail));
    viewer.addEventListener("drawn", () => {
      if (!this.forming) places.set(this.shown, placeOf(viewer));
    });
    this.aim.over(viewer);
  }

  /** Fill in the node that does what the reader wishes, and mark the level. */
  #grant(wish) {
    const { deed, level, branch } = wish;
    // Any number of a stack's levels can be made anew at once; of the other deeds there is one each.
    const others = this.marks.filter((mark) => {
      const beside = deed === "again" && mark.branch === branch && mark.level !== level;
      return mark.deed !== deed || beside;
    });
    const marks = [...others, { deed, level, branch }];
    const again = marks.filter((mark) => mark.deed === "again").map((mark) => mark.level);
    const prompt = this.viewer?.scene.manifest.prompts?.[level];
    const levels = again.sort((a, b) => a - b);
    const { said, granted } = grant(this.app, this.node, wish, levels, prompt);
    if (granted) {
      this.marks = marks;
      this.viewer?.mark(marks);
    }
    // In place of what was said of the wish before.
    this.viewer?.hud.clear();
    this.viewer?.hud.tell(said);
  }

  /** The menu of the last results. */
  async #list() {
    const { viewer, node } = this;
    const choose = (kept) => this.#turnTo(kept);
    try {
      const items = await this.results.items(node.properties[KEPT], choose);
      const at = viewer.stage.getBoundingClientRect();
      const corner = { x: at.right, y: at.bottom };
      if (viewer === this.viewer) {
        viewer.menu.open(wordsFor.now.resultsTool, items, corner, viewer.stage);
      }
    } catch (error) {
      viewer.hud.tell(error.message);
    }
  }

  async #save() {
    try {
      await savePage(this.source);
    } catch (error) {
      this.viewer?.hud.tell(fill(wordsFor.now.viewNotSaved, { why: error.message }));
    }
  }

  #say(text) {
    this.#clear();
    const about = { class: "zoomstack-explorer-note", role: "status" };
    this.element.replaceChildren(element("div", about, text));
  }

  #clear() {
    this.viewer?.dispose();
    this.viewer = null;
  }
}

const placeOf = ({ depth, branch }) => ({ depth, branch });

/** The manifest of an output; one from before it was called so has the name of a file. */
function referenceIn(shown) {
  if (!shown?.length) return null;
  const [{ manifest, filename = manifest, subfolder, type }] = shown;
  return { filename, subfolder, type };
}
