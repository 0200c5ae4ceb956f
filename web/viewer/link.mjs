/**
 * The page's address says how deep its reader is: #2.37 lies 0.37 of the way from level 2 to 3.
 *
 * @import { Viewer } from "./viewer.mjs"
 */

import { asNumber, depthAt } from "../zoom/depth.mjs";
import { clamp } from "../zoom/numbers.mjs";

/**
 * The depth that an address names, within a stack; null where it names none.
 *
 * @param {string} hash "#2.37"
 * @param {number} deepest level
 */
export function depthOf(hash, deepest) {
  const number = /^#\d+(\.\d+)?$/.test(hash) ? clamp(Number(hash.slice(1)), 0, deepest) : NaN;
  if (Number.isNaN(number)) return null;
  const level = Math.floor(number);
  return depthAt(level, number - level);
}

/** The address of a depth. @param {import("../zoom/depth.mjs").Depth} depth */
export const hashOf = (depth) => `#${Number(asNumber(depth).toFixed(2))}`;

/** Opens the viewer where the address says, and keeps the two together. @param {Viewer} viewer */
export function linked(viewer) {
  const deepest = viewer.scene.geometry.zooms.length;
  const go = (atOnce) => {
    const depth = depthOf(location.hash, deepest);
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
