/**
 * The ladder editor as a widget of PromptLadder.
 *
 * The node's `prompts` widget stays the truth, or the one that a subgraph around promotes it to: the
 * editor reads it and writes it and keeps nothing beside it, so that workflows from before the
 * editor, the API, undo and copies know no other.
 * Which way of editing was chosen, and where the ruler has its 1, is kept in the node's properties.
 */

import { addElement } from "../host/element.mjs";
import { hideWidget, keepSocket } from "../host/hide.mjs";
import { holderOf, sourceOf } from "../host/links.mjs";
import { holdingWidget, onChange, step, watch, watchGraph, widgetOf } from "../host/nodes.mjs";
import { wordsFor } from "../host/words.mjs";
import { createEditor } from "../ladder/editor.mjs";

const NODE = "PromptLadder";
const KEPT = "zoomstack_ladder";
const SIZE = [400, 560]; // of a new node
const HEIGHT = 240; // the least that rows need
const BAR = 56; // the editor without its rows, margins included
const NOTE = 88; // and with a sentence in their place
const LINE = 14; // of the negative prompts, which otherwise take as much room as the rows

/** @param {object} app ComfyUI's */
export function register(app) {
  let showAll = () => {};
  app.registerExtension({
    name: "zoomstack.ladder",
    async setup() {
      showAll = watchGraph(app);
      await wordsFor(app);
    },
    afterConfigureGraph: () => queueMicrotask(showAll),
    nodeCreated(node) {
      if (node.constructor.comfyClass === NODE) attach(app, node);
    },
  });
}

/** Gives a PromptLadder its editor. */
function attach(app, node) {
  const prompts = widgetOf(node, "prompts");
  const factor = widgetOf(node, "zoom_factor");
  const loop = widgetOf(node, "loop");
  if (!prompts) return;
  keepSocket(prompts);
  let rows = true;
  let brief = BAR;
  const editor = createEditor(
    {
      onText(text) {
        const holding = holdingWidget(node, "prompts");
        if (holding) holding.value = text;
        node.graph?.setDirtyCanvas(true, false);
      },
      onStep: () => step(app),
      onKeep(part) {
        node.properties[KEPT] = { ...node.properties[KEPT], ...part };
        show();
        step(app);
      },
    },
    wordsFor.now,
  );
  addElement(node, "ladder_editor", editor.element, {
    getMinHeight: () => (rows ? HEIGHT : brief),
    getMaxHeight: () => (rows || brief > NOTE ? undefined : brief),
  });
  const negative = widgetOf(node, "negative");
  if (negative) {
    negative.options.getMaxHeight = () => 58 + LINE * String(negative.value).split("\n").length;
  }
  node.setSize(SIZE.map((least, side) => Math.max(least, node.size[side])));

  function show() {
    const holder = holderOf(node, "prompts");
    const held = holder && holder.node !== node;
    const from = holder ? null : sourceOf(node, "prompts");
    const { mode, ...others } = kept(node);
    rows = mode === "rows" && from === null;
    if (held) brief = HEIGHT;
    else brief = from === null ? BAR : NOTE;
    // Either the rows or the text: the text's own widget, with its socket and all that other
    // extensions do for it.
    const changed = hideWidget(node, prompts, rows);
    editor.show({
      text: String((holdingWidget(node, "prompts") ?? prompts).value ?? ""),
      zoomFactor: Number(factor?.value) || 2,
      loop: Boolean(loop?.value),
      from,
      holder: held ? holder.node.title : null,
      mode,
      ...others,
    });
    if (!changed || !node.graph) return;
    node.setSize(node.computeSize().map((least, side) => Math.max(least, node.size[side])));
  }
  for (const each of [prompts, factor, loop]) onChange(each, show);
  watch(node, show);
  show();
}

/** What a saved graph may say about the editor, and nothing else that stands there. */
function kept(node) {
  const { mode, unit, scene } = node.properties?.[KEPT] ?? {};
  return {
    mode: mode === "text" ? "text" : "rows",
    unit: Number.isInteger(unit) && unit >= 0 ? unit : 0,
    scene: typeof scene === "string" ? scene : "",
  };
}
