/**
 * What the pack asks of ComfyUI's nodes and widgets, in both of its renderers.
 */

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

/** What we wished of a widget: the front end's own `hidden` also says whether it is linked. */
const wishes = new WeakMap();

/**
 * Hides a widget or shows it again; its value is saved and sent as ever. Whether that was news.
 *
 * @param {object} node
 * @param {object} widget
 * @param {boolean} hidden
 */
export function hideWidget(node, widget, hidden) {
  if ((wishes.get(widget) ?? false) === hidden) return false;
  wishes.set(widget, hidden);
  widget.hidden = hidden; // the canvas reads this
  widget.options.hidden = hidden; // and Nodes 2.0 this, but only when the list changes
  node.widgets.push(node.widgets.pop());
  return true;
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
