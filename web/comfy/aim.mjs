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
import { below } from "../zoom/geometry.mjs";
import { focusBoxFor } from "./focus.mjs";

export class Aim {
  /** @param {object} app ComfyUI's  @param {object} node the Explorer */
  constructor(app, node) {
    /** @type {Viewer | null} */
    this.viewer = null;
    this.on = false;
    this.level = 0;
    const ladders = () => laddersBehind(app, node, "stack");
    this.box = focusBoxFor(app, ladders, () => this.level);
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
      const { level, offset } = viewer.depth;
      this.level = offset > 0.5 ? below(viewer.scene.geometry, level) : level;
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
    if (this.on && viewer.motion.isWhole) this.box.show();
    else this.box.element.hidden = true;
  }

  /** Why the level above has no box either; null where it has one. */
  #above() {
    this.level -= 1;
    return this.box.show();
  }
}
