/**
 * The focus box over the Explorer's picture: where the level below the one on show lies.
 *
 * It is there while the camera rests on a whole level, so that stepping through the levels places
 * one after the other.
 *
 * @import { Tool } from "../viewer/controls.mjs"
 * @import { Viewer } from "../viewer/viewer.mjs"
 */

import { laddersBehind } from "../host/graph.mjs";
import { watch } from "../host/nodes.mjs";
import { wordsFor } from "../host/words.mjs";
import { lineNumber, nearestLine } from "../zoom/written.mjs";
import { focusBoxFor } from "./focus.mjs";

export class Aim {
  /** @param {object} app ComfyUI's  @param {object} node the Explorer */
  constructor(app, node) {
    /** @type {Viewer | null} */
    this.viewer = null;
    this.on = false;
    this.level = 0;
    const ladders = () => laddersBehind(app, node, "stack");
    this.box = focusBoxFor(app, ladders, () => this.#line());
    this.box.element.slot = "over";
    // A click that places the box is no wish to go deeper.
    for (const name of ["click", "dblclick"]) {
      this.box.element.addEventListener(name, (event) => event.stopPropagation());
    }
    watch(node, () => this.show());
  }

  /** The button that turns it on and off. @returns {Tool} */
  get tool() {
    const pressed = () => this.on;
    return { icon: "focus", label: wordsFor.now.focusTool, act: () => this.turn(), pressed };
  }

  /** Lie over another viewer's picture. @param {Viewer} viewer */
  over(viewer) {
    this.viewer = viewer;
    viewer.element.append(this.box.element);
    viewer.addEventListener("drawn", () => this.show());
    this.show();
  }

  /** On or off; on, the camera goes to the nearest level that another one lies in. */
  turn() {
    const { viewer } = this;
    this.on = !this.on;
    if (this.on) {
      this.level = nearestLine(viewer.scene.geometry, viewer.depth);
      let why = this.box.show();
      if (why && this.level > 0) why = this.#above();
      if (why) viewer.hud.tell(why);
      this.on = !why;
      if (this.on) viewer.goTo({ level: this.level, offset: 0 });
    }
    viewer.wake();
  }

  show() {
    const { viewer } = this;
    if (!viewer) return;
    this.level = viewer.depth.level;
    // What was put between two lines has no brackets of its own to write.
    const written = !viewer.scene.geometry.bridges?.[this.level];
    if (this.on && viewer.motion.isWhole && written) this.box.show();
    else this.box.element.hidden = true;
  }

  /** The ladder's row of the level on show. */
  #line() {
    const geometry = this.viewer?.scene.geometry;
    return geometry ? lineNumber(geometry, this.level) : this.level;
  }

  /** Why the level above has no box either; null where it has one. */
  #above() {
    do this.level -= 1;
    while (this.viewer.scene.geometry.bridges?.[this.level]);
    return this.box.show();
  }
}
