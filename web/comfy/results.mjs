/**
 * The last results that an explorer was given, to go back to: for as long as ComfyUI keeps their
 * pictures. They are kept in the node's properties, so that they come back with the graph.
 *
 * @import { Reference } from "./stored.mjs"
 * @import { Item } from "../viewer/menu.mjs"
 * @typedef {{stack: Reference, compare: Reference | null}} Kept
 * @typedef {Kept & {at: number}} Result `at`: milliseconds since 1970
 */

import { wordsFor } from "../host/words.mjs";
import { element } from "../page/elements.mjs";
import { fill } from "../page/words.mjs";
import { stackOf } from "./stored.mjs";

const RESULTS = "zoomstack_results";
const MOST = 8;
const SIZE = 64; // pixels of a picture's longer side

/** @param {Kept} one @param {Kept} other */
const same = (one, other) => one?.stack?.subfolder === other?.stack?.subfolder;

export class Results {
  /** @param {object} app ComfyUI's  @param {object} node the Explorer */
  constructor(app, node) {
    Object.assign(this, { app, node });
  }

  /** The newest first. @returns {Result[]} */
  get all() {
    const found = this.node.properties?.[RESULTS];
    return Array.isArray(found) ? found.filter((one) => one?.stack?.filename) : [];
  }

  /** Take a run's; whether it is a new one. @param {Kept} kept */
  take(kept) {
    if (same(this.all[0], kept)) return false;
    const others = this.all.filter((one) => !same(one, kept));
    this.node.properties[RESULTS] = [{ ...kept, at: Date.now() }, ...others].slice(0, MOST);
    return true;
  }

  /**
   * A line of a menu for each that is still there; the others are forgotten, and counted.
   *
   * @param {Kept | null} shown which is on show
   * @param {(kept: Kept) => void} choose
   * @returns {Promise<Item[]>}
   */
  async items(shown, choose) {
    const { viewGone, resultsGone, resultsNone } = wordsFor.now;
    const found = await Promise.all(
      this.all.map(async (result) => {
        try {
          return { result, source: await stackOf(this.app, result.stack) };
        } catch (error) {
          // While ComfyUI does not answer nothing is known to be gone.
          if (error.message !== viewGone) throw error;
          return { result, source: null };
        }
      }),
    );
    const there = found.filter(({ source }) => source);
    const gone = found.length - there.length;
    if (gone) this.node.properties[RESULTS] = there.map(({ result }) => result);
    const lines = there.map(({ result: { at, stack, compare }, source }) => ({
      label: new Date(at).toLocaleString(),
      picture: pictureOf(source),
      checked: same({ stack, compare }, shown),
      act: () => choose({ stack, compare }),
    }));
    if (!lines.length) lines.push({ label: resultsNone });
    if (gone) lines.push({ label: fill(resultsGone, { count: gone }) });
    return lines;
  }
}

/** All levels of a stack, small: results of one ladder differ in some of them. */
function pictureOf({ manifest, locate }) {
  const sheet = manifest.thumbnails;
  const picture = element("img", { class: "sheet", alt: "", src: locate(sheet.file) });
  const rows = Math.ceil(manifest.files.length / sheet.columns);
  const [width, height] = [sheet.columns * sheet.width, rows * sheet.height];
  const grow = SIZE / Math.max(width, height);
  picture.width = Math.round(width * grow);
  picture.height = Math.round(height * grow);
  return picture;
}
