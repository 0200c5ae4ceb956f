/**
 * What a page knows of a stack before any picture has come; zoomstack/export/manifest.py writes it.
 *
 * @import { Geometry } from "../zoom/geometry.mjs"
 * @typedef {object} Manifest
 * @property {"zoomstack"} format
 * @property {number} version
 * @property {number} width pixels of a level
 * @property {number} height
 * @property {number[]} zooms of level i + 1 over level i, each over 1
 * @property {[number, number][]} focus the centre of level i + 1 in level i, from 0 to 1
 * @property {true} [closed] of a ring: its last zoom and focus lead from the last level to level 0
 * @property {boolean[]} [bridges] a mark a level, true for one that was put between two
 * @property {string[]} prompts one a level, or none
 * @property {(number | null)[]} agreement of neighbours in dB, one a pair or none; null where no
 *   pixel shows it, and 100 where they agree exactly
 * @property {number | null} metres how wide the widest view is, where that is known
 * @property {string[]} files a picture a level: names beside the manifest, or data URIs
 * @property {{file: string, columns: number, width: number, height: number} | null} thumbnails
 *   one sheet of all levels, row by row, in cells of width x height pixels
 * @property {string[]} notes what the reader should know about the stack
 * @property {import("./branches.mjs").Branch[]} [branches] of a tree, whose trunk all this is
 */

export const VERSION = 1;

const numbers = (list, count, good) =>
  Array.isArray(list) && list.length === count && list.every(good);
const inUnit = (value) => Number.isFinite(value) && value >= 0 && value <= 1;
const text = (value) => typeof value === "string";

/**
 * The manifest, once it is known to be one. Throws an Error that says what is wrong with it.
 * @returns {Manifest}
 */
export function checked(manifest) {
  const wrong = fault(manifest);
  if (wrong) throw new Error(`This is no zoom that can be shown: ${wrong}`);
  return manifest;
}

/** What is wrong with a manifest; "" for a good one. */
function fault(m) {
  if (m?.format !== "zoomstack") return "it is not a zoom stack's manifest.";
  if (!(m.version >= 1 && m.version <= VERSION)) {
    return `it is version ${m.version} and this viewer reads up to ${VERSION}; update ZoomStack.`;
  }
  const levels = m.files?.length;
  if (!numbers(m.files, levels, text) || !levels) return "it lists no pictures.";
  if (!(m.width >= 1 && m.height >= 1)) return `its levels are ${m.width} x ${m.height} pixels.`;
  if (m.closed && levels < 2) return "a closed zoom needs 2 levels.";
  const steps = m.closed ? levels : levels - 1;
  if (!numbers(m.zooms, steps, (zoom) => Number.isFinite(zoom) && zoom > 1)) {
    return `${levels} levels need ${steps} zoom factors over 1.`;
  }
  if (!numbers(m.focus, steps, (point) => numbers(point, 2, inUnit))) {
    return `${levels} levels need ${steps} focus points between 0 and 1.`;
  }
  const optional = [0, levels];
  if (!optional.includes(m.prompts?.length) || !m.prompts.every(text)) {
    return `${levels} levels need ${levels} prompts, or none.`;
  }
  const marks = m.bridges;
  if (marks && !(numbers(marks, levels, (mark) => typeof mark === "boolean") && !marks[0])) {
    return `${levels} levels need ${levels} marks of bridges, the first of them false, or none.`;
  }
  return "";
}

/** @returns {Geometry} */
export const geometryOf = ({ width, height, zooms, focus, closed, bridges }) => ({
  width, height, zooms, focus, ...(closed && { closed }), ...(bridges && { bridges }),
}); // prettier-ignore

/** A level's prompt, or its number where it has none. */
export const titleOf = ({ prompts }, level) => prompts[level] || `level ${level}`;

/**
 * A level's picture. Throws an Error that names the file.
 * @param {(file: string) => string} locate the address of a file
 */
export async function picture(manifest, locate, level, signal) {
  const file = manifest.files[level];
  const name = file.startsWith("data:") ? "its picture in this page" : file;
  const answer = await fetch(locate(file), { signal }).catch(() => null);
  if (signal?.aborted) throw new Error("No longer needed.");
  if (!answer?.ok) throw new Error(`${name} is not there any more`);
  const options = { colorSpaceConversion: "none", premultiplyAlpha: "none" };
  const bitmap = await createImageBitmap(await answer.blob(), options).catch(() => null);
  if (!bitmap) throw new Error(`${name} is broken`);
  if (bitmap.width !== manifest.width || bitmap.height !== manifest.height) {
    const [got, want] = [bitmap, manifest].map(({ width, height }) => `${width} x ${height}`);
    throw new Error(`${name} is ${got} pixels, not ${want}`);
  }
  return bitmap;
}
