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
 * @property {string[]} prompts one a level
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
export function manifestOf({ levels, columns, width, height, zooms, focus, prompts }, metres) {
  const file = "sheet";
  const thumbnails = { file, columns, width: (THUMBNAIL * width) / height, height: THUMBNAIL };
  return {
    format: "zoomstack", version: VERSION, width, height, zooms, focus, prompts, metres, thumbnails,
    agreement: [], files: Array(levels).fill(file), notes: [],
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

/** A level's picture, as the sheet has it. @returns {HTMLCanvasElement} */
function cut(sheet, image, level) {
  const { left, top, width, height } = cellOf(sheet, level);
  const [wide, tall] = [image.naturalWidth * width, image.naturalHeight * height];
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(wide));
  canvas.height = Math.max(1, Math.round(tall));
  const context = canvas.getContext("2d", { alpha: false });
  const [x, y] = [image.naturalWidth * left, image.naturalHeight * top];
  context.drawImage(image, x, y, wide, tall, 0, 0, canvas.width, canvas.height);
  return canvas;
}
