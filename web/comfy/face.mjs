/**
 * A node's face: what everybody needs of it. The rest waits behind the host's own choice.
 *
 * The schema says which inputs are `advanced`, which are `hidden` (there for old graphs alone), and
 * with which other input an advanced one counts (`shown_with`). Nodes 2.0 folds advanced ones by
 * itself, behind a button. The canvas leaves them out, too, but keeps their room: there we hide
 * them, and put a button below that says the same. Both buttons turn the node's `showAdvanced`,
 * which the host saves with it.
 *
 * What acts is not folded: what is linked, or set to something else than its default.
 */

import { foldWidget, hideWidget } from "../host/hide.mjs";
import { isLinked } from "../host/links.mjs";
import { after, isOurs, onChange, step, watch, widgetOf } from "../host/nodes.mjs";
import { wordsFor } from "../host/words.mjs";

const ALWAYS = "Comfy.Node.AlwaysShowAdvancedWidgets";
const NODES2 = "Comfy.VueNodes.Enabled";
const ROW = { canvas: 24, nodes2: 28 }; // pixels of a widget, with the gap below
const AWAY = -1e5; // where sockets of hidden widgets lie: no link is dropped on them by chance

/** The nodes that are there. @type {Set<Face>} */
const faces = new Set();

/** @param {object} app ComfyUI's */
export function register(app) {
  app.registerExtension({
    name: "zoomstack.face",
    setup() {
      // The settings have their new values a moment later.
      const showAll = () => setTimeout(() => faces.forEach((face) => face.show()));
      for (const id of [ALWAYS, NODES2]) app.ui.settings.addEventListener(`${id}.change`, showAll);
      // Nodes 2.0's button keeps its click for itself, and says nothing.
      const attend = () => setTimeout(() => faces.forEach((face) => face.attend()));
      document.addEventListener("click", attend, { capture: true });
    },
    nodeCreated(node) {
      if (!isOurs(node)) return;
      const folds = foldsOf(node);
      if (folds.length) faces.add(new Face(app, node, folds));
    },
  });
}

/**
 * An input that a newcomer does without.
 *
 * @typedef {{name: string, widget: object, usual: unknown, aside: boolean, partner?: string}} Fold
 */

/** @param {object} node @returns {Fold[]} */
function foldsOf(node) {
  const { required, optional } = node.constructor.nodeData.input ?? {};
  return Object.entries({ ...required, ...optional }).flatMap(([name, [, how]]) => {
    const widget = (how?.advanced || how?.hidden) && widgetOf(node, name);
    if (!widget) return [];
    return [{ name, widget, usual: how.default, aside: !!how.hidden, partner: how.shown_with }];
  });
}

class Face {
  /** @param {object} app @param {object} node @param {Fold[]} folds */
  constructor(app, node, folds) {
    this.app = app;
    this.node = node;
    this.folds = folds;
    /** What acts, or did since the rest was last folded: nothing goes from under the hand. */
    this.kept = new Set();
    this.open = false;
    this.fits = false;
    this.roomy = false; // whether the node's own height has room for what is open
    node.showAdvanced ??= false; // nodes of graphs from before have none
    for (const { widget, aside } of folds) if (aside) hideWidget(node, widget, true);
    if (folds.some(({ aside }) => !aside)) this.#addButton();
    for (const each of node.widgets) onChange(each, () => this.show(each.name));
    after(node, "onConnectInput", (slot) => this.#keep(node.inputs[slot]?.widget?.name));
    after(node, "onConfigure", (saved) => this.#load(saved));
    after(node, "onRemoved", () => faces.delete(this));
    after(node, "onAdded", () => faces.add(this));
    watch(node, () => this.show());
  }

  /**
   * Show what is asked for and what acts.
   *
   * @param {string} [touched] the widget that is being changed
   */
  show(touched) {
    const { node, folds } = this;
    const open = this.#asked();
    const closes = this.open && !open;
    if (closes) this.kept = new Set([...this.kept].filter((name) => name === touched));
    this.open = open;
    for (const fold of folds) if (this.#acts(fold)) this.kept.add(fold.name);
    const rows = this.#apply();
    if (!node.graph) return;
    const canvas = !this.#setting(NODES2);
    if (!this.fits || (closes && this.roomy && !canvas)) this.#fit(folds.filter((f) => !f.aside));
    else if (rows && canvas) this.#resize(node.size[1] + ROW.canvas * rows);
    this.fits = true;
    this.roomy = open && (canvas || this.roomy); // Nodes 2.0 makes room for the time being
    node.graph.setDirtyCanvas(true, true);
  }

  /** Show it where the choice was turned by others. */
  attend() {
    if (this.#asked() !== this.open) this.show();
  }

  /** Keep the saved size; less what is folded now, where the graph is from before that. */
  #load(saved) {
    this.kept.clear();
    this.fits = true;
    const before = this.node.size[1];
    this.show();
    this.roomy = this.open;
    this.#resize(before);
    if (saved.showAdvanced === undefined) this.#fit(this.folds);
  }

  /** Hides and folds; how many rows more the canvas shows than before. */
  #apply() {
    const { node, button, open } = this;
    const canvas = !this.#setting(NODES2);
    const always = this.#setting(ALWAYS);
    let rows = 0;
    let folds = node.showAdvanced;
    for (const { name, widget, aside } of this.folds) {
      const stays = this.kept.has(name);
      const away = !stays && (aside || (canvas && !open));
      if (hideWidget(node, widget, away)) rows += away ? -1 : 1;
      if (away) widget.y = AWAY;
      if (aside) continue;
      foldWidget(node, widget, !stays && !always);
      folds ||= !stays && !always;
    }
    if (!button) return rows;
    const words = wordsFor.now;
    button.label = node.showAdvanced ? words.advancedHide : words.advancedShow;
    if (hideWidget(node, button, !folds)) rows += folds ? 1 : -1;
    return rows;
  }

  #addButton() {
    const { node } = this;
    const turn = () => {
      node.showAdvanced = !node.showAdvanced;
      this.show();
      step(this.app);
    };
    const options = { serialize: false, canvasOnly: true };
    this.button = node.addWidget("button", "advanced", null, turn, options);
    this.button.serialize = false;
  }

  /** Gives up the room of those of `folds` that are folded, which the node's height has for them. */
  #fit(folds) {
    const { node } = this;
    const folded = folds.filter(({ name }) => !this.open && !this.kept.has(name)).length;
    const row = this.#setting(NODES2) ? ROW.nodes2 : ROW.canvas;
    this.#resize(node.size[1] - row * folded);
  }

  #resize(height) {
    const { node } = this;
    node.setSize([node.size[0], Math.max(node.computeSize()[1], height)]);
  }

  /** @param {string | undefined} name of an input that is being linked */
  #keep(name) {
    if (!this.folds.some((fold) => fold.name === name)) return;
    this.kept.add(name);
    this.show();
  }

  /** @param {Fold} fold */
  #acts({ name, widget, usual, partner }) {
    return widget.value !== usual || isLinked(this.node, name) || this.#isUsed(partner);
  }

  /** Whether an input is linked, or its widget set. @param {string | undefined} name */
  #isUsed(name) {
    if (!name) return false;
    const fold = this.folds.find((each) => each.name === name);
    return isLinked(this.node, name) || (fold !== undefined && fold.widget.value !== fold.usual);
  }

  #asked() {
    return Boolean(this.node.showAdvanced || this.#setting(ALWAYS));
  }

  #setting(id) {
    return this.app.extensionManager.setting.get(id);
  }
}
