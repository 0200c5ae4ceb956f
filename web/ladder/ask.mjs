/**
 * The small window that asks what a language model should be asked for.
 */

import { MOST_LEVELS } from "../zoom/ladder.mjs";
import { clamp } from "../zoom/numbers.mjs";
import { iconButton, make } from "./elements.mjs";

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
  const scene = make("textarea", "", { rows: 3, placeholder: words.scenePlaceholder });
  const levels = make("input", "", { type: "number", min: "2", max: String(MOST_LEVELS), step: "1" });
  const factor = make("input", "", { type: "number", min: "1.1", max: "64", step: "any" });
  const copy = make("button", "zs-primary", { type: "submit" }, [words.copyRequest]);
  const form = make("form", "", { noValidate: true }, [
    make("label", "zs-wide", {}, [words.scene, scene]),
    make("label", "", {}, [words.requestLevels, levels]),
    make("label", "", {}, [words.requestFactor, factor]),
    make("p", "zs-wide", {}, [words.copyRequestWhy]),
    copy,
  ]);
  const title = { popover: "auto", "aria-label": words.askRequest };
  const element = make("div", "zs-ask", title, [form]);
  const opener = iconButton("sliders-h", words.askRequest, () => element.togglePopover());
  opener.setAttribute("aria-haspopup", "dialog");

  element.addEventListener("toggle", (event) => {
    if (event.newState !== "open") return;
    const now = wish();
    scene.value = now.scene;
    levels.value = String(now.levels);
    factor.value = String(now.factor);
    stand(element, opener);
    scene.focus();
  });
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      element.hidePopover();
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
    element.hidePopover();
  });
  return { element, opener };
}

/** Puts the window below the button, inside the page whatever the graph's zoom. */
function stand(element, opener) {
  const button = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = element;
  const below = button.bottom + 6 + height <= innerHeight;
  const left = Math.min(button.right - width, innerWidth - width - 8);
  element.style.left = `${Math.max(8, left)}px`;
  element.style.top = `${Math.max(8, below ? button.bottom + 6 : button.top - 6 - height)}px`;
}

/** @param {string} text @param {number} least @param {number} most @param {number} otherwise */
function within(text, least, most, otherwise) {
  const value = Number(text);
  return text.trim() && Number.isFinite(value) ? clamp(value, least, most) : otherwise;
}

/**
 * Puts text on the clipboard; whether the browser let us.
 *
 * @param {string} text
 * @returns {Promise<boolean>}
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Away from localhost a page without TLS has no clipboard, but may still copy what is selected.
    const area = make("textarea", "", { value: text });
    area.style.position = "fixed";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
