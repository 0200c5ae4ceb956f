/**
 * The depth slider: a strip of the levels' thumbnails, as deep as it is long, and a needle.
 *
 * Hovering shows a level's thumbnail, number, magnification and prompt; dragging zooms. The strip of
 * a ring is one turn: it ends with level 0, as it begins.
 *
 * @import { Depth } from "../zoom/depth.mjs"
 * @import { Source } from "./scene.mjs"
 */

import { element } from "../page/elements.mjs";
import { fill } from "../page/words.mjs";
import {
  asNumber, between, depthAt, depthOfShare, logarithms, shareOfDepth,
} from "../zoom/depth.mjs";
import { levelsOf } from "../zoom/geometry.mjs";
import { clamp } from "../zoom/numbers.mjs";
import { titleOf } from "./manifest.mjs";
import { magnification } from "./scale.mjs";
import { Card, Thumbnails } from "./thumbnails.mjs";

/** Within this share of a thumbnail's width of a level's place a click means that level. */
const PULL = 0.45;
const GAP = 2;

export class Filmstrip {
  /**
   * @param {Source} source
   * @param {object} options
   * @param {(depth: Depth) => void} options.onJump while dragging
   * @param {(depth: Depth) => void} options.onGlide on a click
   * @param {import("../page/words.mjs").Words} words
   */
  constructor(source, { onJump, onGlide }, words) {
    Object.assign(this, { onJump, onGlide, words });
    this.card = new Card(words);
    this.needle = element("div", { class: "needle" });
    this.cells = element("div", { class: "cells" });
    this.dots = element("div", { class: "dots" });
    /** Levels that are marked, as text: laid out again where it changes. */
    this.marked = "";
    this.element = element(
      "div",
      {
        class: "strip", role: "slider", tabindex: "0", "aria-label": words.viewDepth,
        "aria-valuemin": "0", "data-own": true,
      }, // prettier-ignore
      this.cells,
      this.dots,
      this.needle,
      this.card.element,
    );
    this.take(source);
    this.#listen();
    this.observer = new ResizeObserver(() => this.#lay());
    this.observer.observe(this.element);
  }

  /** Show another stack from now on. @param {Source} source */
  take({ manifest, locate }) {
    this.manifest = manifest;
    this.logs = logarithms(manifest.zooms);
    this.thumbnails = new Thumbnails({ manifest, locate });
    this.card.thumbnails = this.thumbnails;
    this.depth = undefined; // may be deeper than this one is
    this.element.setAttribute("aria-valuemax", String(manifest.zooms.length));
    this.#layOnce(this.thumbnails);
  }

  /** Lay the thumbnails that are there when the browser has them: until then those before stay. */
  async #layOnce(thumbnails) {
    await thumbnails.come();
    if (this.thumbnails === thumbnails && this.element.clientWidth) this.#lay();
  }

  /** Show the depth of the camera. @param {Depth} depth */
  show(depth) {
    this.depth = depth;
    const share = shareOfDepth(this.manifest.zooms, depth, this.logs);
    this.needle.style.insetInlineStart = `${this.#pixels(share)}px`;
    const level = this.#level(Math.round(asNumber(depth)));
    const at = Number(asNumber(depth).toFixed(2));
    const log = between(this.manifest.zooms, depthAt(0), depth);
    const name = fill(this.words.viewLevel, { level: at });
    const words = `${name}, ${magnification(log)}, ${titleOf(this.manifest, level)}`;
    this.element.setAttribute("aria-valuenow", String(at));
    this.element.setAttribute("aria-valuetext", words);
  }

  /** Mark levels with which something is to be done. @param {{level: number}[]} marks */
  mark(marks) {
    const levels = [...new Set(marks.map(({ level }) => level))];
    const marked = String([levels, this.logs.length, this.element.clientWidth]);
    if (marked === this.marked) return;
    this.marked = marked;
    const dots = levels.map((level) => {
      const dot = element("div", { class: "dot" });
      const share = this.logs[level] / (this.logs.at(-1) || 1);
      dot.style.insetInlineStart = `${this.#pixels(share)}px`;
      return dot;
    });
    this.dots.replaceChildren(...dots);
  }

  dispose() {
    this.observer.disconnect();
  }

  /** The width of a thumbnail here. */
  get #cell() {
    const { width, height } = this.manifest;
    const tall = this.element.clientHeight;
    return Math.min(tall * 1.8, Math.max(tall * 0.6, (tall * width) / height));
  }

  #pixels(share) {
    return this.#cell / 2 + share * Math.max(1, this.element.clientWidth - this.#cell);
  }

  /** As many thumbnails as fit. */
  #lay() {
    const [wide, tall] = [this.#cell, this.element.clientHeight];
    const cells = this.#places().map(([level, share]) => {
      const cell = element("div", { class: "cell" });
      const left = this.#pixels(share) - wide / 2;
      cell.style.cssText = `inset-inline-start: ${left}px; inline-size: ${wide}px`;
      this.thumbnails.paint(cell, this.#level(level), wide, tall);
      return cell;
    });
    this.cells.replaceChildren(...cells);
    if (this.depth) this.show(this.depth);
  }

  /** Levels to show and where: each at its own depth, or, where those are too many, some evenly. */
  #places() {
    const whole = this.logs.at(-1) || 1;
    const all = this.logs.map((log, level) => [level, log / whole]);
    const least = (this.#cell + GAP) / Math.max(1, this.element.clientWidth - this.#cell);
    if (all.every(([level, share]) => !level || share - all[level - 1][1] >= least)) return all;
    const steps = Math.max(1, Math.floor(1 / least));
    return Array.from({ length: steps + 1 }, (_, k) => [this.#nearest(k / steps), k / steps]);
  }

  #listen() {
    let dragging = false;
    this.element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.stopPropagation();
      dragging = true;
      this.element.setPointerCapture(event.pointerId);
      this.onGlide(this.#at(event, PULL));
    });
    this.element.addEventListener("pointermove", (event) => {
      if (dragging && (event.movementX || event.movementY)) this.onJump(this.#at(event, 0.08));
      this.#hover(event);
    });
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
      this.element.addEventListener(name, () => (dragging = false));
    }
    this.element.addEventListener("pointerleave", () => this.card.hide());
  }

  /** The depth under the pointer; a level's own within `pull` thumbnails of its place. */
  #at(event, pull) {
    const x = this.#place(event);
    const share = clamp(this.#share(x), 0, 1);
    const level = this.#nearest(share);
    const place = this.#pixels(this.logs[level] / (this.logs.at(-1) || 1));
    if (Math.abs(place - x) <= pull * this.#cell) return depthAt(this.#level(level));
    const depth = depthOfShare(this.manifest.zooms, share, this.logs);
    return depthAt(this.#level(depth.level), depth.offset);
  }

  /** The level at a place of the strip: at the end of a ring's, level 0. */
  #level(place) {
    return place % levelsOf(this.manifest);
  }

  /** Where the pointer is along the strip, in its own pixels: ComfyUI scales its nodes. */
  #place(event) {
    const box = this.element.getBoundingClientRect();
    return ((event.clientX - box.left) * this.element.clientWidth) / box.width;
  }

  /** The share of the whole way at a place of the strip. */
  #share(x) {
    return (x - this.#cell / 2) / Math.max(1, this.element.clientWidth - this.#cell);
  }

  #nearest(share) {
    const log = clamp(share, 0, 1) * this.logs.at(-1);
    const off = this.logs.map((here) => Math.abs(here - log));
    return off.indexOf(Math.min(...off));
  }

  #hover(event) {
    const x = this.#place(event);
    const place = this.#nearest(this.#share(x));
    const level = this.#level(place);
    const prompt = this.manifest.prompts[level] ?? "";
    this.card.show(level, this.logs[place], prompt, x, this.element.clientWidth);
  }
}
