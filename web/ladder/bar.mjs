/**
 * The bar on top of the ladder: how many levels, how far they go, and what one can do to all.
 */

import { element, named } from "../page/elements.mjs";
import { magnification } from "../page/magnification.mjs";
import { fill } from "../page/words.mjs";
import { createAsk } from "./ask.mjs";
import { iconButton } from "./buttons.mjs";

/**
 * @param {object} actions
 * @param {() => void} actions.add a level at the end
 * @param {() => void} actions.turn from rows to text, or back
 * @param {() => import("./ask.mjs").Wish} actions.wish what a request would ask for
 * @param {(wish: import("./ask.mjs").Wish) => void} actions.copyRequest
 * @param {Record<string, string>} words
 */
export function createBar({ add, turn, wish, copyRequest }, words) {
  const count = element("strong", { class: "zs-count" });
  const adder = iconButton("plus", words.addLevel, add);
  const copy = () => copyRequest(wish());
  const copier = iconButton("sparkles", words.copyRequestWhy, copy, words.copyRequest);
  const ask = createAsk({ wish, onCopy: copyRequest, words });
  const turner = iconButton("align-left", words.showText, turn);
  const bar = element("div", { class: "zs-bar" }, count, adder, copier, ask.opener, turner);

  /**
   * @param {number[]} levels log10 of their magnifications
   * @param {boolean} asRows whether rows are shown, or the text elsewhere
   */
  function draw(levels, asRows) {
    count.textContent = levels.length
      ? `${said(levels.length, words)} · ${magnification(levels.at(-1))}`
      : words.noLevels;
    adder.hidden = copier.hidden = ask.opener.hidden = !asRows;
    named(turner, asRows ? words.showText : words.showRows);
    turner.firstChild.className = `pi pi-${asRows ? "align-left" : "list"}`;
  }

  return { element: bar, window: ask.element, adder, draw };
}

/** @param {number} levels */
function said(levels, words) {
  return levels === 1 ? words.oneLevel : fill(words.levels, { count: levels });
}
