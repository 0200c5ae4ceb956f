/**
 * The page's address says how deep its reader is, and on which branch of a tree: #2.37 lies 0.37 of
 * the way from level 2 to 3, #2.37@1 along the first branch.
 *
 * @import { Viewer } from "./viewer.mjs"
 */

import { asNumber, depthAt } from "../zoom/depth.mjs";
import { ringOf } from "../zoom/geometry.mjs";
import { clamp } from "../zoom/numbers.mjs";

const ADDRESS = /^#(\d+(?:\.\d+)?)(?:@(\d+))?$/;

/**
 * The depth that an address names, within a stack; null where it names none.
 *
 * @param {string} hash "#2.37"
 * @param {number} deepest level
 * @param {number} ring how many levels a ring has, whose deepest is level 0 again
 */
export function depthOf(hash, deepest, ring = 0) {
  const found = ADDRESS.exec(hash);
  if (!found) return null;
  const number = clamp(Number(found[1]), 0, deepest);
  const level = Math.floor(number);
  return depthAt(ring ? level % ring : level, number - level);
}

/** The stack of a tree that an address names: 0, the trunk, where it names none. */
export const branchOf = (hash) => Number(ADDRESS.exec(hash)?.[2] ?? 0);

/** The address of a depth. @param {import("../zoom/depth.mjs").Depth} depth  @param {number} branch */
export const hashOf = (depth, branch = 0) =>
  `#${Number(asNumber(depth).toFixed(2))}${branch ? `@${branch}` : ""}`;

/** Opens the viewer where the address says, and keeps the two together. @param {Viewer} viewer */
export function linked(viewer) {
  const go = (atOnce) => {
    const branch = branchOf(location.hash);
    const { manifest } = viewer.tree.sources[branch] ?? viewer.tree.sources[0];
    const depth = depthOf(location.hash, manifest.zooms.length, ringOf(manifest));
    if (!depth) return;
    viewer.choose(branch);
    viewer.goTo(depth, atOnce);
  };
  const here = () => hashOf(viewer.depth, viewer.branch);
  go(true);
  addEventListener("hashchange", () => {
    if (location.hash !== here()) go();
  });
  // Once the camera rests: browsers refuse addresses that change with every frame.
  let resting;
  viewer.addEventListener("drawn", () => {
    clearTimeout(resting);
    resting = setTimeout(() => {
      const hash = here();
      if (hash !== (location.hash || "#0")) history.replaceState(null, "", hash);
    }, 300);
  });
}
