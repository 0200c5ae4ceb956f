/** Elements in a line each. Texts go in as text, never as HTML. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with its attributes and children; `onName` adds a listener, `true` sets an attribute
 * without a value, `false` and `null` leave it out.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for a part of a drawing. @param {keyof SVGElementTagNameMap} tag */
export function drawing(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

/** A button that its `name` is read out for, and shown on hovering. */
export function button(name, onClick, attributes = {}, ...children) {
  return named(element("button", { type: "button", onClick, ...attributes }, ...children), name);
}

/** The element with another name: its label, and its tooltip. @param {Element} made */
export function named(made, name) {
  made.setAttribute("aria-label", name);
  made.setAttribute("title", name);
  return made;
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2).toLowerCase(), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}
