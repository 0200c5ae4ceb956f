/**
 * The buttons beside the filmstrip: play, way, speed, overlay, the host's own, full screen.
 *
 * @import { Words } from "../page/words.mjs"
 */

import { element } from "../page/elements.mjs";
import { iconButton, relabel } from "./icons.mjs";
import { SPEEDS, WAYS } from "./motion.mjs";

/** Which of the words names a way. */
const WAY_NAMES = { in: "viewIn", out: "viewOut", "in-out": "viewBoth" };

/**
 * @typedef {object} Actions
 * @property {() => void} play  @property {(way: string) => void} head
 * @property {(speed: number) => void} hurry  @property {() => void} frames
 * @property {() => void} full
 *
 * A button for what only the page around the viewer can do; it rests while what it did goes on.
 * @typedef {object} Tool
 * @property {string} icon  @property {string} label
 * @property {() => unknown} act
 * @property {() => boolean} [pressed] of one that is on or off
 * @property {() => boolean} [resting] whether there is nothing for it to do
 */

export class Controls {
  /** @param {Actions} actions  @param {Tool[]} tools  @param {Words} words */
  constructor(actions, tools, words) {
    this.words = words;
    this.play = iconButton("play", words.viewPlay, actions.play);
    this.way = iconButton("in", words.viewIn, () => {
      const next = WAYS[(WAYS.indexOf(this.way.dataset.way) + 1) % WAYS.length];
      actions.head(next);
      this.#showWay(next);
    });
    this.#showWay("in");
    const name = words.viewSpeed;
    this.speed = element("select", { class: "speed", title: name, "aria-label": name });
    for (const speed of SPEEDS) {
      this.speed.append(element("option", { value: speed, selected: speed === 1 }, `${speed}×`));
    }
    this.speed.addEventListener("change", () => actions.hurry(Number(this.speed.value)));
    const off = { "aria-pressed": "false" };
    this.frames = iconButton("frames", words.viewFrames, actions.frames, off);
    this.full = iconButton("full", words.viewFull, actions.full);
    this.before = [this.play, this.way, this.speed];
    this.tools = tools.map((tool) => ({ tool, button: toolButton(tool) }));
    this.after = [this.frames, ...this.tools.map(({ button }) => button), this.full];
  }

  /** Show what is going on. */
  show({ playing, frames, full }) {
    if (this.play.dataset.on !== String(playing)) {
      this.play.dataset.on = String(playing);
      const { viewPlay, viewPause } = this.words;
      relabel(this.play, playing ? "pause" : "play", playing ? viewPause : viewPlay);
    }
    this.frames.setAttribute("aria-pressed", String(frames));
    for (const { tool, button } of this.tools) {
      if (tool.pressed) button.setAttribute("aria-pressed", String(tool.pressed()));
      if (tool.resting) button.disabled = tool.resting();
    }
    if (this.full.dataset.on !== String(full)) {
      this.full.dataset.on = String(full);
      const { viewFull, viewLeaveFull } = this.words;
      relabel(this.full, full ? "window" : "full", full ? viewLeaveFull : viewFull);
    }
  }

  #showWay(way) {
    this.way.dataset.way = way;
    relabel(this.way, way, this.words[WAY_NAMES[way]]);
  }
}

/** @param {Tool} tool */
function toolButton({ icon, label, act }) {
  const button = iconButton(icon, label, async () => {
    button.disabled = true;
    await Promise.resolve(act()).finally(() => (button.disabled = false));
  });
  return button;
}
