/**
 * The wheel over our widgets is the page's, as over its own: but for what scrolls, and for the
 * viewer while its node is selected or it has the focus. With Ctrl it is always the page's.
 *
 * Nodes 2.0 hands on by itself what no focused `data-capture-wheel` takes; the canvas hands on
 * nothing.
 */

/** What lies in the graph; in an app and in a panel the page is scrolled. */
const IN_GRAPH = ".lg-node, .dom-widget";

/**
 * @param {HTMLElement} element a widget, in which `data-scrolls` says what scrolls, `data-wheels`
 *   what takes the wheel
 * @param {object} host
 * @param {() => boolean} host.isSelected whether the widget's node is
 * @param {(event: WheelEvent) => void} host.turn the wheel over what lies behind
 */
export function shareWheel(element, { isSelected, turn }) {
  const isMeant = () => isSelected() || element.matches(":focus-within");
  const decide = (event) => {
    if (takes(element, event, isMeant)) return;
    event.stopPropagation();
    if (!element.closest(IN_GRAPH)) return;
    event.preventDefault();
    turn(event);
  };
  // Before what lies in it, which knows of nothing around it.
  element.addEventListener("wheel", decide, { capture: true, passive: false });
  element.addEventListener("wheel", (event) => event.stopPropagation());
}

/** Whether what the pointer is over has a use for the wheel. */
function takes(element, event, isMeant) {
  if (document.fullscreenElement && element.contains(document.fullscreenElement)) return true;
  const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
  if (event.ctrlKey || event.metaKey || sideways) return false;
  return event.composedPath().some(({ dataset, scrollHeight, clientHeight }) => {
    if (dataset?.scrolls !== undefined) return scrollHeight > clientHeight;
    return dataset?.wheels !== undefined && isMeant();
  });
}
