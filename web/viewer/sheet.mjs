/**
 * A zoom that is being sampled: its levels lie on one sheet, row by row, as
 * zoomstack/scene/sheet.py lays them out, and each preview of the run is such a sheet.
 *
 * @import { Manifest } from "./manifest.mjs"
 * @import { Source } from "./scene.mjs"
 * @typedef {object} Sheet what nodes/run/levels.py says of a run's sheets
 * @property {number} levels how many there are
 * @property {number} rows
 * @property {number} columns
 * @property {number} width of a level, in any unit
 * @property {number} height
 * @property {number[]} zooms of level i + 1 over level i, each over 1
 * @property {[number, number][]} focus the centre of level i + 1 in level i, from 0 to 1
 * @property {true} [closed] of a ring: the last zoom and focus lead from the last level to level 0
 * @property {string[]} prompts one a level
 * @property {boolean[]} [bridges] a mark a level, true for one that was put between two
 */

import { VERSION } from "./manifest.mjs";

/** Pixels: how high the thumbnails of a strip are that hovering shows. */
const THUMBNAIL = 96;

/** Where a level lies on its sheet, in shares of it. @param {{rows: number, columns: number}} grid */
export function cellOf({ rows, columns }, level) {
  const [across, down] = [level % columns, Math.floor(level / columns)];
  return { left: across / columns, top: down / rows, width: 1 / columns, height: 1 / rows };
}

/**
 * What is known of the zoom before any picture of it has come.
 *
 * @param {Sheet} sheet
 * @param {number | null} metres how wide the widest view is, where that is known
 * @returns {Manifest}
 */
export function manifestOf(sheet, metres) {
  const { levels, columns, width, height, zooms, focus, closed, prompts, bridges } = sheet;
  const file = "sheet";
  const thumbnails = { file, columns, width: (THUMBNAIL * width) / height, height: THUMBNAIL };
  return {
    format: "zoomstack", version: VERSION, width, height, zooms, focus, prompts, metres, thumbnails,
    agreement: [], files: Array(levels).fill(file), notes: [], ...(closed && { closed }),
    ...(bridges?.length && { bridges }),
  }; // prettier-ignore
}

/**
 * The zoom as one preview shows it.
 *
 * @param {Sheet} sheet
 * @param {Manifest} manifest
 * @param {HTMLImageElement} image the preview, decoded
 * @returns {Source}
 */
export function sourceOf(sheet, manifest, image) {
  return { manifest, locate: () => image.src, picture: async (level) => cut(sheet, image, level) };
}

/**
 * A level's picture, as the sheet has it.
 *
 * The host enlarges previews, which mixes the outer half of a cell's outermost pixels with the next
 * level's: what lies just inside of that stands in for it.
 * @returns {HTMLCanvasElement}
 */
function cut(sheet, image, level) {
  const { left, top, width, height } = cellOf(sheet, level);
  const [wide, tall] = [image.naturalWidth, image.naturalHeight];
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(wide * width));
  canvas.height = Math.max(1, Math.round(tall * height));
  const context = canvas.getContext("2d", { alpha: false });
  const rim = 0.5 / Math.max(1, Math.floor(Math.min(sheet.width, sheet.height) / sheet.columns));
  const across = bands(wide * left, wide * width, canvas.width, rim);
  const down = bands(tall * top, tall * height, canvas.height, rim);
  for (const [y, high, to, rows] of down) {
    for (const [x, broad, at, columns] of across) {
      context.drawImage(image, x, y, broad, high, at, to, columns, rows);
    }
  }
  return canvas;
}

/**
 * One axis of a cell in three bands, its middle and the rims that are drawn from the middle's ends:
 * where each begins on the sheet and how much it is, then the same in the level's pixels.
 *
 * @param {number} start of the cell, in the sheet's pixels
 * @param {number} size of it
 * @param {number} count the level's pixels
 * @param {number} rim how much of the cell it is
 */
export function bands(start, size, count, rim) {
  const edge = Math.ceil(count * rim - 1e-9);
  const inner = count - 2 * edge;
  if (inner < 2) return [[start, size, 0, count]];
  const pixel = size / count;
  const [first, last] = [start + edge * pixel, start + size - edge * pixel];
  return [
    [first, pixel / 2, 0, edge],
    [first, inner * pixel, edge, inner],
    [last - pixel / 2, pixel / 2, count - edge, edge],
  ];
}
