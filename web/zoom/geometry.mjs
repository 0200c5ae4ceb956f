/**
 * Where each level of a zoom sits inside the one above it; zoomstack/geometry.py in JavaScript.
 *
 * A *span* is one axis of a view in a level's frame, which is [0, 1]: its first and last edge.
 *
 * @typedef {{first: number, last: number}} Span
 * @typedef {{zoom: number, left: number}} Placement one axis of a child's frame: its edge `left`
 *   in its parent's frame, and how many times wider the parent's view is
 * @typedef {{width: number, height: number, zooms: number[], focus: [number, number][]}} Geometry
 *   the frames of `zooms.length + 1` levels of width x height pixels, widest first
 */

/** What rounding may add to an edge that touches a border. */
export const SLACK = 1e-9;
/** Frames are floating point: an edge this close to a pixel's, in pixels, touches it. */
export const TOUCH = 1e-6;

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

/** The same view, from the child's frame into its parent's. @returns {Span} */
export const fromChild = (span, { zoom, left }) => ({
  first: left + span.first / zoom,
  last: left + span.last / zoom,
});

/** The same view, from the parent's frame into the child's. @returns {Span} */
export const toChild = (span, { zoom, left }) => ({
  first: (span.first - left) * zoom,
  last: (span.last - left) * zoom,
});

/**
 * How level `parent + 1` sits in level `parent`.
 * @returns {{rows: Placement, columns: Placement}}
 */
export function placement({ zooms, focus }, parent) {
  const zoom = zooms[parent];
  const [x, y] = focus[parent];
  return { rows: { zoom, left: y - 0.5 / zoom }, columns: { zoom, left: x - 0.5 / zoom } };
}
