/**
 * The wheel over our widgets is the graph's, as over the host's own: but for what scrolls, and for
 * the viewer while its node is selected or it has the focus. With Ctrl it is always the graph's.
 *
 * Nodes 2.0 hands on by itself what no focused `data-capture-wheel` takes; the canvas hands on
 * nothing.
 */

/** What lies in the graph; in an app and in a panel the page is scrolled. */
const IN_GRAPH = ".lg-node, .dom-widget";

/** @param {object} node  @param {HTMLElement} element of one of its widgets */
export function shareWheel(node, element) {
  const decide = (event) => {
    if (takes(node, element, event)) return;
    event.stopPropagation();
    if (!element.closest(IN_GRAPH)) return;
    event.preventDefault();
    node.graph?.canvasAction((canvas) => canvas.processMouseWheel(event));
  };
  // Before what lies in it, which knows of no graph.
  element.addEventListener("wheel", decide, { capture: true, passive: false });
  element.addEventListener("wheel", (event) => event.stopPropagation());
}

/** Whether what the pointer is over has a use for the wheel. */
function takes(node, element, event) {
  if (document.fullscreenElement && element.contains(document.fullscreenElement)) return true;
  const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
  if (event.ctrlKey || event.metaKey || sideways) return false;
  return event.composedPath().some(({ dataset, scrollHeight, clientHeight }) => {
    if (dataset?.scrolls !== undefined) return scrollHeight > clientHeight;
    return dataset?.wheels !== undefined && isMeant(node, element);
  });
}

/** Whether a widget is what the user is at. @param {object} node  @param {HTMLElement} element */
export function isMeant(node, element) {
  return Boolean(node.selected) || element.matches(":focus-within");
}
