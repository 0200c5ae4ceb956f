/**
 * Levels when they are needed: those near the camera come first and far ones go again, so that
 * 500 levels take no more memory than a dozen.
 */

import { depthIn } from "../zoom/depth.mjs";

/** Decoded pictures, in bytes, that one stack may hold. */
const MEMORY = 256 * 2 ** 20;
const FEWEST = 6;
const MOST = 48;
const AT_ONCE = 4;

/** How many levels of width x height pixels are kept at a time. */
export const roomFor = ({ width, height }) =>
  Math.min(MOST, Math.max(FEWEST, Math.floor(MEMORY / (4 * width * height))));

/** The levels to have at hand, the most needed first; of a ring too. @returns {number[]} */
export function wanted(level, deepest, most, inwards = true, closed = false) {
  const order = [level];
  const ahead = inwards ? 1 : -1;
  // Two ahead for each behind: the camera mostly goes on as it went.
  for (let step = 1; order.length < most + 2 && step <= deepest + 1; step++) {
    order.push(level + ahead * (2 * step - 1), level + ahead * 2 * step, level - ahead * step);
  }
  // The one below is part of every frame, whichever way the camera goes.
  order.splice(1, 0, level + 1);
  const all = closed ? order.map((one) => depthIn(deepest + 1, one).level) : order;
  return [...new Set(all)].filter((one) => one >= 0 && one <= deepest).slice(0, most);
}

export class Loader {
  /**
   * @param {object} options
   * @param {number} options.levels how many there are
   * @param {number} options.most how many to hold
   * @param {boolean} [options.closed] whether the last leads to the first
   * @param {(level: number, signal: AbortSignal) => Promise<ImageBitmap>} options.load
   * @param {(level: number, picture: ImageBitmap) => void} options.onReady
   * @param {(level: number) => void} options.onDrop
   * @param {(level: number, error: Error) => void} options.onError
   */
  constructor({ levels, most, closed = false, load, onReady, onDrop, onError }) {
    Object.assign(this, { deepest: levels - 1, most, closed, load, onReady, onDrop, onError });
    this.held = new Map();
    /** Those of the held that stand in for others, which are to come. @type {Set<number>} */
    this.stale = new Set();
    /** What has come for those: all change at once, for a frame shows several. */
    this.arrived = new Map();
    this.broken = new Set();
    this.coming = new Map();
    this.order = [];
  }

  /** Have the levels around the camera's at hand. */
  look(level, inwards = true) {
    this.order = wanted(level, this.deepest, this.most, inwards, this.closed);
    const keep = new Set(this.order);
    for (const [far, abort] of this.coming) if (!keep.has(far)) abort.abort();
    for (const far of [...this.held.keys()].filter((one) => !keep.has(one))) this.#drop(far);
    this.#change();
    this.#next();
  }

  /**
   * Other pictures from now on: those at hand `stay` until these have come, or go at once; the first
   * `shared` levels' are the same.
   */
  renew({ levels, most, closed = false, load }, stay, shared = 0) {
    const others = (found) => [...found.keys()].filter((level) => level >= shared);
    for (const level of others(this.coming)) {
      this.coming.get(level).abort();
      this.coming.delete(level);
    }
    for (const level of others(this.broken)) this.broken.delete(level);
    for (const level of others(this.arrived)) {
      this.arrived.get(level).close?.();
      this.arrived.delete(level);
    }
    Object.assign(this, { deepest: levels - 1, most, closed, load, order: [] });
    for (const level of others(this.held)) {
      if (stay && level < levels) this.stale.add(level);
      else this.#drop(level);
    }
  }

  /** Whether a level has its own picture, or will never have one. */
  has(level) {
    return (this.held.has(level) && !this.stale.has(level)) || this.broken.has(level);
  }

  /** Whether nothing that is wanted is still to come. */
  get settled() {
    return this.order.every((level) => this.has(level));
  }

  /** Every picture again, for a renderer that has lost them. */
  again() {
    for (const [level, picture] of this.held) this.onReady(level, picture);
  }

  dispose() {
    this.order = [];
    for (const abort of this.coming.values()) abort.abort();
    for (const level of [...this.held.keys()]) this.#drop(level);
  }

  #next() {
    for (const level of this.order) {
      if (this.coming.size >= AT_ONCE) return;
      const known = this.has(level) || this.coming.has(level) || this.arrived.has(level);
      if (!known) this.#fetch(level);
    }
  }

  async #fetch(level) {
    const abort = new AbortController();
    this.coming.set(level, abort);
    try {
      const picture = await this.load(level, abort.signal);
      if (abort.signal.aborted) picture.close?.();
      else if (this.stale.has(level)) this.arrived.set(level, picture);
      else this.#hold(level, picture);
    } catch (error) {
      if (!abort.signal.aborted) {
        this.broken.add(level);
        this.onError(level, error);
      }
    } finally {
      if (this.coming.get(level) === abort) this.coming.delete(level);
      this.#change();
      this.#next();
    }
  }

  /** Show what has come, where nothing is left that it has to wait for. */
  #change() {
    const waits = (level) =>
      this.stale.has(level) && !this.arrived.has(level) && !this.broken.has(level);
    if (this.order.some(waits)) return;
    for (const [level, picture] of this.arrived) this.#hold(level, picture);
    this.arrived.clear();
  }

  #hold(level, picture) {
    const before = this.held.get(level);
    this.held.set(level, picture);
    this.stale.delete(level);
    this.onReady(level, picture);
    before?.close?.();
  }

  #drop(level) {
    this.arrived.get(level)?.close?.();
    this.arrived.delete(level);
    this.onDrop(level);
    this.held.get(level).close?.();
    this.held.delete(level);
    this.stale.delete(level);
  }
}
