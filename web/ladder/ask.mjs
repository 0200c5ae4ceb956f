/**
 * The small window that asks what a language model should be asked for.
 */

import { element } from "../page/elements.mjs";
import { MOST_LEVELS } from "../zoom/ladder.mjs";
import { clamp } from "../zoom/numbers.mjs";
import { iconButton } from "./buttons.mjs";

/**
 * @typedef {{scene: string, levels: number, factor: number}} Wish
 */

/**
 * @param {object} options
 * @param {() => Wish} options.wish what the window begins with
 * @param {(wish: Wish) => void} options.onCopy
 * @param {Record<string, string>} options.words
 */
export function createAsk({ wish, onCopy, words }) {
  const scene = element("textarea", { rows: 3, placeholder: words.scenePlaceholder });
  const levels = element("input", { type: "number", min: 2, max: MOST_LEVELS, step: 1 });
  const factor = element("input", { type: "number", min: 1.1, max: 64, step: "any" });
  const form = element(
    "form",
    { novalidate: true },
    element("label", { class: "zs-wide" }, words.scene, scene),
    element("label", {}, words.requestLevels, levels),
    element("label", {}, words.requestFactor, factor),
    element("p", { class: "zs-wide" }, words.copyRequestWhy),
    element("button", { class: "zs-primary", type: "submit" }, words.copyRequest),
  );
  const asked = { class: "zs-ask", popover: "auto", "aria-label": words.askRequest };
  const popup = element("div", asked, form);
  const opener = iconButton("sliders-h", words.askRequest, () => popup.togglePopover());
  opener.setAttribute("aria-haspopup", "dialog");

  popup.addEventListener("toggle", (event) => {
    if (event.newState !== "open") return;
    const now = wish();
    scene.value = now.scene;
    levels.value = String(now.levels);
    factor.value = String(now.factor);
    stand(popup, opener);
    scene.focus();
  });
  popup.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      popup.hidePopover();
      opener.focus();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onCopy({
      scene: scene.value,
      levels: Math.round(within(levels.value, 2, MOST_LEVELS, wish().levels)),
      factor: within(factor.value, 1.1, 64, wish().factor),
    });
    popup.hidePopover();
  });
  return { element: popup, opener };
}

/** Puts the window below the button, inside the page whatever the graph's zoom. */
function stand(popup, opener) {
  const button = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popup;
  const below = button.bottom + 6 + height <= innerHeight;
  const left = Math.min(button.right - width, innerWidth - width - 8);
  popup.style.left = `${Math.max(8, left)}px`;
  popup.style.top = `${Math.max(8, below ? button.bottom + 6 : button.top - 6 - height)}px`;
}

/** @param {string} text @param {number} least @param {number} most @param {number} otherwise */
function within(text, least, most, otherwise) {
  const value = Number(text);
  return text.trim() && Number.isFinite(value) ? clamp(value, least, most) : otherwise;
}
