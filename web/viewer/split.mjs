/** Two stacks at one camera: the second lies over the first, right of a divider. */

import { element } from "../page/elements.mjs";
import { clamp } from "../zoom/numbers.mjs";
import { icon } from "./icons.mjs";

const KEY = 0.05;

export class Split {
  /**
   * @param {HTMLElement} picture
   * @param {HTMLElement} over the second stack's element
   * @param {import("../page/words.mjs").Words} words
   */
  constructor(picture, over, words) {
    Object.assign(this, { picture, over });
    this.element = element(
      "div",
      {
        class: "divider", role: "slider", tabindex: "0", "data-own": true,
        "aria-label": words.viewDivider, "aria-valuemin": "0", "aria-valuemax": "100",
      }, // prettier-ignore
      element("div", { class: "grip" }, icon("split")),
      element("span", { class: "name first" }, "A"),
      element("span", { class: "name second" }, "B"),
    );
    this.#listen();
    this.move(0.5);
  }

  /** Put the divider at a share of the picture's width. */
  move(share) {
    this.share = clamp(share, 0, 1);
    const percent = `${this.share * 100}%`;
    this.over.style.clipPath = `inset(0 0 0 ${percent})`;
    this.element.style.left = percent;
    this.element.setAttribute("aria-valuenow", String(Math.round(this.share * 100)));
  }

  #listen() {
    const { element: divider } = this;
    divider.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      divider.setPointerCapture(event.pointerId);
    });
    divider.addEventListener("pointermove", (event) => {
      if (!divider.hasPointerCapture(event.pointerId)) return;
      event.stopPropagation();
      const box = this.picture.getBoundingClientRect();
      this.move((event.clientX - box.left) / box.width);
    });
    divider.addEventListener("dblclick", (event) => {
      event.stopPropagation();
      this.move(0.5);
    });
    divider.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: -KEY, ArrowRight: KEY }[event.key];
      if (!way) return;
      event.preventDefault();
      event.stopPropagation();
      this.move(this.share + way);
    });
  }
}
