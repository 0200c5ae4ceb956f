/**
 * Time to zoom: which depth each moment of a film looks from; zoomstack/film/path.py and
 * ways.py in JavaScript.
 *
 * The magnification is p^t along the whole path, whatever the zoom factors of its levels.
 */

import { rise } from "./smooth.mjs";

const RAMP = 0.15;

const smooth = (u) =>
  u > 0.5 ? 1 - smooth(1 - u) : (u < RAMP ? (u * u) / (2 * RAMP) : u - RAMP / 2) / (1 - RAMP);

/** How the speed changes over the whole way: share of the time to share of the way. */
export const EASINGS = {
  linear: (u) => u,
  smooth,
  "ease-in": (u) => u * u,
  "ease-out": (u) => u * (2 - u),
  "ease-in-out": rise,
};

const TRIPS = ["in-out", "out-in"];

/** The last two are those of a ring. */
export const DIRECTIONS = ["in", "out", ...TRIPS, "loop", "loop-out"];

/** The share of the way in, or of a turn, after `share`, 0 to 1, of a movement's time. */
export function wayOf(share, direction, easing = "linear") {
  const there = TRIPS.includes(direction) ? 1 - Math.abs(1 - 2 * share) : share;
  const way = EASINGS[easing](there);
  return ["out", "out-in", "loop-out"].includes(direction) ? 1 - way : way;
}
