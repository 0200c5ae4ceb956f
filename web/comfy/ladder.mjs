/**
 * The ladder editor as a widget of PromptLadder.
 *
 * The node's `prompts` widget stays the truth: the editor reads it and writes it and keeps nothing
 * beside it, so that workflows from before the editor, the API, undo and copies know no other.
 * Which way of editing was chosen, and where the ruler has its 1, is kept in the node's properties.
 */

import { createEditor } from "../ladder/editor.mjs";
import { sourceOf } from "./links.mjs";
import { addElement, hideWidget, onChange, step, watch, watchGraph, widgetOf } from "./nodes.mjs";
import { wordsFor } from "./words.mjs";

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
  if (!prompts) return;
  let rows = true;
  const brief = () => (sourceOf(node, "prompts") === null ? BAR : NOTE);
  const editor = createEditor(
    {
      onText(text) {
        prompts.value = text;
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
    getMinHeight: () => (rows ? HEIGHT : brief()),
    getMaxHeight: () => (rows ? undefined : brief()),
  });
  const negative = widgetOf(node, "negative");
  if (negative) {
    negative.options.getMaxHeight = () => 58 + LINE * String(negative.value).split("\n").length;
  }
  node.setSize(SIZE.map((least, side) => Math.max(least, node.size[side])));

  function show() {
    const from = sourceOf(node, "prompts");
    const { mode, ...others } = kept(node);
    rows = mode === "rows" && from === null;
    // Either the rows or the text: the text's own widget, with its socket and all that other
    // extensions do for it.
    const changed = hideWidget(node, prompts, rows);
    editor.show({
      text: String(prompts.value ?? ""),
      zoomFactor: Number(factor?.value) || 2,
      from,
      mode,
      ...others,
    });
    if (changed && node.graph) node.setSize(node.computeSize().map((least, i) => Math.max(least, node.size[i])));
  }
  for (const each of [prompts, factor]) onChange(each, show);
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
