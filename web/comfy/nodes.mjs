/**
 * What the pack asks of ComfyUI's nodes and widgets, in both of its renderers.
 */

import { shareWheel } from "../page/wheel.mjs";
import { holderOf, isLinked } from "./links.mjs";

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
  const turn = (event) => node.graph?.canvasAction((canvas) => canvas.processMouseWheel(event));
  shareWheel(element, { isSelected: () => Boolean(node.selected), turn });
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

/** Which are hidden now. @type {WeakMap<object, boolean>} */
const gone = new WeakMap();

function setHidden(node, widget, hidden) {
  if ((gone.get(widget) ?? false) === hidden) return;
  gone.set(widget, hidden);
  const folds = types.has(widget);
  if (folds) fold(widget, hidden);
  widget.hidden = hidden; // the canvas reads this
  // And Nodes 2.0 this; what takes over a widget's options must not take over that it is hidden.
  const value = hidden && !(folds && isOld(widget));
  const hiding = { value, enumerable: false, configurable: true, writable: true };
  Object.defineProperty(widget.options, "hidden", hiding);
  // There Nodes 2.0 looks at widgets only when one goes or comes: the last, which stays the last.
  if (isOld(widget)) node.widgets.push(node.widgets.pop());
}

/** Whether a front end has no visibility of widgets yet (1.47). */
const isOld = (widget) => !widget.visibility;

/** The types of widgets that leave their socket when they are hidden. */
const types = new WeakMap();

/** In Nodes 2.0, a text box leaves its socket when it is hidden. @param {object} widget */
export function keepSocket(widget) {
  types.set(widget, widget.type);
}

function fold(widget, hidden) {
  // As the host's own widgets were when they had been made inputs: a socket with its name.
  widget.type = hidden ? "converted-widget" : types.get(widget);
  if (!isOld(widget)) return;
  // 1.47 knows no such type and shows the widget's own element beside the socket.
  widget.element.classList.toggle("zs-folded", hidden);
  widget.options.hideInPanel = hidden;
  if (hidden) widget.computeLayoutSize = undefined; // its row would take a share of the height
  else delete widget.computeLayoutSize;
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
