/** Plain lines between what a model says before and after them. */

import { leftOut, plain } from "./plain.mjs";
import { announces, asks, isClosing, isOpening } from "./sayings.mjs";

/** Plain lines behind "Here are your prompts:", or before "Let me know ...!". */
export function spoken(lines) {
  const filled = lines.filter((line) => line.text);
  const around = [];
  if (filled.length > 1 && isOpening(filled[0].text)) {
    const gap = filled[1].number > filled[0].number + 1;
    if (gap || announces(filled[0].text)) around.push(filled.shift());
  }
  const opened = around.length > 0;
  while (filled.length > 1 && isClosing(filled.at(-1).text)) {
    const apart = filled.at(-1).number > filled.at(-2).number + 1;
    if (!opened && !(apart && asks(filled.at(-1).text))) break;
    around.push(filled.pop());
  }
  const rungs = around.length ? plain(filled) : [];
  return rungs.length ? { rungs, notes: leftOut(around, filled[0].number) } : null;
}
