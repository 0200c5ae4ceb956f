/**
 * What the pack asks of ComfyUI's nodes and widgets, in both of its renderers.
 */

import { holderOf } from "./links.mjs";

/** @param {object} node @param {string} name */
export function widgetOf(node, name) {
  return node.widgets?.find((widget) => widget.name === name);
}

/**
 * The widget that holds an input's value, which a subgraph around may; undefined where a node gives
 * it, or several subgraphs do.
 *
 * @param {object} node
 * @param {string} name of the input
 */
export function holdingWidget(node, name) {
  const holder = holderOf(node, name);
  return holder ? widgetOf(holder.node, holder.name) : undefined;
}

/** Whether a node is of this pack. @param {object} node */
export const isOurs = (node) => node.constructor.nodeData?.category === "ZoomStack";

/**
 * Calls `listener` after the widget was given a value: typed, loaded, undone, or set by a script.
 *
 * @param {object | undefined} widget
 * @param {() => void} listener
 */
export function onChange(widget, listener) {
  if (!widget) return;
  const { callback } = widget;
  widget.callback = function (...values) {
    const answer = callback?.apply(this, values);
    listener();
    return answer;
  };
}

/** What shows something of the graph, to be shown again. @type {Set<() => void>} */
const watching = new Set();

/**
 * Calls `show` for as long as the node is there: when it was loaded, when a link to it came or
 * went, and whenever something has changed anywhere in the graph.
 *
 * @param {object} node
 * @param {() => void} show
 */
export function watch(node, show) {
  watching.add(show);
  for (const hook of ["onConfigure", "onConnectionsChange", "onAdded"]) {
    // The graph has its links a moment later.
    after(node, hook, () => queueMicrotask(show));
  }
  after(node, "onRemoved", () => watching.delete(show));
}

/** Once a page. @param {object} app */
export function watchGraph(app) {
  const showAll = () => watching.forEach((show) => show());
  for (const event of ["graphChanged", "executed"]) app.api.addEventListener(event, showAll);
  // What is in a subgraph may stand for what was changed around it.
  app.canvas.canvas.addEventListener("litegraph:set-graph", () => queueMicrotask(showAll));
  return showAll;
}

/** Calls `listener` after one of the node's own hooks, with what the hook was given. */
export function after(node, hook, listener) {
  const before = node[hook];
  node[hook] = function (...values) {
    const answer = before?.apply(this, values);
    listener(...values);
    return answer;
  };
}

/** What was done so far is a step that undo goes back to. @param {object} app */
export function step(app) {
  const tracker = app.extensionManager?.workflow?.activeWorkflow?.changeTracker;
  if (tracker?.captureCanvasState) tracker.captureCanvasState();
  else tracker?.checkState?.();
}
