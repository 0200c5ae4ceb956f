/**
 * Making elements. Text goes in as text only: nothing here reads HTML.
 */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} [className]
 * @param {Record<string, unknown>} [properties] set on the element; aria-* and data-* as attributes
 * @param {(Node | string)[]} [children]
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, className = "", properties = {}, children = []) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(properties)) {
    if (/^(aria|data)-/.test(name)) element.setAttribute(name, String(value));
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

/**
 * A button with one of the icons that ComfyUI ships (PrimeIcons).
 *
 * @param {string} icon such as "plus"
 * @param {string} title read out, and shown on hovering
 * @param {(event: MouseEvent) => void} onClick
 * @param {string} [label] text beside the icon
 */
export function iconButton(icon, title, onClick, label = "") {
  const button = make("button", "zs-button", { type: "button", title, "aria-label": title }, [
    make("i", `pi pi-${icon}`, { "aria-hidden": "true" }),
    ...(label ? [make("span", "", {}, [label])] : []),
  ]);
  button.addEventListener("click", onClick);
  return button;
}

/**
 * Keeps the graph behind a widget from acting on what happens in it.
 *
 * @param {HTMLElement} element
 */
export function keepEvents(element) {
  for (const kind of ["pointerdown", "pointermove", "pointerup", "dblclick", "contextmenu"]) {
    element.addEventListener(kind, (event) => event.stopPropagation());
  }
  // A wheel with Ctrl zooms the graph; without, it scrolls what can be scrolled.
  element.addEventListener("wheel", (event) => {
    const scrolls = event.target.closest?.("[data-scrolls]");
    if (!event.ctrlKey && scrolls && scrolls.scrollHeight > scrolls.clientHeight) {
      event.stopPropagation();
    }
  });
}

/** Loads a style sheet of this folder, once a page. @param {URL} url */
export function loadStyle(url) {
  if (document.querySelector(`link[href="${url.href}"]`)) return;
  document.head.append(make("link", "", { rel: "stylesheet", href: url.href }));
}
