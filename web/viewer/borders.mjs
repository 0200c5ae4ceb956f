/**
 * The overlay: where the frames of the levels lie in the picture, and how well each agrees with
 * the one above it.
 *
 * @import { Scene } from "./scene.mjs"
 */

import { element } from "../page/elements.mjs";
import { fill } from "../page/words.mjs";
import { TURNS } from "../zoom/course.mjs";
import { below, placement, ringOf } from "../zoom/geometry.mjs";
import { cropped } from "../zoom/layers.mjs";
import { fromChild, inside, size, toChild } from "../zoom/span.mjs";
import { corners } from "./labels.mjs";

const MOST = 12;
/** Frames smaller than this share of the picture are not drawn. */
const SMALLEST = 0.04;
/** dB from which on a pair agrees as well as 8 bits a colour can say. */
const EXACT = 60;
const POOR = 25;
/** How wide a letter of a name is, in pixels, and what lies around its letters. */
const LETTER = 5.8;
const AROUND = 14;

export class Borders {
  /** @param {import("../page/words.mjs").Words} words */
  constructor(words) {
    this.words = words;
    this.element = element("div", { class: "borders", hidden: true });
    this.boxes = [];
  }

  get shown() {
    return !this.element.hidden;
  }

  toggle() {
    this.element.hidden = !this.element.hidden;
  }

  /** Draw the frames that a depth shows. @param {Scene} scene */
  show(scene, depth, pan) {
    if (!this.shown) return;
    const frames = framesIn(scene, depth, pan);
    while (this.boxes.length < frames.length) this.boxes.push(this.#box());
    const names = frames.map(({ level }) => {
      return nameOf(level, scene.manifest.agreement.at(level - 1), this.words);
    });
    const { clientWidth: width, clientHeight: height } = this.element;
    const places = corners(
      frames.map((frame) => ({
        left: frame.left * width, top: frame.top * height,
        width: frame.width * width, height: frame.height * height,
      })), // prettier-ignore
      names.map(({ text }) => text.length * LETTER + AROUND),
      { width, height },
    );
    this.boxes.forEach((box, i) => {
      if (frames[i]) lay(box, frames[i], names[i], places[i]);
      else box.element.hidden = true;
    });
  }

  #box() {
    const label = element("span");
    const made = element("div", { class: "border" }, label);
    this.element.append(made);
    return { element: made, label };
  }
}

/** The deepest level that fills the picture, and what of it is seen. @param {Scene} scene */
export function filling({ geometry, camera, canvas }, depth, pan) {
  let { rows, columns } = cropped(camera.view(depth, pan), geometry, canvas.width, canvas.height);
  const { length } = geometry.zooms;
  let wider = depth.level + TURNS * ringOf(geometry);
  let { level } = depth;
  while (wider > 0 && !(inside(rows) && inside(columns))) {
    level = --wider % length;
    const place = placement(geometry, level);
    [rows, columns] = [fromChild(rows, place.rows), fromChild(columns, place.columns)];
  }
  return { level, rows, columns };
}

/** The levels whose border lies in the picture, with their place in it, widest first. */
export function framesIn(scene, depth, pan) {
  const { geometry } = scene;
  const { length } = geometry.zooms;
  let { level, rows, columns } = filling(scene, depth, pan);
  const frames = [];
  while (level < length && frames.length < MOST) {
    const place = placement(geometry, level);
    level = below(geometry, level);
    [rows, columns] = [toChild(rows, place.rows), toChild(columns, place.columns)];
    if (1 / size(columns) < SMALLEST) break;
    frames.push({
      level,
      left: -columns.first / size(columns), top: -rows.first / size(rows),
      width: 1 / size(columns), height: 1 / size(rows),
    }); // prettier-ignore
  }
  return frames;
}

/** @param {number | null | undefined} pair how well the level agrees with the one above, in dB */
function nameOf(level, pair, words) {
  const known = typeof pair === "number";
  const { viewLevel, viewAgrees, viewAgreesTo } = words;
  const sentence = pair >= EXACT ? viewAgrees : viewAgreesTo;
  const text = fill(known ? sentence : viewLevel, { level, decibels: pair?.toFixed(1) });
  return { text, poor: known && pair < POOR };
}

function lay({ element: box, label }, frame, { text, poor }, corner) {
  box.hidden = false;
  for (const name of ["left", "top", "width", "height"]) {
    box.style[name] = `${frame[name] * 100}%`;
  }
  box.classList.toggle("poor", poor);
  label.hidden = corner === null;
  label.textContent = text;
  label.dataset.right = String(corner?.right ?? false);
  label.dataset.below = String(corner?.below ?? false);
}
