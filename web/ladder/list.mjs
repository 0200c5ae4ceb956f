/**
 * The rows of the ladder, and the ruler beside them, in a part of the page that scrolls.
 */

import { element } from "../page/elements.mjs";
import { magnification } from "../page/magnification.mjs";
import { MIDDLE, misplaced } from "../zoom/geometry.mjs";
import { makeSortable } from "./drag.mjs";
import { createRow } from "./row.mjs";
import { createRuler } from "./ruler.mjs";

/**
 * @param {import("./row.mjs").RowActions} actions
 * @param {Record<string, string>} words
 */
export function createList(actions, words) {
  /** @type {ReturnType<typeof createRow>[]} */
  const views = [];
  const rows = element("ol", { class: "zs-rows" });
  const ruler = createRuler(actions.makeUnit, words);
  const track = element("div", { class: "zs-track" }, ruler.element, rows);
  const scroller = element("div", { class: "zs-scroller", "data-scrolls": true }, track);
  let drawRuler = () => {};

  makeSortable(rows, scroller, actions.move);
  // Prompts wrap when the node's width changes, and the ruler's marks move with their rows.
  new ResizeObserver(() => drawRuler()).observe(rows);

  /**
   * Rows go and come, and those that stay keep the caret.
   *
   * @param {number} at
   * @param {number} gone how many go
   * @param {number} fresh how many come in their place
   */
  function splice(at, gone, fresh) {
    for (const view of views.splice(at, gone)) view.retire();
    for (let row = at; row < at + fresh; row++) {
      const view = createRow(actions, words);
      rows.insertBefore(view.element, rows.children[row] ?? null);
      views.splice(row, 0, view);
    }
  }

  /**
   * @param {import("../zoom/rows.mjs").Row[]} models
   * @param {number[]} levels log10 of their magnifications
   * @param {number} usual the zoom factor of rows that have none
   * @param {number} unit the level that is 1 on the ruler
   * @param {boolean} loop whether the first row lies in the last one
   */
  function draw(models, levels, usual, unit, loop) {
    const [shorter, longer] = [models.length, views.length].sort((a, b) => a - b);
    splice(shorter, longer - models.length, longer - views.length);
    models.forEach((model, level) => {
      const why = model.why ?? trouble(model, level, usual, loop, words);
      views[level].update({ ...model, why, level, usual, loop, total: magnification(levels[level]) });
    });
    drawRuler = () => {
      if (scroller.hidden || !views.length) ruler.element.replaceChildren();
      else ruler.draw(views.map((view) => view.element), levels, Math.min(unit, views.length - 1));
    };
    drawRuler();
  }

  return { element: scroller, views, splice, draw };
}

/** What is wrong with where a row says that it lies. */
function trouble({ zoom, focus }, level, usual, loop, words) {
  if (level === 0 && !loop) return zoom === null && focus === null ? null : words.firstHasBrackets;
  return misplaced(level, zoom ?? usual, focus ?? MIDDLE);
}
