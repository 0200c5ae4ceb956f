/**
 * Levels with which something is to be done, marked until it is.
 *
 * @import { Deed } from "./deeds.mjs"
 * @import { Viewer } from "./viewer.mjs"
 * @typedef {{level: number, deed: Deed, branch: number}} Mark
 */

import { element } from "../page/elements.mjs";
import { fill } from "../page/words.mjs";
import { boxesIn } from "./frames.mjs";

const NAMES = { again: "markAgain", insert: "markInsert", branch: "markBranch" };

export class Marks {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.element = element("div", { class: "marks" });
    /** @type {Mark[]} */
    this.all = [];
  }

  /** Those of the stack that is gone through. */
  get here() {
    const { tree, branch } = this.viewer;
    return this.all.filter((mark) => {
      return tree.sources[mark.branch] && mark.level <= tree.shared(mark.branch, branch);
    });
  }

  show(depth, pan) {
    const { scene, words } = this.viewer;
    const marks = this.here;
    const frames = marks.length ? boxesIn(scene, depth, pan) : [];
    const boxes = frames.flatMap((frame) => {
      const deeds = marks.filter(({ level }) => level === frame.level).map(({ deed }) => deed);
      if (!deeds.length) return [];
      const box = element("div", { class: "mark" });
      // What lies outside of the picture is drawn at its edge.
      const edge = (name) => Math.max(0, frame[name]);
      const end = (from, size) => Math.min(1, frame[from] + frame[size]) - edge(from);
      box.style.cssText =
        `left: ${edge("left") * 100}%; top: ${edge("top") * 100}%; ` +
        `width: ${end("left", "width") * 100}%; height: ${end("top", "height") * 100}%`;
      const said = deeds.map((deed) => fill(words[NAMES[deed]], { level: frame.level }));
      box.append(element("span", {}, said.join(" · ")));
      return [box];
    });
    this.element.replaceChildren(...boxes);
  }
}
