/**
 * The ladder editor: rows that write a text and read it again. The text stays the truth; in mode
 * "text" its owner shows it, and only the bar is left here, unless the owner has no place for it.
 */

import { copyText } from "../page/clipboard.mjs";
import { element } from "../page/elements.mjs";
import { Style } from "../page/style.mjs";
import { widget } from "../page/widget.mjs";
import { fill } from "../page/words.mjs";
import { EMPTY, MOST_LEVELS, notRound, tooMany } from "../zoom/ladder.mjs";
import {
  asTyped, duplicateRow, insertRows, moveRow, read, removeRow, rowsOf, setRow, write,
} from "../zoom/rows.mjs";
import { createBar } from "./bar.mjs";
import { createList } from "./list.mjs";
import { pasted } from "./paste.mjs";
import { createPlain } from "./plain.mjs";
import { request, requestWords } from "./request.mjs";
import { decades } from "./ticks.mjs";

const STYLE = new Style(import.meta.resolve("./ladder.css"));

/**
 * What the editor shows. Whoever owns it calls `show` whenever some of it has changed.
 * @typedef {object} Shown
 * @property {string} text the ladder
 * @property {number} zoomFactor of the levels that have none of their own
 * @property {boolean} loop whether the first line shows again in the last
 * @property {string | null} from the title of the node that the text comes from, if another's
 * @property {string | null} holder the title of the subgraph that holds the text, if one does
 * @property {"rows" | "text"} mode
 * @property {number} unit the level that is 1 on the ruler
 * @property {string} scene what was last asked for in a request
 */

/**
 * @param {object} host
 * @param {(text: string) => void} host.onText the text was changed here
 * @param {() => void} host.onStep what was done so far is a step that one might want to undo
 * @param {(kept: Partial<Shown>) => void} host.onKeep mode, unit or scene were changed here
 * @param {Record<string, string>} words
 */
export function createEditor({ onText, onStep, onKeep }, words) {
  /** @type {Shown} */
  let shown = {
    text: "", zoomFactor: 2, loop: false, from: null, holder: null, mode: "rows", unit: 0, scene: "",
  }; // prettier-ignore
  let lines = read("");

  const bar = createBar({
    add: () => insert(rowsOf(lines).length),
    turn: () => keep({ mode: shown.mode === "rows" ? "text" : "rows" }),
    wish,
    copyRequest,
  }, words);
  const list = createList({
    change: (row, change) => apply(setRow(lines, row, change), false),
    settle,
    insertBelow: (row) => insert(row + 1),
    duplicate,
    remove,
    move,
    makeUnit: (row) => keep({ unit: row }),
    goTo: (row, end) => list.views[row]?.focus(end),
    paste,
  }, words);
  const plain = createPlain({ change: take, settle: onStep }, words);
  const note = element("p", { class: "zs-note", hidden: true });
  const news = element("p", { class: "zs-news", role: "status" });
  const parts = [bar.element, note, list.element, plain.element, news, bar.window];
  const editor = widget(STYLE, "zs-ladder", { "data-capture-wheel": "true" }, ...parts);

  /** Takes over another text, from one of its changes. */
  function apply(next, step = true) {
    lines = asTyped(next);
    take(write(lines));
    if (step) onStep();
  }

  /** Takes over a text as it is. @param {string} text */
  function take(text) {
    if (text !== shown.text) {
      shown = { ...shown, text };
      if (text !== write(lines)) lines = read(text, shown.loop);
      onText(text);
    }
    draw();
  }

  function insert(at) {
    list.splice(at, 0, 1);
    apply(insertRows(lines, at, [{ prompt: "" }], shown.loop), false);
    list.views[at].focus();
  }

  function duplicate(row) {
    list.splice(row + 1, 0, 1);
    apply(duplicateRow(lines, row));
    list.views[row + 1].focus();
  }

  function remove(row) {
    list.splice(row, 1, 0);
    apply(removeRow(lines, row, shown.loop));
    const left = list.views.length;
    if (left) list.views[Math.max(0, Math.min(row, left) - 1)].focus();
    else bar.adder.focus();
  }

  /** Nobody writes in the row any more: without a prompt it is none. */
  function settle(row) {
    if (lines[rowsOf(lines)[row].line].draft) {
      list.splice(row, 1, 0);
      apply(removeRow(lines, row, shown.loop));
    } else {
      draw();
      onStep();
    }
  }

  function move(from, wanted) {
    const { views } = list;
    const to = Math.min(Math.max(wanted, 0), views.length - 1);
    if (to === from) return;
    const typing = document.activeElement === views[from].prompt;
    apply(moveRow(lines, from, to, shown.loop));
    (typing ? views[to].prompt : views[to].handle).focus();
    views[to].element.scrollIntoView({ block: "nearest" });
    say(fill(words.moved, { from, to }));
  }

  /** A list goes in place of a row of which all is selected (`whole`), else below it. */
  function paste(row, text, whole) {
    const { rungs, notes } = pasted(text);
    if (rungs.length < 2) return false;
    const more = insertRows(lines, row + 1, rungs, shown.loop);
    list.splice(row + 1, 0, rungs.length);
    if (whole) list.splice(row, 1, 0);
    apply(whole ? removeRow(more, row, shown.loop) : more);
    list.views[row + rungs.length - (whole ? 1 : 0)].focus();
    say([fill(words.pasted, { count: rungs.length }), ...notes].join(". "));
    return true;
  }

  function wish() {
    const prompts = rowsOf(lines).map((row) => row.prompt).filter(Boolean);
    const several = prompts.length > 1;
    const ends = several ? `from ${prompts[0]} to ${prompts.at(-1)}` : (prompts[0] ?? "");
    return {
      scene: shown.scene || ends,
      levels: several ? prompts.length : 8,
      factor: shown.zoomFactor,
    };
  }

  async function copyRequest(asked) {
    keep({ scene: asked.scene });
    const text = request(asked, await requestWords());
    say((await copyText(text)) ? words.copied : words.notCopied);
  }

  /** Shows a word for a moment; a screen reader reads it out. @param {string} text */
  function say(text) {
    news.replaceChildren(element("span", {}, text));
  }

  /** @param {Partial<Shown>} part what stays with the node */
  function keep(part) {
    shown = { ...shown, ...part };
    onKeep(part);
    draw();
  }

  /** @param {Partial<Shown>} next */
  function show(next) {
    const before = shown;
    shown = { ...shown, ...next };
    // Our own drafts are in no text: they stay for as long as the text is the one we wrote.
    if (shown.text !== write(lines)) lines = read(shown.text, shown.loop);
    else if (Object.keys(shown).every((key) => shown[key] === before[key])) return;
    draw();
  }

  function draw() {
    const rows = rowsOf(lines);
    const levels = rows.length ? decades(rows.slice(1).map((row) => factorOf(row))) : [];
    const linked = shown.from !== null;
    const asRows = shown.mode === "rows" && !linked;
    editor.classList.toggle("zs-brief", !asRows);
    editor.classList.toggle("zs-held", shown.holder !== null);
    bar.element.hidden = linked;
    bar.draw(levels, asRows);
    note.textContent = noteOf(rows);
    note.hidden = !note.textContent;
    list.element.hidden = !asRows;
    list.draw(rows, levels, shown.zoomFactor, shown.unit, shown.loop);
    plain.element.hidden = asRows || linked;
    plain.draw(shown.text);
  }

  /** @param {import("../zoom/rows.mjs").Row[]} rows */
  function noteOf(rows) {
    if (shown.from !== null) return fill(words.linked, { node: shown.from });
    const held = shown.holder !== null && fill(words.held, { node: shown.holder });
    return troubleOf(rows) || held || "";
  }

  /** A row's zoom factor; one that the sums can take, where the row does not make sense yet. */
  function factorOf(row) {
    const zoom = row.zoom ?? shown.zoomFactor;
    return Number.isFinite(zoom) && zoom > 1 ? zoom : 1.01;
  }

  /** @param {import("../zoom/rows.mjs").Row[]} rows */
  function troubleOf(rows) {
    if (rows.length === 0) return EMPTY;
    if (rows.length > MOST_LEVELS) return tooMany(rows.length);
    return (shown.loop && notRound(rows.map(factorOf))) || "";
  }

  draw();
  return { element: editor, show };
}
