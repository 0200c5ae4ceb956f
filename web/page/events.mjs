/**
 * Events that end where they happen.
 */

/**
 * Keeps what lies behind a widget from acting on what happens in it.
 *
 * @param {HTMLElement} element
 */
export function keepEvents(element) {
  for (const kind of ["pointerdown", "pointermove", "pointerup", "dblclick", "contextmenu"]) {
    element.addEventListener(kind, (event) => event.stopPropagation());
  }
  // A wheel with Ctrl zooms what lies behind; without, it scrolls what can be scrolled.
  element.addEventListener("wheel", (event) => {
    const scrolls = event.target.closest?.("[data-scrolls]");
    if (!event.ctrlKey && scrolls && scrolls.scrollHeight > scrolls.clientHeight) {
      event.stopPropagation();
    }
  });
}
