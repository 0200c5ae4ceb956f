/**
 * What stands around an answer: the model's thinking, its channel, code fences.
 */

import { folded, matchAt, trim } from "./letters.mjs";
import { Markup } from "./markup.mjs";

/** @typedef {import("./letters.mjs").Line} Line */

const TAGS = "think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis";
const OPEN = new RegExp(`(?:<(?:${TAGS})>|◁think▷|\\[think\\])`, "uy");
const CLOSE = new RegExp(`(?:</(?:${TAGS})>|◁/think▷|\\[/think\\])`, "gu");
const FINAL = "<|channel|>final<|message|>";
const ENDS = /<\|[a-z_]{1,20}\|>|<\/s>|<(?:end_of_turn|eos)>/gu;
const FENCE = /^(`{3,}|~{3,})([^`]*)$/u;

/**
 * The answer without the thinking before it, with its lines' numbers.
 *
 * @param {Line[]} whole
 * @returns {{lines: Line[], thought: Line[], wrapped: boolean, open: boolean}} `wrapped` where
 *   something was around it, `open` where there is thinking alone
 */
export function unwrapped(whole) {
  let lines = whole;
  /** @type {Line[]} */
  let thought = [];
  let [wrapped, ended] = [false, false];
  for (let index = lines.length - 1; index >= 0; index--) {
    const low = folded(lines[index].text);
    const at = low.lastIndexOf(FINAL);
    const close = [...low.matchAll(CLOSE)].at(-1);
    if (at < 0 && !close) continue;
    const end = close ? close.index + close[0].length : at + FINAL.length;
    const rest = trim(lines[index].text.slice(end));
    thought = lines.slice(0, index + 1).filter((line) => line.text);
    lines = [{ ...lines[index], text: rest }, ...lines.slice(index + 1)];
    wrapped = true;
    break;
  }
  const kept = [];
  const markup = new Markup();
  for (const [index, line] of lines.entries()) {
    if (matchAt(OPEN, folded(line.text))) {
      thought.push(...lines.slice(index).filter((each) => each.text));
      wrapped = ended = true;
      break;
    }
    const text = line.text.includes("<") ? markup.line(line.text.replace(ENDS, "")) : line.text;
    wrapped ||= text !== line.text;
    kept.push({ ...line, text: trim(text) });
  }
  return { lines: kept, thought, wrapped, open: ended && !kept.some((line) => line.text) };
}

/**
 * The code fences of a text; one that never closes goes on to its end.
 *
 * @param {Line[]} lines
 * @returns {{lines: Line[], start: number, stop: number}[]} from which line to which each stands
 */
export function fencesIn(lines) {
  const fences = [];
  let [start, sign] = [-1, ""];
  for (const [index, line] of lines.entries()) {
    const found = FENCE.exec(line.text);
    if (!found) continue;
    if (start < 0) [start, sign] = [index, found[1]];
    else if (line.text.startsWith(sign) && !trim(found[2])) {
      fences.push({ lines: lines.slice(start + 1, index), start, stop: index + 1 });
      start = -1;
    }
  }
  if (start >= 0) fences.push({ lines: lines.slice(start + 1), start, stop: lines.length });
  return fences.filter((fence) => fence.lines.some((line) => line.text));
}
