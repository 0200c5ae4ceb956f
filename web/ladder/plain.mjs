/**
 * The ladder as plain text in the editor itself, for where its owner shows no text of its own: in
 * an app, or where a subgraph around holds it.
 */

import { element } from "../page/elements.mjs";

/**
 * @param {object} actions
 * @param {(text: string) => void} actions.change
 * @param {() => void} actions.settle somebody has finished editing it
 * @param {Record<string, string>} words
 */
export function createPlain({ change, settle }, words) {
  const area = element("textarea", {
    class: "zs-plain", spellcheck: "true", "aria-label": words.plainText, "data-scrolls": true,
    onInput: () => change(area.value), onChange: settle,
  }); // prettier-ignore

  /** @param {string} text */
  function draw(text) {
    if (area.value !== text) area.value = text;
  }

  return { element: area, draw };
}
