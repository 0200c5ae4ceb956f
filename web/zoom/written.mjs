/**
 * Which levels somebody wrote, and which were put between them; zoomstack/scene/written.py.
 *
 * @import { Depth } from "./depth.mjs"
 * @import { Geometry } from "./geometry.mjs"
 */

import { logarithms } from "./depth.mjs";
import { below } from "./geometry.mjs";

/** How many steps there are from one level that somebody wrote to the next. @param {Geometry} of */
export const stepsOf = ({ zooms, bridges = [] }) => zooms.length - bridges.filter(Boolean).length;

/** How many levels that somebody wrote are wider than `level`. @param {Geometry} geometry */
export const lineNumber = ({ bridges }, level) =>
  bridges?.length ? bridges.slice(0, level).filter((mark) => !mark).length : level;

/**
 * The level that most of the picture shows, of those that somebody wrote.
 * @param {Geometry} geometry  @param {Depth} depth
 */
export function nearestLine(geometry, { level, offset }) {
  const { zooms, bridges } = geometry;
  if (!bridges?.some(Boolean)) return offset > 0.5 ? below(geometry, level) : level;
  let [wider, deeper] = [level, level + 1];
  while (bridges[wider]) wider--;
  while (bridges[deeper]) deeper++;
  if (wider >= zooms.length) return wider;
  const logs = logarithms(zooms);
  const at = logs[level] + (offset ? offset * Math.log(zooms[level]) : 0);
  const share = (at - logs[wider]) / (logs[deeper] - logs[wider]);
  return share > 0.5 ? below(geometry, deeper - 1) : wider;
}
