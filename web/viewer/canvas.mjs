/**
 * Frames by a 2D canvas, for browsers without WebGL2: the same layers and soft edges, drawn with
 * the browser's own scaling, which is a little softer than the film's.
 *
 * @import { Layer } from "../zoom/layers.mjs"
 * @import { Picture } from "./scene.mjs"
 */

import { covered, softEdge } from "../zoom/layers.mjs";
import { size } from "../zoom/span.mjs";

/** Draws layers of one stack on a canvas; the same methods as WebGLRenderer. */
export class CanvasRenderer {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.kind = "canvas";
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.pictures = new Map();
    this.sheet = document.createElement("canvas").getContext("2d");
    this.mask = document.createElement("canvas").getContext("2d");
  }

  has(level) {
    return this.pictures.has(level);
  }

  /** Take a level's picture, of any size, in place of the one it has. @param {Picture} picture */
  add(level, picture) {
    this.pictures.set(level, picture);
  }

  drop(level) {
    this.pictures.delete(level);
  }

  /** Draw a frame. @param {Layer[]} layers widest first; their pictures have been added */
  draw(layers) {
    const { canvas, context } = this;
    context.fillStyle = "#000";
    context.fillRect(0, 0, canvas.width, canvas.height);
    layers.forEach((layer, i) => {
      if (i === 0) this.#paint(context, layer);
      else this.#lay(layer);
    });
  }

  dispose() {
    this.pictures.clear();
  }

  #lay(layer) {
    const { canvas, context, sheet } = this;
    const y = covered(layer.rows, canvas.height);
    const x = covered(layer.columns, canvas.width);
    const [width, height] = [x.stop - x.start, y.stop - y.start];
    if (layer.share === 0 || width < 1 || height < 1) return;
    if (sheet.canvas.width !== canvas.width) sheet.canvas.width = canvas.width;
    if (sheet.canvas.height !== canvas.height) sheet.canvas.height = canvas.height;
    sheet.globalCompositeOperation = "copy";
    this.#paint(sheet, layer);
    sheet.globalCompositeOperation = "destination-in";
    this.#fade(softEdge(layer.columns, x, canvas.width), [1, 0], [x.start, y.start, width, height]);
    this.#fade(softEdge(layer.rows, y, canvas.height), [0, 1], [x.start, y.start, width, height]);
    context.globalAlpha = layer.share;
    const box = [x.start, y.start, width, height];
    context.drawImage(sheet.canvas, ...box, ...box);
    context.globalAlpha = 1;
  }

  /** Draw a whole level where it lies in the frame. */
  #paint(context, { level, rows, columns }) {
    const { canvas } = this;
    const [width, height] = [canvas.width / size(columns), canvas.height / size(rows)];
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(
      this.pictures.get(level), -columns.first * width, -rows.first * height, width, height,
    ); // prettier-ignore
  }

  /** Multiply the sheet by weights along one axis. */
  #fade(weights, [across, down], box) {
    const { mask, sheet } = this;
    const [width, height] = [across ? weights.length : 1, down ? weights.length : 1];
    const strip = new ImageData(width, height);
    weights.forEach((weight, k) => (strip.data[4 * k + 3] = Math.round(weight * 255)));
    Object.assign(mask.canvas, { width, height });
    mask.putImageData(strip, 0, 0);
    sheet.imageSmoothingEnabled = false;
    sheet.drawImage(mask.canvas, 0, 0, width, height, ...box);
  }
}
