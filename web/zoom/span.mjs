/**
 * What a view sees of a level, one axis at a time; zoomstack/scene/span.py in JavaScript.
 *
 * A *span* is one axis of a view in a level's frame, which is [0, 1]: its first and last edge.
 *
 * @import { Placement } from "./geometry.mjs"
 * @typedef {{first: number, last: number}} Span
 */

/** Views are computed in floating point: one that reaches this far beyond a frame is inside. */
export const SLACK = 1e-9;

/** The span of a whole frame. */
export const WHOLE = Object.freeze({ first: 0, last: 1 });

export const size = (span) => span.last - span.first;

export const inside = (span) => span.first >= -SLACK && span.last <= 1 + SLACK;

/** The middle `share` of a view. @returns {Span} */
export function middle(span, share) {
  const margin = (size(span) * (1 - share)) / 2;
  return { first: span.first + margin, last: span.last - margin };
}

/** The same view moved by `shift`, in the frame's own width. @returns {Span} */
export const moved = (span, shift) => ({ first: span.first + shift, last: span.last + shift });

/**
 * The same view, from the child's frame into its parent's.
 * @param {Span} span  @param {Placement} placement  @returns {Span}
 */
export const fromChild = (span, { zoom, left }) => ({
  first: left + span.first / zoom,
  last: left + span.last / zoom,
});

/** The same view, from the parent's frame into the child's. @returns {Span} */
export const toChild = (span, { zoom, left }) => ({
  first: (span.first - left) * zoom,
  last: (span.last - left) * zoom,
});
