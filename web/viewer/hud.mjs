/** What is written on the picture: magnification, width, a scale bar, the prompt, and messages. */

import { element } from "../page/elements.mjs";
import { fill } from "../page/words.mjs";
import { asNumber } from "../zoom/depth.mjs";
import { nearestLine } from "../zoom/written.mjs";
import { iconButton } from "./icons.mjs";
import { titleOf } from "./manifest.mjs";
import { length, magnification, power, scaleBar } from "./scale.mjs";

const MOST_MESSAGES = 3;

export class Hud {
  /** @param {import("../page/words.mjs").Words} words */
  constructor(words) {
    this.words = words;
    this.times = element("div", { class: "times" });
    this.wide = element("div", { class: "wide", hidden: true });
    this.level = element("div", { class: "level" });
    this.state = element("div", { class: "state", hidden: true });
    this.bar = element("div", { class: "ruler" });
    this.length = element("div", { class: "length" });
    this.caption = element("div", { class: "caption" });
    this.messages = element("div", { class: "messages", role: "status" });
    this.texts = new Set();
    const scale = element("div", { class: "scale" }, this.length, this.bar);
    this.elements = [
      element("div", { class: "corner" }, this.times, this.wide, this.level, this.state),
      element("div", { class: "foot" }, scale, this.caption),
      this.messages,
    ];
  }

  /** Show where the camera is; `log` is its magnification, `width` the picture's in pixels. */
  show({ manifest, geometry }, depth, log) {
    const deepest = manifest.files.length - 1;
    const { share, label } = scaleBar(log, manifest.metres, this.words);
    this.times.textContent = magnification(log);
    this.wide.hidden = !manifest.metres;
    this.wide.textContent = manifest.metres ? this.#width(manifest.metres, log) : "";
    const level = Number(asNumber(depth).toFixed(1));
    const begins = level > deepest; // what is this close to the next turn is in it
    this.level.textContent = geometry.closed
      ? fill(this.words.viewLevelTurn, {
          level: begins ? 0 : level,
          turn: depth.turn + Number(begins),
        })
      : fill(this.words.viewLevelOf, { level, deepest });
    this.bar.style.inlineSize = `${share * 100}cqi`;
    this.length.textContent = label;
    // The prompt of the level that most of the picture shows.
    const nearest = nearestLine(geometry, depth);
    this.caption.textContent = manifest.prompts.length ? titleOf(manifest, nearest) : "";
  }

  /** How wide the view is: "2.4 km · 10³ m". */
  #width(metres, log) {
    const tens = Math.log10(metres) - log / Math.LN10;
    return `${length(tens, this.words)} · ${power(tens, "m")}`;
  }

  /** Say quietly what the picture is, and whether it is `forming`; "" for a finished one. */
  note(text, forming = false) {
    this.state.classList.toggle("forming", forming);
    this.state.textContent = text;
    this.state.hidden = !text;
  }

  /** Nothing is said any more. */
  clear() {
    this.note("");
    this.messages.replaceChildren();
    this.texts.clear();
  }

  /** Say something; once, until the reader has put it away. */
  tell(text) {
    if (this.texts.has(text)) return;
    if (this.messages.childElementCount >= MOST_MESSAGES) return;
    this.texts.add(text);
    const message = element("div", { class: "message", "data-own": true });
    const close = iconButton("close", this.words.viewDismiss, () => {
      message.remove();
      this.texts.delete(text);
    });
    message.append(element("span", {}, text), close);
    this.messages.append(message);
  }
}
