/**
 * One level of the ladder on the page: a handle, its prompt, its place, its zoom factor, its total.
 */

import { element, named } from "../page/elements.mjs";
import { fill } from "../page/words.mjs";
import { MIDDLE } from "../zoom/geometry.mjs";
import { clamp, typed } from "../zoom/numbers.mjs";
import { asPrompt } from "../zoom/rows.mjs";
import { iconButton } from "./buttons.mjs";
import { createOwn } from "./own.mjs";

/**
 * What a row shows.
 * @typedef {object} RowModel
 * @property {number} level from 0
 * @property {string} prompt
 * @property {number | null} zoom of its own
 * @property {[number, number] | null} focus of its own
 * @property {import("../zoom/reading/brackets.mjs").Settings} settings of its own
 * @property {boolean} loop whether the widest level lies in the deepest
 * @property {number} usual the zoom factor of rows that have none
 * @property {string} total its magnification over the widest level, in words
 * @property {string | null} why what is wrong with it
 */

/**
 * What a row can ask for; each is told the row's present number.
 * @typedef {object} RowActions
 * @property {(row: number, change: object) => void} change
 * @property {(row: number) => void} settle somebody has finished editing the row
 * @property {(row: number) => void} insertBelow
 * @property {(row: number) => void} duplicate
 * @property {(row: number) => void} remove
 * @property {(from: number, to: number) => void} move
 * @property {(row: number) => void} makeUnit
 * @property {(row: number, end: "start" | "end") => void} goTo
 * @property {(row: number, text: string, whole: boolean) => boolean} paste whether it was a list
 */

/**
 * @param {RowActions} actions
 * @param {Record<string, string>} words
 */
export function createRow(actions, words) {
  /** @type {RowModel} */
  let model;
  let retired = false;
  const at = () => model.level;
  const handle = element("button", { class: "zs-handle", type: "button" });
  const prompt = element("textarea", {
    class: "zs-prompt", rows: 1, spellcheck: "true", placeholder: words.promptPlaceholder,
  });
  const grown = element("div", { class: "zs-grown" }, prompt);
  const box = element("span");
  const place = element("span", { class: "zs-place" }, box);
  const zoom = element("input", {
    class: "zs-zoom", type: "text", inputmode: "decimal", autocomplete: "off",
    title: words.zoomPlaceholder,
  });
  const total = element("span", { class: "zs-total" });
  const own = createOwn((settings) => actions.change(at(), { settings }), words);
  const tools = element(
    "div",
    { class: "zs-tools" },
    iconButton("cog", words.own, own.turn),
    iconButton("plus", words.insertBelow, () => actions.insertBelow(at())),
    iconButton("clone", words.duplicate, () => actions.duplicate(at())),
    iconButton("times", words.remove, () => actions.remove(at())),
  );
  const why = element("p", { class: "zs-why", hidden: true, role: "alert" });
  const parts = [handle, grown, place, zoom, total, tools, own.element, why];
  const row = element("li", { class: "zs-row" }, ...parts);

  prompt.addEventListener("input", () => {
    grown.dataset.text = prompt.value;
    actions.change(at(), { prompt: prompt.value });
  });
  prompt.addEventListener("paste", (event) => {
    const whole = prompt.selectionEnd - prompt.selectionStart === prompt.value.length;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (actions.paste(at(), text, whole)) event.preventDefault();
    event.stopPropagation(); // ComfyUI would paste nodes
  });
  prompt.addEventListener("keydown", (event) => promptKeys(event, prompt, at(), actions));
  zoom.addEventListener("change", () => {
    const text = zoom.value.replace(/[×x\s]/gi, "").replace(",", ".");
    const value = Number(text);
    if (!text) actions.change(at(), { zoom: null });
    else if (Number.isFinite(value) && value > 1) actions.change(at(), { zoom: value });
    update(model); // what cannot be a zoom factor goes back to what was
  });
  zoom.addEventListener("focus", () => zoom.select());
  zoom.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const value = (model.zoom ?? model.usual) + step * (event.shiftKey ? 0.1 : 0.5);
    actions.change(at(), { zoom: Math.max(1.1, value) });
    update(model);
  });
  handle.addEventListener("keydown", (event) => handleKeys(event, at(), actions));
  // A press on a tool leaves the caret where it is: to leave a draft would take its row away, and
  // the tool from under the pointer.
  tools.addEventListener("mousedown", (event) => event.preventDefault());
  row.addEventListener("focusout", (event) => {
    if (!retired && !row.contains(event.relatedTarget)) actions.settle(at());
  });

  /** @param {RowModel} next */
  function update(next) {
    model = next;
    const { level } = next;
    row.dataset.level = String(level);
    handle.textContent = String(level);
    named(handle, fill(words.move, { level }));
    prompt.setAttribute("aria-label", fill(words.prompt, { level }));
    // What is being typed stays as typed: "a planet " must not lose its last space at once.
    if (asPrompt(prompt.value) !== next.prompt || document.activeElement !== prompt) {
      if (prompt.value !== next.prompt) prompt.value = next.prompt;
    }
    grown.dataset.text = prompt.value;
    zoom.hidden = level === 0 && !next.loop;
    zoom.placeholder = `×${typed(next.usual, 2)}`;
    zoom.value = next.zoom === null ? "" : `×${typed(next.zoom, 3)}`;
    zoom.setAttribute("aria-label", fill(words.zoom, { level }));
    own.draw(next.settings);
    total.textContent = next.total;
    total.title = fill(words.total, { level, total: next.total });
    showPlace(place, box, next, words);
    why.textContent = next.why ?? "";
    why.hidden = !next.why;
    row.classList.toggle("zs-wrong", Boolean(next.why));
  }

  /** @param {"start" | "end"} end of the prompt where writing goes on */
  function focus(end = "end") {
    prompt.focus();
    const caret = end === "end" ? prompt.value.length : 0;
    prompt.setSelectionRange(caret, caret);
  }

  /** Takes the row off the page. It loses the focus by that, which settles nothing. */
  function retire() {
    retired = true;
    row.remove();
  }

  return { element: row, handle, prompt, update, focus, retire };
}

/** A picture, as small as a letter, of where the level lies in the one above. */
function showPlace(place, box, { focus, zoom, usual, level, loop, why }, words) {
  place.hidden = (level === 0 && !loop) || Boolean(why);
  const [x, y] = focus ?? MIDDLE;
  const side = Math.max(0.2, 1 / (zoom ?? usual));
  place.classList.toggle("zs-usual", focus === null);
  place.title = fill(words.place, { x: typed(x, 3), y: typed(y, 3) });
  box.style.left = `${100 * clamp(x - side / 2, 0, 1 - side)}%`;
  box.style.top = `${100 * clamp(y - side / 2, 0, 1 - side)}%`;
  box.style.width = box.style.height = `${100 * side}%`;
}

/** @param {KeyboardEvent} event @param {HTMLTextAreaElement} prompt */
function promptKeys(event, prompt, row, actions) {
  const { selectionStart: from, selectionEnd: to, value } = prompt;
  const arrow = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (event.isComposing) return;
  if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) actions.insertBelow(row);
  else if (arrow && event.altKey) actions.move(row, row + arrow);
  else if (arrow === -1 && from === to && from === 0) actions.goTo(row - 1, "end");
  else if (arrow === 1 && from === to && to === value.length) actions.goTo(row + 1, "start");
  else if (event.key === "Backspace" && value === "") actions.remove(row);
  else return;
  event.preventDefault();
}

/** @param {KeyboardEvent} event */
function handleKeys(event, row, actions) {
  const act = {
    ArrowUp: () => actions.move(row, row - 1),
    ArrowDown: () => actions.move(row, row + 1),
    Home: () => actions.move(row, 0),
    End: () => actions.move(row, Infinity),
    Delete: () => actions.remove(row),
    Backspace: () => actions.remove(row),
    Enter: () => actions.insertBelow(row),
    1: () => actions.makeUnit(row),
  }[event.key];
  if (!act || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation(); // Delete would take the whole node
  act();
}
