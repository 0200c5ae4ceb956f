/**
 * What a level asks for itself: its guidance, its seed, its weight and its share of the steps, folded
 * away below its prompt.
 */

import { element, named } from "../page/elements.mjs";
import { typed } from "../zoom/numbers.mjs";
import { LadderError, PLAIN, isPlain, options } from "../zoom/reading/brackets.mjs";

/** @typedef {import("../zoom/reading/brackets.mjs").Settings} Settings */

const NAMES = ["cfg", "seed", "weight", "steps"];

/**
 * @param {(settings: Partial<Settings>) => void} onChange some of them were changed
 * @param {Record<string, string>} words
 */
export function createOwn(onChange, words) {
  /** @type {Settings} */
  let shown = PLAIN;
  let open = false;
  const whys = [words.ownCfg, words.ownSeed, words.ownWeight, words.ownSteps];
  const fields = NAMES.map((name, index) => {
    const about = { type: "text", autocomplete: "off", spellcheck: "false", "data-name": name };
    const input = element("input", about);
    named(input, whys[index]);
    input.addEventListener("change", () => {
      const next = settingOf(name, input.value);
      if (next !== undefined) onChange({ [name]: next });
      draw(shown); // what makes no sense goes back to what was
    });
    return input;
  });
  const labels = fields.map((input, index) => element("label", {}, NAMES[index], input));
  const form = element("div", { class: "zs-own-fields" }, ...labels);
  const summary = element("button", { class: "zs-own-said", type: "button", onClick: turn });
  const fold = element("div", { class: "zs-own" }, summary, form);

  /** Opens the fold, or closes it. */
  function turn() {
    open = !open;
    draw(shown);
    if (open) fields[0].focus();
  }

  /** @param {Settings} settings */
  function draw(settings) {
    shown = settings;
    for (const [index, name] of NAMES.entries()) fields[index].value = textOf(name, settings);
    const said = NAMES.filter((name) => textOf(name, settings));
    summary.textContent = said.map((name) => `${name} ${textOf(name, settings)}`).join(" · ");
    named(summary, words.own);
    summary.setAttribute("aria-expanded", String(open));
    summary.hidden = open || isPlain(settings);
    form.hidden = !open;
    fold.hidden = !open && isPlain(settings);
  }

  return { element: fold, turn, draw };
}

/** A setting as it is typed; nothing where it is the plain one. @param {Settings} settings */
function textOf(name, settings) {
  const value = settings[name];
  if (String(value) === String(PLAIN[name])) return "";
  if (name === "steps") return value.map((share) => typed(share)).join("-");
  return name === "seed" ? value : typed(value);
}

/** What somebody typed, as a setting; undefined where it makes none. @param {string} text */
function settingOf(name, text) {
  const bare = text.replace(/\s+/g, "").replace(/[–—]/g, "-").replaceAll(",", ".");
  if (!bare) return PLAIN[name];
  try {
    return options(0, 0, `${name}=${bare}`).settings[name];
  } catch (error) {
    if (!(error instanceof LadderError)) throw error;
    return undefined;
  }
}
