/** Levels in code fences: all in one, or each in its own. */

import { leftOut, plain } from "./plain.mjs";
import { listedIn, structured } from "./shapes.mjs";

/** What stands in the fence with the most lines. */
export function fenced(lines, fences) {
  if (!fences.length) return null;
  const filled = (each) => each.lines.filter((line) => line.text).length;
  const fence = fences.reduce((most, each) => (filled(each) > filled(most) ? each : most));
  const found = structured(fence.lines) ?? { rungs: plain(fence.lines), notes: [] };
  if (!found.rungs.length) return null;
  const around = [...lines.slice(0, fence.start), ...lines.slice(fence.stop)];
  const others = around.filter((line) => !isFence(line.text));
  const notes = [...leftOut(others, fence.lines[0].number), ...found.notes];
  return { rungs: found.rungs, notes };
}

/** Fences with one line each are the prompts of a list, or the list itself. */
export function fencesApart(lines, fences) {
  const filled = fences.flatMap((fence) => fence.lines.filter((line) => line.text));
  const single = fences.every((fence) => fence.lines.filter((line) => line.text).length === 1);
  if (fences.length < 2 || !single) return null;
  const bare = lines.map((line) => (isFence(line.text) ? { ...line, text: "" } : line));
  const listed = listedIn(bare);
  if (listed?.rungs.length === fences.length) return listed;
  const inside = filled.map((line) => line.number);
  const around = bare.filter((line) => line.text && !inside.includes(line.number));
  return { rungs: plain(filled), notes: leftOut(around, inside[0]) };
}

/** @param {string} text */
function isFence(text) {
  return text.startsWith("```") || text.startsWith("~~~");
}
