/**
 * How the camera moves by itself: playing along the path, gliding to a level, following the wheel.
 *
 * `step(dt)` moves the camera and says whether anything still moves; the viewer calls it before
 * each frame, and no frames are made while all is still.
 *
 * @import { Depth } from "../zoom/depth.mjs"
 * @import { Camera, Point } from "../zoom/camera.mjs"
 */

import { STRAIGHT } from "../zoom/camera.mjs";
import {
  between, deeper, depthIn, depthOfShare, logarithms, nearest, shareOfDepth, travel,
} from "../zoom/depth.mjs";
import { levelsOf, ringOf } from "../zoom/geometry.mjs";
import { stepsOf } from "../zoom/written.mjs";
import { EASINGS, wayOf } from "../zoom/path.mjs";
import { size } from "../zoom/span.mjs";

export const SECONDS_PER_LEVEL = 2;
export const SPEEDS = [0.25, 0.5, 1, 2, 4];
export const WAYS = ["in", "out", "in-out"];

/** Seconds after which about two thirds of a turn of the wheel, or of a pan, are made up for. */
const FOLLOW = 0.07;
const STRAIGHTEN = 0.5;
const STILL = 1e-4;
/** How far into a level the camera may be that turns into another stack there. */
const DEEPEST = 0.99;

export class Motion {
  /** @param {Camera} camera */
  constructor(camera) {
    this.#follows(camera);
    /** @type {Depth} */
    this.depth = depthIn(this.ring, 0);
    /** @type {Point} */
    this.pan = STRAIGHT;
    this.playing = false;
    this.way = "in";
    this.speed = 1;
    this.inwards = true;
    this.pending = { log: 0, at: { x: 0.5, y: 0.5 } };
    this.glide = null;
    this.time = 0;
  }

  /** Go on in another stack: at the same depth, or at its deepest level. @param {Camera} camera */
  take(camera) {
    const before = String([this.zooms, this.ring]);
    this.#follows(camera);
    if (String([this.zooms, this.ring]) === before) return;
    this.#take();
    this.pending.log = 0;
    const { level, offset } = this.depth;
    const deepest = levelsOf(camera.geometry) - 1;
    const beyond = level > deepest || (level === deepest && !this.ring);
    this.depth = beyond ? depthIn(this.ring, deepest) : depthIn(this.ring, level, offset);
    this.pan = camera.held(this.depth, this.pan);
  }

  /**
   * Turn into another stack that is the same down to level `shared`, in place; from deeper on, there.
   * @param {Camera} camera  @param {number} shared
   */
  turnInto(camera, shared) {
    const { depth, pan, zooms, camera: before } = this;
    this.#take();
    this.pending.log = 0;
    this.#follows(camera);
    if (depth.level > shared || depth.level >= this.zooms.length) {
      this.depth = depthIn(this.ring, Math.min(shared, this.zooms.length));
      this.pan = STRAIGHT;
      return;
    }
    // The same view: as far magnified, about the same point of the level.
    const { level, offset } = depth;
    const part = offset ? (offset * Math.log(zooms[level])) / Math.log(this.zooms[level]) : 0;
    this.depth = depthIn(this.ring, level, Math.min(part, DEEPEST));
    const [seen, straight] = [before.view(depth, pan), camera.view(this.depth)];
    const [x, y] = ["columns", "rows"].map((axis) => {
      const middle = ({ first, last }) => (first + last) / 2;
      return (middle(seen[axis]) - middle(straight[axis])) / size(straight[axis]);
    });
    this.pan = camera.held(this.depth, { x, y });
  }

  /** The logarithm of the magnification over the widest view; in a ring over its first turn's. */
  get log() {
    const { turn = 0 } = this.depth;
    return (shareOfDepth(this.zooms, this.depth, this.logs) + turn) * this.logs.at(-1);
  }

  /** Zoom by `log` about a point of the screen, (0, 0) to (1, 1); `at once` or softly. */
  zoomBy(log, at = { x: 0.5, y: 0.5 }, atOnce = false) {
    this.#take();
    if (atOnce) this.#zoom(log, at);
    else this.pending = { log: this.pending.log + log, at };
  }

  /** Move the view by shares of the screen. */
  panBy(x, y) {
    this.#take();
    this.pan = this.camera.held(this.depth, { x: this.pan.x + x, y: this.pan.y + y });
  }

  /** Whether a whole level is on show, from edge to edge, and stays so. */
  get isWhole() {
    const { x, y } = this.pan;
    const still = !this.glide && !this.playing && this.pending.log === 0;
    return still && this.depth.offset === 0 && x === 0 && y === 0;
  }

  /** Be at a depth, on the course; in a ring, where it lies nearest. */
  jumpTo(depth) {
    this.#take();
    this.#turn(this.#near(depth));
    this.pan = STRAIGHT;
  }

  /** Glide to a depth and onto the course; in a ring, the shorter way. */
  glideTo(depth, seconds = 0.6) {
    this.#take();
    const to = this.#near(depth);
    const log = between(this.zooms, this.depth, to);
    this.glide = { from: this.depth, pan: this.pan, to, log, seconds, time: 0 };
  }

  play() {
    this.glide = null;
    this.pending.log = 0;
    this.playing = true;
    const share = shareOfDepth(this.zooms, this.depth, this.logs);
    const start = { in: share, out: 1 - share, "in-out": (this.inwards ? share : 2 - share) / 2 };
    this.time = start[this.way];
    this.turn = this.depth.turn ?? 0;
    // At the end of the way it begins again.
    if (this.way !== "in-out" && this.time > 1 - 1e-6) this.time = 0;
  }

  pause() {
    this.playing = false;
  }

  /** Turn to another way; one that is playing goes on from where it is. */
  head(way) {
    this.way = way;
    if (this.playing) this.play();
  }

  /** Move on by `dt` seconds. @returns {boolean} whether there is more to come */
  step(dt) {
    if (this.glide) this.#glide(dt);
    else if (this.playing) this.#play(dt);
    else this.#follow(dt);
    return Boolean(this.glide) || this.playing || this.pending.log !== 0;
  }

  #follows(camera) {
    this.camera = camera;
    this.zooms = camera.geometry.zooms;
    this.ring = ringOf(camera.geometry);
    this.logs = logarithms(this.zooms);
  }

  #near(depth) {
    return this.ring ? nearest(this.zooms, this.depth, depth) : depth;
  }

  #travel(from, log) {
    return travel(this.zooms, from, log, Boolean(this.ring));
  }

  #glide(dt) {
    const { from, pan, to, log, seconds } = this.glide;
    this.glide.time += dt;
    const share = Math.min(1, this.glide.time / seconds);
    const way = EASINGS["ease-in-out"](share);
    this.#turn(share === 1 ? to : this.#travel(from, log * way));
    this.pan = this.camera.held(this.depth, { x: pan.x * (1 - way), y: pan.y * (1 - way) });
    if (share === 1) this.glide = null;
  }

  #play(dt) {
    const loops = this.way === "in-out";
    const levels = Math.max(1, stepsOf(this.camera.geometry)) * (loops ? 2 : 1);
    const step = (dt * this.speed) / (SECONDS_PER_LEVEL * levels);
    const endless = this.ring > 0 && !loops;
    this.time += step;
    if (loops) this.time %= 1;
    const share = Math.min(1, this.time);
    const log = (this.way === "in" ? step : -step) * this.logs.at(-1);
    this.#turn(endless ? this.#travel(this.depth, log) : this.#at(wayOf(share, this.way)));
    const less = Math.exp(-dt / STRAIGHTEN);
    this.pan = this.camera.held(this.depth, { x: this.pan.x * less, y: this.pan.y * less });
    if (share === 1 && !loops && !endless) this.playing = false;
  }

  /** The depth at a share of the whole way, of a ring in the turn in which it began to play. */
  #at(share) {
    const { turn = 0, ...depth } = depthOfShare(this.zooms, share, this.logs, this.ring > 0);
    return this.ring ? { ...depth, turn: turn + this.turn } : depth;
  }

  #follow(dt) {
    const { log, at } = this.pending;
    if (!log) return;
    const part = Math.abs(log) < STILL ? log : log * (1 - Math.exp(-dt / FOLLOW));
    this.pending.log -= part;
    const before = this.depth;
    this.#zoom(part, at);
    // At either end of the stack nothing is left to follow.
    if (deeper(before, this.depth) === 0) this.pending.log = 0;
  }

  #zoom(log, at) {
    const to = this.#travel(this.depth, log);
    const pan = this.camera.anchored(this.depth, this.pan, to, at);
    this.#turn(to);
    this.pan = pan;
  }

  #turn(depth) {
    const way = deeper(this.depth, depth);
    if (way) this.inwards = way > 0;
    this.depth = depth;
  }

  /** The reader takes the camera: what it did by itself ends. */
  #take() {
    this.playing = false;
    this.glide = null;
  }
}
