/**
 * The ruler beside the rows: powers of ten on the left, a mark for each level on the right.
 */

import { button, element } from "../page/elements.mjs";
import { fill } from "../page/words.mjs";
import { ticks } from "./ticks.mjs";

/**
 * @param {(level: number) => void} onUnit a mark was clicked: its level is to count as 1
 * @param {Record<string, string>} words
 */
export function createRuler(onUnit, words) {
  const ruler = element("div", { class: "zs-ruler", "aria-hidden": "true" });

  /**
   * @param {HTMLElement[]} rows on the page, in the parent that holds the ruler
   * @param {number[]} levels log10 of their magnifications
   * @param {number} unit the level whose view is 1 wide
   */
  function draw(rows, levels, unit) {
    const places = rows.map((row) => row.offsetTop + Math.min(row.offsetHeight, 28) / 2);
    const marks = places.map((place, level) => {
      const about = { class: level === unit ? "zs-mark zs-unit" : "zs-mark", tabindex: -1 };
      const mark = button(fill(words.unit, { level }), () => onUnit(level), about);
      mark.style.top = `${place}px`;
      return mark;
    });
    const lines = ticks(levels, places, unit, 16).map(({ label, at, major }) => {
      const tick = element("span", { class: "zs-tick" }, major ? label : "");
      tick.style.top = `${at}px`;
      return tick;
    });
    const spine = element("span", { class: "zs-spine" });
    spine.style.top = `${places[0] ?? 0}px`;
    spine.style.height = `${(places.at(-1) ?? 0) - (places[0] ?? 0)}px`;
    ruler.replaceChildren(spine, ...lines, ...marks);
  }

  return { element: ruler, draw };
}
