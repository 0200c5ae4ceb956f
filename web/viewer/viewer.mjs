/**
 * The explorer of a zoom stack, as one element: used by the node in ComfyUI and by saved pages.
 *
 * It tells with an event "drawn" that it shows another frame; `depth` and `ready` say which, and
 * whether it is whole. Its element knows it: `element.viewer`.
 *
 * @import { Depth } from "../zoom/depth.mjs"
 * @import { Source } from "./scene.mjs"
 * @import { Tool } from "./controls.mjs"
 * @import { Words } from "../page/words.mjs"
 */

import { element } from "../page/elements.mjs";
import { Style } from "../page/style.mjs";
import { WORDS } from "../page/words.mjs";
import { depthAt, travel } from "../zoom/depth.mjs";
import { Borders } from "./borders.mjs";
import { Controls } from "./controls.mjs";
import { Filmstrip } from "./filmstrip.mjs";
import { Hud } from "./hud.mjs";
import { listen } from "./input.mjs";
import { Motion } from "./motion.mjs";
import { Pace } from "./pace.mjs";
import { Scene } from "./scene.mjs";
import { Split } from "./split.mjs";
import { wishesOf } from "./wishes.mjs";

export const STYLE = new Style(import.meta.resolve("./viewer.css"));

/** Backing pixels of the picture's longer side, at most. */
const MOST_PIXELS = 2048;

export class Viewer extends EventTarget {
  /**
   * Throws an Error that says what is wrong where the manifest is no zoom stack's.
   * @param {Source} source
   * @param {object} [options]
   * @param {Source | null} [options.compare] a second stack, shown right of a divider
   * @param {"best" | "canvas"} [options.kind] of renderer
   * @param {Words} [options.words] what it says, in some language
   * @param {Tool[]} [options.tools] buttons for what the page around the viewer can do
   */
  constructor(source, { compare = null, kind = "best", words = WORDS, tools = [] } = {}) {
    super();
    this.words = words;
    this.hud = new Hud(words);
    const onTrouble = (text) => this.hud.tell(text);
    const options = { kind, words, onTrouble, onChange: () => this.wake() };
    this.scenes = [source, compare].filter(Boolean).map((one) => new Scene(one, options));
    [this.scene, this.other] = this.scenes;
    this.motion = new Motion(this.scene.camera);
    this.pace = new Pace();
    /** Whether the frame on show has all of its pictures. */
    this.ready = false;
    this.borders = new Borders(words);
    const onJump = (depth) => this.change(() => this.motion.jumpTo(depth));
    this.strip = new Filmstrip(source, { onJump, onGlide: (depth) => this.goTo(depth) }, words);
    this.wishes = wishesOf(this);
    this.controls = new Controls(this.wishes, tools, words);
    this.#build();
    for (const note of this.scenes.flatMap(({ manifest }) => manifest.notes ?? [])) {
      this.hud.tell(note);
    }
    this.observer = new ResizeObserver(() => this.wake());
    this.observer.observe(this.stage);
    this.wake();
  }

  /**
   * Show another stack, in place and where the camera is: pictures stay until the new ones come.
   * @param {Source} source
   * @param {Source | null} [compare] another second one, where there is one
   */
  show(source, compare = null) {
    this.scene.take(source);
    if (compare) this.other?.take(compare);
    this.motion.take(this.scene.camera);
    this.strip.take(source);
    for (const note of source.manifest.notes ?? []) this.hud.tell(note);
    this.wake();
  }

  /** @returns {Depth} */
  get depth() {
    return this.motion.depth;
  }

  /** Glide to a depth, or be there `atOnce`, which readers may prefer. @param {Depth} depth */
  goTo(depth, atOnce = matchMedia("(prefers-reduced-motion: reduce)").matches) {
    this.change(() => (atOnce ? this.motion.jumpTo(depth) : this.motion.glideTo(depth)));
  }

  /** Change something, and draw it. @param {() => void} how */
  change(how) {
    how();
    this.wake();
  }

  /** Draw again, as soon as the browser draws. */
  wake() {
    this.waiting ??= requestAnimationFrame((now) => this.#frame(now));
  }

  dispose() {
    cancelAnimationFrame(this.waiting);
    this.waiting = 0;
    this.observer.disconnect();
    this.strip.dispose();
    this.element.remove();
    for (const scene of this.scenes) scene.dispose();
  }

  #build() {
    const pictures = this.scenes.map((one) => one.element);
    this.picture = element("div", { class: "picture", "data-wheels": true }, ...pictures);
    // What the page around lays over the picture is a child of the viewer's element.
    const over = element("slot", { name: "over" });
    this.picture.append(this.borders.element, over, ...this.hud.elements);
    if (this.other) {
      this.split = new Split(this.picture, this.other.element, this.words);
      this.picture.append(this.split.element);
    }
    this.stage = element(
      "div",
      { class: "stage", tabindex: "0", role: "application", "aria-label": this.words.viewStage },
      this.picture,
    );
    const { before, after } = this.controls;
    const gap = element("div", { class: "gap" });
    const bar = element("div", { class: "bar" }, ...before, gap, this.strip.element, ...after);
    this.element = element("div", { class: "zoomstack-viewer", "data-capture-wheel": "true" });
    this.element.viewer = this;
    const root = this.element.attachShadow({ mode: "open" });
    STYLE.dress(root);
    root.append(this.stage, bar);
    listen(this.picture, this.element, this.wishes);
    this.element.addEventListener("fullscreenchange", () => this.wake());
  }

  #frame(now) {
    this.waiting = undefined;
    if (!this.element.isConnected) return;
    const moving = this.motion.step(this.pace.tick(now));
    this.#fit(this.pace.scale(moving));
    this.#draw();
    this.dispatchEvent(new Event("drawn"));
    if (moving) this.wake();
    else this.pace.rest();
  }

  /** The largest picture of the levels' aspect ratio in the stage, at the screen's pixels. */
  #fit(scale) {
    const { width, height } = this.scene.geometry;
    const box = this.stage;
    const fit = Math.min(box.clientWidth / width, box.clientHeight / height);
    const [wide, tall] = [width * fit, height * fit];
    if (!(wide > 0)) return;
    this.picture.style.inlineSize = `${wide}px`;
    this.picture.style.blockSize = `${tall}px`;
    const dots = Math.min(devicePixelRatio, MOST_PIXELS / Math.max(wide, tall)) * scale;
    for (const scene of this.scenes) {
      scene.resize(Math.max(1, Math.round(wide * dots)), Math.max(1, Math.round(tall * dots)));
    }
  }

  #draw() {
    const { scene, motion } = this;
    const { depth, pan, log } = motion;
    scene.draw(depth, pan, motion.inwards);
    this.other?.draw(this.#sameDepth(log), pan, motion.inwards);
    this.hud.show(scene, depth, log);
    this.strip.show(depth);
    this.borders.show(scene, depth, pan);
    this.controls.show({
      playing: motion.playing,
      frames: this.borders.shown,
      full: document.fullscreenElement === this.element,
    });
    this.ready = scene.ready(depth);
  }

  /** Where the second stack is magnified as the first is. */
  #sameDepth(log) {
    const { zooms, closed } = this.other.geometry;
    const { geometry } = this.scene;
    const same = zooms.every((zoom, level) => zoom === geometry.zooms[level]);
    const { depth } = this.motion;
    const alike = same && closed === geometry.closed;
    if (alike && depth.level + depth.offset <= zooms.length) return depth;
    return travel(zooms, depthAt(0), log, closed);
  }
}
