/**
 * One axis of the camera's course through the levels; the maths of zoomstack/film/course.py.
 *
 * On a pure zoom the centre is linear in the width of the view, and its slope is the screen's
 * still point, the *focus of expansion*. The course is a curve in the width whose slope is
 * continuous where the levels meet, though their focus differs. The course of a ring is periodic.
 *
 * @typedef {{zoom: number, start: number, mean: number, end: number}} Drift one axis between two
 *   levels: the focus of expansion, from the screen's middle, goes from `start` to `end` with a
 *   mean of `mean` over the shrinking width, and rests at both ends
 * @typedef {{before: number, after: number}} Room how far the widest level reaches beyond a
 *   level's frame, in that frame
 */

import { clamp } from "./numbers.mjs";
import { SLACK } from "./span.mjs";

/** A ring has no widest level: so many turns out is as far as anybody looks. */
export const TURNS = 8;

const CHECKS = 33;
const FAR = 1e9;

/** The view's centre in the wider level's frame, `offset` levels below it. */
export function centre({ zoom, start, mean, end }, offset) {
  const whole = -Math.expm1(-Math.log(zoom));
  const g = -Math.expm1(-Math.log(zoom) * offset) / whole;
  // The integrals of smoothstep and of g^2 (1 - g)^2, which is 1/30 over the whole way.
  const step = g ** 3 - g ** 4 / 2;
  const bump = g ** 3 / 3 - g ** 4 / 2 + g ** 5 / 5;
  const correction = 30 * (mean - (start + end) / 2);
  return 0.5 + whole * (start * g + (end - start) * step + correction * bump);
}

/** The room around every level, the deepest included. @returns {Room[]} */
export function rooms(zooms, focus, closed = false) {
  const found = [{ before: 0, after: 0 }];
  for (let level = 0; level < zooms.length * (closed ? TURNS + 1 : 1); level++) {
    const { before, after } = found.at(-1);
    const [zoom, at] = [zooms, focus].map((each) => each[level % zooms.length]);
    found.push({
      before: Math.min(FAR, Math.max(0, (before + at) * zoom - 0.5)),
      after: Math.min(FAR, Math.max(0, (after + 1 - at) * zoom - 0.5)),
    });
  }
  return closed ? found.slice(TURNS * zooms.length, -1) : found;
}

/** The whole course, bent no more than the borders in `room` allow. @returns {Drift[]} */
export function course(zooms, focus, room, closed = false) {
  const strict = new Set();
  for (;;) {
    const drifts = bend(zooms, focus, strict, closed);
    const leaving = drifts.flatMap((drift, level) =>
      !strict.has(level) && leaves(drift, room[level]) ? [level] : [],
    );
    if (!leaving.length) return drifts;
    for (const level of leaving) strict.add(level);
  }
}

/**
 * The course whose focus of expansion at each level is the mean of those on either side, held to
 * the room there is to the screen's border; by the `strict` levels always. A ring's last level and
 * its first are neighbours like any others.
 */
function bend(zooms, focus, strict, closed) {
  if (!zooms.length) return [];
  const means = zooms.map((zoom, i) => (focus[i] - 0.5) / (1 - 1 / zoom));
  const slack = means.map((mean) => Math.max(0, 0.5 - Math.abs(mean)));
  const held = (value, i) => clamp(value, means[i] - slack[i], means[i] + slack[i]);

  const knot = (above, below) => {
    const pair = [above, below];
    const low = Math.max(...pair.map((i) => means[i] - slack[i]));
    const high = Math.min(...pair.map((i) => means[i] + slack[i]));
    const mean = (means[above] + means[below]) / 2;
    let value = low <= high ? clamp(mean, low, high) : (low + high) / 2;
    for (const level of [below, above]) if (strict.has(level)) value = held(value, level);
    return value;
  };
  const last = means.length - 1;
  const knots = means.slice(1).map((_, above) => knot(above, above + 1));
  if (closed) {
    const seam = knot(last, 0);
    knots.unshift(seam);
    knots.push(seam);
  } else {
    knots.unshift(held(2 * means[0] - (knots[0] ?? means[0]), 0));
    knots.push(held(2 * means[last] - (knots.length > 1 ? knots.at(-1) : means[0]), last));
  }
  return zooms.map((zoom, i) => ({ zoom, start: knots[i], mean: means[i], end: knots[i + 1] }));
}

/** Whether the view, on its way, reaches beyond a frame with that room around it. */
function leaves(drift, { before, after }) {
  for (let check = 1; check < CHECKS; check++) {
    const offset = check / CHECKS;
    const half = drift.zoom ** -offset / 2;
    const at = centre(drift, offset);
    if (at - half < -before - SLACK || at + half > 1 + after + SLACK) return true;
  }
  return false;
}
