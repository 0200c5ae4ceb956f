/**
 * The page's address says how deep its reader is: #2.37 lies 0.37 of the way from level 2 to 3.
 *
 * @import { Viewer } from "./viewer.mjs"
 */

import { asNumber, depthAt } from "../zoom/depth.mjs";
import { ringOf } from "../zoom/geometry.mjs";
import { clamp } from "../zoom/numbers.mjs";

/**
 * The depth that an address names, within a stack; null where it names none.
 *
 * @param {string} hash "#2.37"
 * @param {number} deepest level
 * @param {number} ring how many levels a ring has, whose deepest is level 0 again
 */
export function depthOf(hash, deepest, ring = 0) {
  const number = /^#\d+(\.\d+)?$/.test(hash) ? clamp(Number(hash.slice(1)), 0, deepest) : NaN;
  if (Number.isNaN(number)) return null;
  const level = Math.floor(number);
  return depthAt(ring ? level % ring : level, number - level);
}

/** The address of a depth. @param {import("../zoom/depth.mjs").Depth} depth */
export const hashOf = (depth) => `#${Number(asNumber(depth).toFixed(2))}`;

/** Opens the viewer where the address says, and keeps the two together. @param {Viewer} viewer */
export function linked(viewer) {
  const { geometry } = viewer.scene;
  const go = (atOnce) => {
    const depth = depthOf(location.hash, geometry.zooms.length, ringOf(geometry));
    if (depth) viewer.goTo(depth, atOnce);
  };
  go(true);
  addEventListener("hashchange", () => {
    if (location.hash !== hashOf(viewer.depth)) go();
  });
  // Once the camera rests: browsers refuse addresses that change with every frame.
  let resting;
  viewer.addEventListener("drawn", () => {
    clearTimeout(resting);
    resting = setTimeout(() => {
      const hash = hashOf(viewer.depth);
      if (hash !== (location.hash || "#0")) history.replaceState(null, "", hash);
    }, 300);
  });
}
