/**
 * What a widget of ours lies in, in a page that is not ours.
 */

import { element } from "./elements.mjs";
import { Style } from "./style.mjs";

const COMMON = new Style(import.meta.resolve("./widget.css"));

/**
 * An element in the page's own colours, which keeps what lies behind it from acting on what happens
 * in it.
 *
 * @param {Style} style
 * @param {string} name its class
 * @param {Record<string, any>} attributes
 * @param {...(Node | string)} children
 */
export function widget(style, name, attributes, ...children) {
  // Its own after what it has in common with others, which it may change.
  for (const one of [COMMON, style]) one.dress(document);
  const made = element("div", { class: `zs-widget ${name}`, ...attributes }, ...children);
  for (const kind of ["pointerdown", "pointermove", "pointerup", "dblclick", "contextmenu"]) {
    made.addEventListener(kind, (event) => event.stopPropagation());
  }
  return made;
}
