/**
 * What the pack asks of ComfyUI's nodes and widgets, in both of its renderers.
 */

import { isLinked } from "./links.mjs";

/** @param {object} node @param {string} name */
export function widgetOf(node, name) {
  return node.widgets?.find((widget) => widget.name === name);
}

/** Whether a node is of this pack. @param {object} node */
export const isOurs = (node) => node.constructor.nodeData?.category === "ZoomStack";

let added = 0;

/**
 * A widget that is an element of our own, the node's last one: its value is not saved, and one
 * that is not saved would shift the values of those after it.
 *
 * @param {object} node
 * @param {string} name
 * @param {HTMLElement} element
 * @param {{getMinHeight: () => number, getMaxHeight?: () => number | undefined}} heights
 */
export function addElement(node, name, element, heights) {
  // Nodes 2.0 keeps what it shows of a node when undo or a reload makes the node anew, unless the
  // widget has another type: it would go on showing the old element.
  const type = `ZOOMSTACK_${name.toUpperCase()}_${++added}`;
  // The side panel would show it empty, and shrink it on the node to its own width.
  const options = { serialize: false, hideOnZoom: false, hideInPanel: true, ...heights };
  const widget = node.addDOMWidget(name, type, element, options);
  widget.serialize = false;
}

/** Which widgets of a node are wished away. @type {WeakMap<object, Map<object, boolean>>} */
const wishes = new WeakMap();

/**
 * Hides a widget or shows it again; its value is saved and sent as ever. Whether that was news.
 *
 * Never while its input is linked: there the front end itself says what is shown, and a subgraph
 * that the widget is promoted to would take over that it is hidden.
 *
 * @param {object} node
 * @param {object} widget
 * @param {boolean} hidden
 */
export function hideWidget(node, widget, hidden) {
  if (!wishes.has(node)) attendLinks(node);
  const ours = wishes.get(node);
  if ((ours.get(widget) ?? false) === hidden) return false;
  ours.set(widget, hidden);
  // A node that is being made may yet be given links, and its subgraph be promoted from.
  if (node.graph) settle(node, widget);
  else queueMicrotask(() => settle(node, widget));
  return true;
}

function attendLinks(node) {
  const ours = new Map();
  wishes.set(node, ours);
  const settleAll = () => ours.forEach((_, widget) => settle(node, widget));
  // Before a link comes, for a subgraph takes over what is hidden with the link.
  after(node, "onConnectInput", (slot) => {
    const widget = widgetOf(node, node.inputs[slot]?.widget?.name);
    if (ours.get(widget)) setHidden(node, widget, false);
    queueMicrotask(settleAll);
  });
  after(node, "onConnectionsChange", () => queueMicrotask(settleAll));
}

function settle(node, widget) {
  setHidden(node, widget, wishes.get(node).get(widget) && !isLinked(node, widget.name));
}

function setHidden(node, widget, hidden) {
  if (Boolean(widget.options.hidden) === hidden) return;
  widget.hidden = hidden; // the canvas reads this
  widget.options.hidden = hidden; // and Nodes 2.0 this
  // Where visibility is no part of a widget yet, Nodes 2.0 looks only when the list is set.
  if (!widget.visibility) node.widgets = [...node.widgets];
}

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

/**
 * Whether a widget is one of the node's advanced ones, which are seen only where it shows those.
 *
 * @param {object} node
 * @param {object} widget
 * @param {boolean} folded
 */
export function foldWidget(node, widget, folded) {
  const news = Boolean(widget.options.advanced) !== folded;
  widget.options.advanced = folded; // Nodes 2.0 reads this
  widget.advanced = folded; // and the canvas this
  // Where visibility is no part of a widget yet, Nodes 2.0 looks only when the list has changed.
  if (news && !widget.visibility) node.widgets.push(node.widgets.pop());
}
