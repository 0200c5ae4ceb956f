/**
 * Where the names of nested frames are written: in a corner of each frame, over no other's name.
 *
 * @typedef {{left: number, top: number, width: number, height: number}} Box in pixels
 */

export const HEIGHT = 16; // of a name, in pixels

/** The corners of a frame in the order in which they are tried. */
const CORNERS = [
  { right: false, below: false }, { right: true, below: false },
  { right: false, below: true }, { right: true, below: true },
]; // prettier-ignore

/**
 * A corner for each name, null where none is free in the picture or the name is wider than its
 * frame.
 *
 * @param {Box[]} frames widest first
 * @param {number[]} widths of their names, in pixels
 * @param {{width: number, height: number}} picture
 * @returns {({right: boolean, below: boolean} | null)[]}
 */
export function corners(frames, widths, picture) {
  /** @type {Box[]} */
  const taken = [];
  return frames.map((frame, i) => {
    if (widths[i] > frame.width || HEIGHT > frame.height) return null;
    for (const corner of CORNERS) {
      const place = placed(frame, widths[i], corner);
      if (!within(place, picture) || taken.some((other) => overlap(place, other))) continue;
      taken.push(place);
      return corner;
    }
    return null;
  });
}

function placed({ left, top, width, height }, wide, { right, below }) {
  return {
    left: right ? left + width - wide : left,
    top: below ? top + height - HEIGHT : top,
    width: wide,
    height: HEIGHT,
  };
}

const within = ({ left, top, width, height }, picture) =>
  left >= 0 && top >= 0 && left + width <= picture.width && top + height <= picture.height;

const overlap = (a, b) =>
  a.left < b.left + b.width && b.left < a.left + a.width &&
  a.top < b.top + b.height && b.top < a.top + a.height; // prettier-ignore
