/**
 * Style sheets.
 */

import { element } from "./elements.mjs";

/** Loads a style sheet of this folder, once a page. @param {URL} url */
export function loadStyle(url) {
  if (document.querySelector(`link[href="${url.href}"]`)) return;
  document.head.append(element("link", { rel: "stylesheet", href: url.href }));
}
