/**
 * Elements of our own as widgets of ComfyUI's nodes.
 */

import { shareWheel } from "../page/wheel.mjs";
import { watch } from "./nodes.mjs";

const LEFT_OUT = [2, 4]; // the modes of a node that never runs, and of one that is bypassed

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
  widget.label = name.replaceAll("_", " "); // what an app calls it
  // Of a node that is left out: Nodes 2.0 dims the node, the canvas nothing that is an element.
  watch(node, () => {
    const aside = LEFT_OUT.includes(node.mode) && element.closest(".dom-widget");
    element.style.opacity = aside ? "0.4" : "";
  });
}
