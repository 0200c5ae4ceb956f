/**
 * What may be done with a level, told as a wish: the viewer can show a zoom and make none.
 *
 * @import { Viewer } from "./viewer.mjs"
 * @typedef {"again" | "insert" | "branch"} Deed make a level anew, put one below it, branch there
 * @typedef {object} Wish
 * @property {Deed} deed
 * @property {number} level
 * @property {[number, number]} focus the point of the level that was meant, from 0 to 1
 * @property {number} branch the stack that it is wished of: 0 is the trunk
 */

import { fill } from "../page/words.mjs";
import { boxesIn, levelAt } from "./frames.mjs";
import { titleOf } from "./manifest.mjs";

/** @type {Deed[]} */
export const DEEDS = ["again", "insert", "branch"];

const NAMES = { again: "deedAgain", insert: "deedInsert", branch: "deedBranch" };

/**
 * Open the menu of the level at a point of the picture, from (0, 0) to (1, 1); without one, of the
 * level that most of the picture shows, about its middle.
 *
 * The viewer says with an event "wish" what was chosen.
 * @param {Viewer} viewer
 * @param {{x: number, y: number} | null} [point]
 */
export function openDeeds(viewer, point = null) {
  const { scene, motion, borders, menu, words, picture } = viewer;
  const { depth, pan } = motion;
  const at = point ?? { x: 0.5, y: 0.5 };
  const frames = boxesIn(scene, depth, pan);
  const nearest = frames.findIndex(({ level }) => level === depth.level) + Number(depth.offset > 0.5);
  // Where frames are drawn, one of them can be meant.
  const { level, focus } = levelAt(frames, at, borders.shown && point ? Infinity : nearest);
  const { branch } = viewer;
  const items = DEEDS.map((deed) => ({
    icon: deed,
    label: words[NAMES[deed]],
    act: () => {
      const wish = { deed, level, focus, branch };
      viewer.dispatchEvent(new CustomEvent("wish", { detail: wish }));
    },
  }));
  const title = fill(words.deedsOf, { level, title: titleOf(scene.manifest, level) });
  const box = picture.getBoundingClientRect();
  const place = { x: box.left + at.x * box.width, y: box.top + at.y * box.height };
  menu.open(title, items, place, viewer.stage);
}

/** Open it on a right click, on the menu key, and where a touch lasts. @param {Viewer} viewer */
export function listenForDeeds(viewer) {
  viewer.stage.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const box = viewer.picture.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width;
    const y = (event.clientY - box.top) / box.height;
    // The menu key has no place of its own: browsers give it that of what has the focus.
    const points = event.button === 2 || event.pointerType === "touch";
    const inside = x >= 0 && x <= 1 && y >= 0 && y <= 1;
    openDeeds(viewer, points && inside ? { x, y } : null);
  });
}

/** The button that opens it. @param {Viewer} viewer @returns {import("./controls.mjs").Tool} */
export const deedsTool = (viewer) => ({
  icon: "menu", label: viewer.words.viewMenu, act: () => openDeeds(viewer),
}); // prettier-ignore
