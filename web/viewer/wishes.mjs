/**
 * What a reader may wish of a viewer, by mouse, key or button.
 *
 * @import { Actions } from "./controls.mjs"
 * @import { Wishes } from "./input.mjs"
 * @import { Viewer } from "./viewer.mjs"
 */

import { depthAt } from "../zoom/depth.mjs";
import { clamp } from "../zoom/numbers.mjs";
import { openDeeds } from "./deeds.mjs";

/** @param {Viewer} viewer @returns {Wishes & Actions} */
export function wishesOf(viewer) {
  const { motion } = viewer;
  const deepest = () => viewer.scene.geometry.zooms.length;
  return {
    zoom: (log, at, atOnce) => viewer.change(() => motion.zoomBy(log, at, atOnce)),
    pan: (x, y) => viewer.change(() => motion.panBy(x, y)),
    step: (way) => {
      const { level, offset } = motion.depth;
      const next = way > 0 ? level + 1 : offset > 0 ? level : level - 1;
      viewer.goTo(depthAt(clamp(next, 0, deepest())));
    },
    end: (end) => viewer.goTo(depthAt(end === "first" ? 0 : deepest())),
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
