/**
 * Time between frames, and coarser pictures while a slow machine moves: a still one is always
 * drawn at the screen's own pixels.
 */

/** Seconds that a frame may take, and pixels of a coarse picture along each side, as a share. */
const SLOW = 0.045;
const COARSEST = 0.25;
/** A step of the camera is never longer than this, however long the last frame took. */
const LONGEST = 0.25;

export class Pace {
  constructor() {
    this.factor = 1;
    this.rest();
  }

  /** Seconds since the last frame. @param {number} now in milliseconds */
  tick(now) {
    const dt = this.last === null ? 1 / 60 : (now - this.last) / 1000;
    this.slow = dt > SLOW ? this.slow + 1 : 0;
    // One slow frame is an accident. The time goes with the number of pixels.
    if (this.slow > 1) {
      this.factor = Math.max(COARSEST, this.factor * Math.max(0.5, Math.sqrt(SLOW / dt)));
    }
    this.last = now;
    return Math.min(dt, LONGEST);
  }

  /** The pixels to draw along each side, as a share of the screen's. */
  scale(moving) {
    return moving ? this.factor : 1;
  }

  /** Nothing moves any more. */
  rest() {
    this.last = null;
    this.slow = 0;
  }
}
