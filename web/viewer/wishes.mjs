/**
 * What a reader may wish of a viewer, by mouse, key or button.
 *
 * @import { Actions } from "./controls.mjs"
 * @import { Wishes } from "./input.mjs"
 * @import { Viewer } from "./viewer.mjs"
 */

import { depthAt, depthIn, levelsIn } from "../zoom/depth.mjs";
import { levelsOf, ringOf } from "../zoom/geometry.mjs";
import { clamp } from "../zoom/numbers.mjs";
import { openDeeds } from "./deeds.mjs";

/** @param {Viewer} viewer @returns {Wishes & Actions} */
export function wishesOf(viewer) {
  const { motion } = viewer;
  const deepest = () => levelsOf(viewer.scene.geometry) - 1;
  return {
    zoom: (log, at, atOnce) => viewer.change(() => motion.zoomBy(log, at, atOnce)),
    pan: (x, y) => viewer.change(() => motion.panBy(x, y)),
    step: (way) => {
      const ring = ringOf(viewer.scene.geometry);
      const at = levelsIn(ring, motion.depth);
      const next = way > 0 ? at + 1 : motion.depth.offset > 0 ? at : at - 1;
      viewer.goTo(ring ? depthIn(ring, next) : depthAt(clamp(next, 0, deepest())));
    },
    // Of a ring, those of the turn that the camera is in.
    end: (end) => {
      const { turn } = motion.depth;
      const depth = depthAt(end === "first" ? 0 : deepest());
      viewer.goTo(turn === undefined ? depth : { ...depth, turn });
    },
    play: () => viewer.change(() => (motion.playing ? motion.pause() : motion.play())),
    head: (way) => viewer.change(() => motion.head(way)),
    hurry: (speed) => viewer.change(() => (motion.speed = speed)),
    frames: () => viewer.change(() => viewer.borders.toggle()),
    menu: (at = null) => {
      if (viewer.deeds) openDeeds(viewer, at);
    },
    full: () => {
      if (document.fullscreenElement === viewer.element) document.exitFullscreen();
      else viewer.element.requestFullscreen?.().catch(() => {});
    },
  };
}
