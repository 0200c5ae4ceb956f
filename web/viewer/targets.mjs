/**
 * Where stacks part: the frames of all ways on, each with its name, and a click goes into one.
 *
 * @import { Viewer } from "./viewer.mjs"
 * @import { Box } from "./frames.mjs"
 * @import { Target } from "./branches.mjs"
 */

import { element } from "../page/elements.mjs";
import { fill } from "../page/words.mjs";
import { titleOf } from "./manifest.mjs";
import { boxWithin, boxesIn, holds } from "./frames.mjs";
import { HEIGHT } from "./labels.mjs";

/** Frames smaller than this share of the picture are not drawn. */
const SMALLEST = 0.04;
/** Pixels that a pointer may move on a click. */
const SHAKE = 5;

export class Targets {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    const { words } = viewer;
    this.element = element("div", { class: "targets" });
    this.boxes = [];
    /** What is on show: its box in the picture, the level that it leaves, and the way on. */
    this.shown = [];
    this.list = element("select", {
      class: "speed branch", title: words.viewBranch, "aria-label": words.viewBranch,
    }); // prettier-ignore
    this.list.addEventListener("change", () => viewer.dive(Number(this.list.value)));
    this.take();
  }

  /** There is another tree. */
  take() {
    const { sources } = this.viewer.tree;
    this.list.hidden = sources.length < 2;
    this.list.replaceChildren(
      ...sources.map(({ manifest }, branch) => {
        const name = titleOf(manifest, manifest.files.length - 1);
        return element("option", { value: branch }, `${branch + 1} · ${name}`);
      }),
    );
  }

  /** Listen to clicks on the picture. @param {HTMLElement} picture */
  listen(picture) {
    let down = { x: 0, y: 0 };
    const at = ({ clientX, clientY }) => {
      const box = picture.getBoundingClientRect();
      return { x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height };
    };
    const own = (event) => event.target.closest?.("[data-own]");
    picture.addEventListener("pointerdown", ({ clientX: x, clientY: y }) => (down = { x, y }));
    picture.addEventListener("pointermove", (event) => {
      const aimed = own(event) ? undefined : this.#aimed(at(event));
      picture.classList.toggle("aimed", Boolean(aimed));
      this.boxes.forEach((box, i) => {
        box.element.classList.toggle("aimed", Boolean(aimed) && this.shown[i] === aimed);
      });
    });
    picture.addEventListener("click", (event) => {
      const moved = Math.hypot(event.clientX - down.x, event.clientY - down.y);
      if (moved > SHAKE || event.detail > 1 || own(event)) return;
      this.#go(this.#aimed(at(event)));
    });
  }

  /** Draw the ways on that a depth shows. */
  show(depth, pan) {
    const { tree, branch, scene } = this.viewer;
    this.list.value = String(branch);
    if (tree.sources.length < 2) {
      this.shown = [];
    } else {
      const frames = boxesIn(scene, depth, pan);
      this.shown = frames.flatMap((frame) => {
        const ways = tree.targets(branch, frame.level);
        if (ways.length < 2) return [];
        const all = ways.map((target) => ({
          level: frame.level, target, box: boxWithin(frame, target.zoom, target.focus),
        })); // prettier-ignore
        return all.filter(({ box }) => box.width >= SMALLEST && seen(box));
      });
    }
    while (this.boxes.length < this.shown.length) this.boxes.push(this.#box(this.boxes.length));
    this.boxes.forEach((box, i) => this.#lay(box, this.shown[i], this.shown.slice(0, i)));
  }

  #box(number) {
    const go = () => this.#go(this.shown[number]);
    const label = element("button", { type: "button", class: "way", onClick: go, "data-own": true });
    const frame = element("div", { class: "target" });
    this.element.append(frame, label);
    return { element: frame, label };
  }

  #lay({ element: frame, label }, shown, before) {
    frame.hidden = label.hidden = !shown;
    if (!shown) return;
    const { box, target } = shown;
    for (const name of ["left", "top", "width", "height"]) frame.style[name] = `${box[name] * 100}%`;
    frame.classList.toggle("own", target.branch === this.viewer.branch);
    const name = fill(this.viewer.words.viewInto, { title: target.title });
    if (label.textContent !== target.title) label.textContent = target.title;
    label.setAttribute("aria-label", name);
    label.title = name;
    // In the frame's own corner, in the picture, and below those of frames that lie at the same place.
    const same = before.filter((one) => one.box.left === box.left && one.box.top === box.top).length;
    label.style.left = `${Math.max(0, box.left) * 100}%`;
    label.style.top = `calc(${Math.max(0, box.top) * 100}% + ${same * (HEIGHT + 4)}px)`;
    const wide = Math.min(1, box.left + box.width) - Math.max(0, box.left);
    label.style.maxInlineSize = `calc(${wide * 100}% - 8px)`;
  }

  /** The smallest frame at a point. */
  #aimed(at) {
    const there = this.shown.filter(({ box }) => holds(box, at));
    return there.sort((a, b) => a.box.width - b.box.width)[0];
  }

  #go(shown) {
    if (!shown) return;
    this.viewer.dive(shown.target.branch, shown.level + 1);
    // What had the focus is gone in a moment.
    this.viewer.stage.focus({ preventScroll: true });
  }
}

/** Whether any of a frame is in the picture, and it is not all of it. @param {Box} box */
const seen = ({ left, top, width, height }) =>
  left < 1 && top < 1 && left + width > 0 && top + height > 0 &&
  !(left <= 0 && top <= 0 && left + width >= 1 && top + height >= 1); // prettier-ignore
