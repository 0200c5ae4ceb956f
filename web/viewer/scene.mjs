/**
 * One stack on one canvas: its pictures as they come, and the frame at a depth.
 *
 * @import { Depth } from "../zoom/depth.mjs"
 * @import { Manifest } from "./manifest.mjs"
 * @import { Point } from "../zoom/camera.mjs"
 * @typedef {object} Source
 * @property {Manifest} manifest
 * @property {(file: string) => string} locate the address of one of the manifest's files
 * @property {(level: number, signal: AbortSignal) => Promise<Picture>} [picture] a level's, where it
 *   is in none of the files
 * @typedef {ImageBitmap | HTMLCanvasElement} Picture
 */

import { fill } from "../page/words.mjs";
import { Camera } from "../zoom/camera.mjs";
import { below } from "../zoom/geometry.mjs";
import { cropped, layersOf } from "../zoom/layers.mjs";
import { Loader, roomFor } from "./loader.mjs";
import { checked, geometryOf, picture } from "./manifest.mjs";
import { makeRenderer } from "./renderer.mjs";

export class Scene {
  /**
   * @param {Source} source
   * @param {object} options
   * @param {"best" | "canvas"} options.kind of renderer
   * @param {() => void} options.onChange a picture has come: draw again
   * @param {(text: string) => void} options.onTrouble something that the reader should know
   * @param {import("../page/words.mjs").Words} options.words
   */
  constructor(source, { kind = "best", onChange, onTrouble, words }) {
    this.#know(source);
    this.onChange = onChange;
    this.element = document.createElement("div");
    this.element.className = "scene";
    this.#make(kind);
    this.loader = new Loader({
      ...needsOf(source),
      onReady: (level, got) => {
        this.renderer.add(level, got);
        onChange();
      },
      onDrop: (level) => this.renderer.drop(level),
      onError: (level, { message }) =>
        onTrouble(fill(words.viewBroken, { level, why: message })),
    });
  }

  /**
   * Show another stack from now on. Where its levels lie as they did, the pictures at hand stay
   * until its own have come.
   * @param {Source} source
   * @param {number} shared how many of its levels, from the widest on, are those on show
   */
  take(source, shared = 0) {
    const before = placesOf(this.geometry);
    this.#know(source);
    this.loader.renew(needsOf(source), placesOf(this.geometry) === before, shared);
  }

  get canvas() {
    return this.renderer.canvas;
  }

  /** Whether all pictures that a frame here needs, or will ever get, are at hand. */
  ready({ level, offset }) {
    return this.loader.has(level) && (offset === 0 || this.loader.has(below(this.geometry, level)));
  }

  resize(width, height) {
    if (this.canvas.width === width && this.canvas.height === height) return;
    Object.assign(this.canvas, { width, height });
  }

  /** Draw the frame at a depth. @param {Depth} depth  @param {Point} pan */
  draw(depth, pan, inwards) {
    this.loader.look(depth.level, inwards);
    this.renderer.draw(this.layers(depth, pan));
  }

  /** The layers of the frame at a depth that are at hand. */
  layers(depth, pan) {
    const { canvas, geometry } = this;
    const view = cropped(this.camera.view(depth, pan), geometry, canvas.width, canvas.height);
    return layersOf(geometry, depth, view, (level) => this.renderer.has(level));
  }

  dispose() {
    this.loader.dispose();
    this.renderer.dispose();
  }

  /** @param {Source} source */
  #know({ manifest }) {
    this.manifest = checked(manifest);
    this.geometry = geometryOf(manifest);
    this.camera = new Camera(this.geometry);
  }

  #make(kind) {
    const { width, height } = this.renderer?.canvas ?? { width: 1, height: 1 };
    this.renderer = makeRenderer(kind, () => {
      // A disposed scene gives its context back by itself; a live one has had it taken.
      if (!this.element.isConnected) return;
      this.#make("canvas");
      this.loader.again();
      this.onChange();
    });
    Object.assign(this.canvas, { width, height });
    this.element.replaceChildren(this.canvas);
  }
}

/** What a loader must know of a stack. @param {Source} source */
function needsOf({ manifest, locate, picture: load }) {
  return {
    levels: manifest.files.length,
    most: roomFor(manifest),
    closed: Boolean(manifest.closed),
    load: load ?? ((level, signal) => picture(manifest, locate, level, signal)),
  };
}

/** Where the levels lie in each other, as text. */
const placesOf = ({ zooms, focus, closed }) => JSON.stringify([zooms, focus, closed]);
