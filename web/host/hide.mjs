/**
 * Widgets that are not on show, in both renderers of all front ends: hidden, or folded among the
 * node's advanced ones.
 */

import { isLinked } from "./links.mjs";
import { after, widgetOf } from "./nodes.mjs";

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
  // The front end hides by itself what the schema says is hidden.
  if ((gone.get(widget) ?? Boolean(widget.options.hidden)) === hidden) return;
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
