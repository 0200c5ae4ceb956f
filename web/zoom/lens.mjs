/**
 * Any part of a picture at any size: the axis matrices of zoomstack/linear/lens.py.
 *
 * Lanczos' kernel of three lobes, widened where the picture shrinks so that nothing aliases. One
 * axis is a handful of weights for each pixel; both renderers' frames go through it, or aim at it.
 *
 * @import { Span } from "./span.mjs"
 * @typedef {{taps: number, first: Int32Array, weights: Float32Array}} Axis for pixel k the weights
 *   `weights[k * taps ...]` of the source pixels from `first[k]` on; they sum to 1, and those of
 *   pixels beyond the picture are 0
 */

import { size } from "./span.mjs";

const LOBES = 3;

/** The axis of a frame's pixels `start` to `stop`, of `count` that show `span` of a level. */
export function axisOf(span, { start, stop }, count, pixels) {
  const step = (size(span) * pixels) / count;
  return axis(stop - start, pixels, span.first * pixels + start * step, step);
}

/**
 * `count` pixels, `step` source pixels each, from `start` on, of an axis of `pixels` pixels.
 * Pixel k of the source covers [k, k + 1).
 * @returns {Axis}
 */
export function axis(count, pixels, start, step) {
  const scale = Math.max(step, 1);
  const taps = Math.ceil(2 * LOBES * scale);
  const first = new Int32Array(count);
  const weights = new Float32Array(count * taps);
  const row = new Float64Array(taps);
  for (let k = 0; k < count; k++) {
    const middle = start + (k + 0.5) * step;
    first[k] = Math.ceil(middle - LOBES * scale - 0.5);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const source = first[k] + tap;
      const known = source >= 0 && source < pixels;
      row[tap] = known ? lanczos((source + 0.5 - middle) / scale) : 0;
      sum += row[tap];
    }
    for (let tap = 0; tap < taps; tap++) weights[k * taps + tap] = row[tap] / sum;
  }
  return { taps, first, weights };
}

function lanczos(t) {
  if (t === 0) return 1;
  if (Math.abs(t) >= LOBES) return 0;
  const x = Math.PI * t;
  return (LOBES * Math.sin(x) * Math.sin(x / LOBES)) / (x * x);
}
