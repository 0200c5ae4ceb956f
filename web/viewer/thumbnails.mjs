/**
 * The levels' thumbnails, cut from one sheet, and the card that shows one with its words.
 *
 * @import { Source } from "./scene.mjs"
 */

import { element } from "../page/elements.mjs";
import { fill } from "../page/words.mjs";
import { magnification } from "./scale.mjs";

export class Thumbnails {
  /** @param {Source} source */
  constructor({ manifest, locate }) {
    const sheet = manifest.thumbnails;
    const quoted = (address) => `url("${address.replace(/["\\\s]/g, encodeURIComponent)}")`;
    this.image = new Image();
    if (sheet) this.image.src = locate(sheet.file);
    this.sheet = sheet && { ...sheet, address: quoted(this.image.src) };
    this.rows = sheet && Math.ceil(manifest.files.length / sheet.columns);
  }

  /** When the browser has them, if it ever will. */
  async come() {
    if (this.sheet) await this.image.decode().catch(() => {});
  }

  /** A level's as the background of an element of width x height pixels, which it covers. */
  paint(target, level, width, height) {
    if (!this.sheet) return;
    const { columns, address } = this.sheet;
    const grow = Math.max(width / this.sheet.width, height / this.sheet.height);
    const [wide, tall] = [this.sheet.width * grow, this.sheet.height * grow];
    const x = -(level % columns) * wide - (wide - width) / 2;
    const y = -Math.floor(level / columns) * tall - (tall - height) / 2;
    target.style.backgroundImage = address;
    target.style.backgroundSize = `${columns * wide}px ${this.rows * tall}px`;
    target.style.backgroundPosition = `${x}px ${y}px`;
  }
}

/** A level's thumbnail, number, magnification and prompt, above the filmstrip. */
export class Card {
  /** @param {import("../page/words.mjs").Words} words */
  constructor(words) {
    this.words = words;
    /** @type {Thumbnails | null} */
    this.thumbnails = null;
    [this.image, this.number, this.prompt] = ["image", "number", "prompt"].map((name) =>
      element("div", { class: name }),
    );
    const texts = element("div", { class: "words" }, this.number, this.prompt);
    this.element = element("div", { class: "card", hidden: true }, this.image, texts);
  }

  /** Show a level, magnified by `log`, above the place `x` of a strip `most` pixels long. */
  show(level, log, prompt, x, most) {
    const { width = 96, height = 96 } = this.thumbnails.sheet ?? {};
    this.image.style.cssText = `inline-size: ${width}px; block-size: ${height}px`;
    this.image.hidden = !this.thumbnails.sheet;
    this.thumbnails.paint(this.image, level, width, height);
    const name = fill(this.words.viewLevel, { level });
    this.number.textContent = `${name} · ${magnification(log)}`;
    this.prompt.textContent = prompt;
    this.element.hidden = false;
    const half = this.element.offsetWidth / 2;
    const last = most - half;
    this.element.style.insetInlineStart = `${Math.max(Math.min(half, last), Math.min(last, x))}px`;
  }

  hide() {
    this.element.hidden = true;
  }
}
