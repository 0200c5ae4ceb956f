/**
 * The explorer of a zoom stack, as one element: used by the node in ComfyUI and by saved pages.
 *
 * It tells with an event "drawn" that it shows another frame; `depth`, `branch` and `ready` say
 * which, and whether it is whole. With an event "wish" it tells what its reader wishes done with a
 * level (deeds.mjs). Its element knows it: `element.viewer`.
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
import { Tree } from "./branches.mjs";
import { Controls } from "./controls.mjs";
import { deedsTool, listenForDeeds } from "./deeds.mjs";
import { Filmstrip } from "./filmstrip.mjs";
import { Hud } from "./hud.mjs";
import { listen } from "./input.mjs";
import { Marks } from "./marks.mjs";
import { Menu } from "./menu.mjs";
import { Motion } from "./motion.mjs";
import { Pace } from "./pace.mjs";
import { Scene } from "./scene.mjs";
import { Split } from "./split.mjs";
import { Targets } from "./targets.mjs";
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
   * @param {boolean} [options.deeds] whether something can be done with a level: it has a menu then
   */
  constructor(
    source,
    { compare = null, kind = "best", words = WORDS, tools = [], deeds = false } = {},
  ) {
    super();
    this.words = words;
    this.deeds = deeds;
    this.tree = new Tree(source);
    /** The stack that the reader chose to go along; a tree that comes later may lack it. */
    this.chosen = 0;
    this.hud = new Hud(words);
    const onTrouble = (text) => this.hud.tell(text);
    const options = { kind, words, onTrouble, onChange: () => this.wake() };
    this.scenes = [this.source, compare].filter(Boolean).map((one) => new Scene(one, options));
    [this.scene, this.other] = this.scenes;
    this.motion = new Motion(this.scene.camera);
    this.pace = new Pace();
    /** Whether the frame on show has all of its pictures. */
    this.ready = false;
    this.borders = new Borders(words);
    const onJump = (depth) => this.change(() => this.motion.jumpTo(depth));
    this.strip = new Filmstrip(this.source, { onJump, onGlide: (depth) => this.goTo(depth) }, words);
    this.wishes = wishesOf(this);
    this.menu = new Menu();
    this.marks = new Marks(this);
    this.targets = new Targets(this);
    this.controls = new Controls(this.wishes, deeds ? [deedsTool(this), ...tools] : tools, words);
    this.#build();
    this.#tell([...this.tree.sources, compare]);
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
    this.tree = new Tree(source);
    this.scene.take(this.source);
    if (compare) this.other?.take(compare);
    this.motion.take(this.scene.camera);
    this.strip.take(this.source);
    this.targets.take();
    this.menu.close();
    this.#tell(this.tree.sources);
    this.wake();
  }

  /** Which of a tree's stacks is gone through: 0 is the trunk. */
  get branch() {
    return this.tree.sources[this.chosen] ? this.chosen : 0;
  }

  /** That stack. @returns {Source} */
  get source() {
    return this.tree.sources[this.branch];
  }

  /** Go along another stack of the tree: from here, or from where it leaves this one. */
  choose(branch) {
    const { tree, branch: before } = this;
    if (branch === before || !tree.sources[branch]) return;
    const shared = tree.shared(before, branch);
    this.chosen = branch;
    this.scene.take(this.source, shared + 1);
    this.motion.turnInto(this.scene.camera, shared);
    this.strip.take(this.source);
    this.wake();
  }

  /** Go into a stack of the tree: to a level of its own, the first where none is given. */
  dive(branch, level = null) {
    const fork = this.tree.shared(this.branch, branch);
    this.choose(branch);
    const deepest = this.source.manifest.files.length - 1;
    this.goTo(depthAt(Math.min(level ?? fork + 1, deepest)));
  }

  /** Mark levels with which something is to be done. @param {import("./marks.mjs").Mark[]} marks */
  mark(marks) {
    this.marks.all = marks;
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
    const { borders, targets, marks } = this;
    this.picture.append(borders.element, marks.element, over, targets.element, ...this.hud.elements);
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
    const bar = element("div", { class: "bar" }, ...before, gap, this.strip.element, this.targets.list, ...after);
    this.element = element("div", { class: "zoomstack-viewer", "data-capture-wheel": "true" });
    this.element.viewer = this;
    const root = this.element.attachShadow({ mode: "open" });
    STYLE.dress(root);
    root.append(this.stage, bar, this.menu.element);
    listen(this.picture, this.element, this.wishes);
    this.targets.listen(this.picture);
    if (this.deeds) listenForDeeds(this);
    this.element.addEventListener("fullscreenchange", () => this.wake());
  }

  /** @param {(Source | null)[]} sources */
  #tell(sources) {
    for (const note of sources.flatMap((one) => one?.manifest.notes ?? [])) this.hud.tell(note);
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
    this.targets.show(depth, pan);
    this.marks.show(depth, pan);
    this.strip.mark(this.marks.here);
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
