/**
 * The ruler beside the rows: powers of ten on the left, a mark for each level on the right.
 */

import { fill } from "../page/words.mjs";
import { make } from "./elements.mjs";
import { ticks } from "./ticks.mjs";

/**
 * @param {(level: number) => void} onUnit a mark was clicked: its level is to count as 1
 * @param {Record<string, string>} words
 */
export function createRuler(onUnit, words) {
  const element = make("div", "zs-ruler", { "aria-hidden": "true" });

  /**
   * @param {HTMLElement[]} rows on the page, in the parent that holds the ruler
   * @param {number[]} levels log10 of their magnifications
   * @param {number} unit the level whose view is 1 wide
   */
  function draw(rows, levels, unit) {
    const places = rows.map((row) => row.offsetTop + Math.min(row.offsetHeight, 28) / 2);
    const marks = places.map((place, level) => {
      const title = fill(words.unit, { level });
      const mark = make("button", "zs-mark", { type: "button", title, tabIndex: -1 });
      mark.classList.toggle("zs-unit", level === unit);
      mark.style.top = `${place}px`;
      mark.addEventListener("click", () => onUnit(level));
      return mark;
    });
    const lines = ticks(levels, places, unit, 16).map(({ label, at, major }) => {
      const tick = make("span", major ? "zs-tick zs-major" : "zs-tick", {}, major ? [label] : []);
      tick.style.top = `${at}px`;
      return tick;
    });
    const spine = make("span", "zs-spine");
    spine.style.top = `${places[0] ?? 0}px`;
    spine.style.height = `${(places.at(-1) ?? 0) - (places[0] ?? 0)}px`;
    element.replaceChildren(spine, ...lines, ...marks);
  }

  return { element, draw };
}
