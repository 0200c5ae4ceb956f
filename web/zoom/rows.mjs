/**
 * Changes to ladder text, a row at a time. Every one leaves the lines that it does not touch as
 * they are: comments, blank lines, odd spacing and line breaks belong to whoever typed them.
 */

import { typed } from "./numbers.mjs";
import { LadderError, PLAIN, bracketsOf, parseRung, rung } from "./reading/brackets.mjs";
import { splitLines, strip } from "./reading/letters.mjs";
import { isLevel } from "./reading/plain.mjs";
import { AS_IT_IS, read as readText } from "./reading/read.mjs";

/** @typedef {import("./reading/brackets.mjs").Rung} Rung */
/** @typedef {import("./reading/brackets.mjs").Settings} Settings */

/**
 * A line of the text. A draft is a row that has no prompt yet: a blank line to every other reader.
 * @typedef {{text: string, end: string, draft?: boolean}} Line
 */

/**
 * A row of the editor: what its line says, or why nobody can tell.
 * @typedef {Rung & {line: number, why: string | null}} Row
 */

/**
 * What a row can be changed in; of settings those that are named.
 * @typedef {Partial<Omit<Rung, "settings"> & {settings: Partial<Settings>}>} Change
 */

/**
 * The lines of a ladder. Of an answer of a language model they are those that say the same, a level
 * a line; one that does not parse is its own lines, whose rows say why.
 *
 * @param {string} text
 * @param {boolean} [loop] whether the first row lies in the last one
 * @returns {Line[]}
 */
export function read(text, loop = false) {
  try {
    const { rungs, answer } = readText(text);
    if (answer) return asTyped(insertRows([], 0, rungs, loop));
  } catch (error) {
    if (!(error instanceof LadderError)) throw error;
  }
  return splitLines(text);
}

/**
 * Lines that are read as they are: where rows look like an answer, a comment says that they are none.
 *
 * @param {Line[]} lines
 * @returns {Line[]}
 */
export function asTyped(lines) {
  return stands(lines) ? lines : [{ text: AS_IT_IS, end: "\n" }, ...lines];
}

/** Whether rows are read as they stand: no answer, and nothing that an answer alone is refused for. */
function stands(lines) {
  try {
    return !readText(write(lines)).answer;
  } catch (error) {
    if (!(error instanceof LadderError)) throw error;
    return rowsOf(lines).some(({ why }) => why !== null);
  }
}

/** Whether a text is read as an answer, and not a level a line. @param {string} text */
export function isAnswer(text) {
  try {
    return readText(text).answer;
  } catch (error) {
    if (!(error instanceof LadderError)) throw error;
    return false;
  }
}

/** @param {Line[]} lines @returns {string} */
export function write(lines) {
  return lines.map((line) => line.text + line.end).join("");
}

/** @param {Line[]} lines @returns {Row[]} */
export function rowsOf(lines) {
  return lines.flatMap((line, index) => {
    if (!line.draft && !isLevel(line.text)) return [];
    try {
      return [{ ...parseRung(index + 1, strip(line.text)), line: index, why: null }];
    } catch (error) {
      return [{ ...rung(strip(line.text)), line: index, why: error.message }];
    }
  });
}

/**
 * A row with some of its parts changed; null takes a zoom or a focus away, and what is plain a
 * setting.
 *
 * @param {Line[]} lines
 * @param {number} row
 * @param {Change} change
 * @returns {Line[]}
 */
export function setRow(lines, row, change) {
  const { line, why } = rowsOf(lines)[row];
  // Of a line that nobody understood, all was shown as its prompt: all is replaced.
  const text = withParts(why && "prompt" in change ? "" : lines[line].text, change);
  // A row that lost its prompt stays a row for as long as somebody is writing it.
  return lines.with(line, { text, end: lines[line].end, draft: !isLevel(text) });
}

/**
 * New rows before row `at`, or after the last one. They stand right below the row before them, so
 * that a comment stays with the row that it introduces.
 *
 * @param {Line[]} lines
 * @param {number} at from 0 to the number of rows
 * @param {Partial<Rung>[]} rungs
 * @param {boolean} [loop] whether the first row lies in the last one
 * @returns {Line[]}
 */
export function insertRows(lines, at, rungs, loop = false) {
  const rows = rowsOf(lines);
  const fresh = rungs.map((rung) => {
    const text = withParts("", rung);
    return { text, draft: !isLevel(text) };
  });
  const place = at > 0 ? rows[at - 1].line + 1 : (rows[0]?.line ?? lines.length);
  const former = rows.length > 0 && at === 0 ? fresh.length : -1;
  return settled(spliced(lines, place, 0, fresh), former, loop);
}

/** @param {Line[]} lines @param {number} row @param {boolean} [loop] @returns {Line[]} */
export function removeRow(lines, row, loop = false) {
  return settled(spliced(lines, rowsOf(lines)[row].line, 1, []), -1, loop);
}

/** The row once more, below itself. @param {Line[]} lines @param {number} row @returns {Line[]} */
export function duplicateRow(lines, row) {
  const { line } = rowsOf(lines)[row];
  const { text, draft } = lines[line];
  return spliced(lines, line + 1, 0, [{ text, draft }]);
}

/**
 * A row in another place.
 *
 * @param {Line[]} lines
 * @param {number} from
 * @param {number} to its number afterwards
 * @param {boolean} [loop]
 * @returns {Line[]}
 */
export function moveRow(lines, from, to, loop = false) {
  if (from === to) return lines;
  const { line } = rowsOf(lines)[from];
  const { text, draft } = lines[line];
  const rest = spliced(lines, line, 1, []);
  const rows = rowsOf(rest);
  const place = to > from ? rows[to - 1].line + 1 : rows[to].line;
  // Where the first row changes, the one that was first goes into the ladder, to 1 or to `to`.
  const former = to === 0 ? 1 : from === 0 ? to : -1;
  return settled(spliced(rest, place, 0, [{ text, draft }]), former, loop);
}

/**
 * A prompt as one line can hold it: no breaks, and no # in front, which would make it a comment.
 *
 * @param {string} text
 */
export function asPrompt(text) {
  const line = splitLines(text).map((part) => strip(part.text)).filter(Boolean).join(" ");
  return strip(line.replace(/^(?:#\s*)+/, ""));
}

/**
 * Nothing is above the first row: the brackets of a row that became first go to the one that was
 * (`former`), so that the step between the two stays as it was, or away where there is none. In a
 * loop the last row is above the first, and nothing moves.
 *
 * @param {Line[]} lines
 * @param {number} former the row that was first, or -1
 * @param {boolean} loop
 */
function settled(lines, former, loop) {
  const [first] = rowsOf(lines);
  if (loop || !first || (first.zoom === null && first.focus === null)) return lines;
  const bare = setRow(lines, 0, { zoom: null, focus: null });
  const { zoom, focus } = first;
  const heir = former > 0 ? rowsOf(bare)[former] : undefined;
  const has = heir && (heir.zoom !== null || heir.focus !== null || heir.why);
  return heir && !has ? setRow(bare, former, { zoom, focus }) : bare;
}

/**
 * @param {Line[]} lines
 * @param {number} at
 * @param {number} gone
 * @param {{text: string, draft?: boolean}[]} fresh
 */
function spliced(lines, at, gone, fresh) {
  const brk = lines.find((line) => line.end)?.end ?? "\n";
  const next = lines.toSpliced(at, gone, ...fresh.map((line) => ({ ...line, end: brk })));
  const open = lines.length > 0 && lines.at(-1).end === "";
  // Only the last line may end without a break, and it does where it did.
  return next.map((line, index) => {
    const end = index < next.length - 1 ? line.end || brk : open || !lines.length ? "" : line.end;
    return end === line.end ? line : { ...line, end };
  });
}

/** @param {string} line @param {Change} change */
function withParts(line, change) {
  const stripped = strip(line);
  const start = line.indexOf(stripped);
  const [before, after] = [line.slice(0, start), line.slice(start + stripped.length)];
  const whole = bracketsOf(stripped)?.whole ?? "";
  const rest = stripped.slice(whole.length);
  const old = strip(rest);
  const gap = rest.slice(0, rest.indexOf(old));
  const prompt = "prompt" in change ? asPrompt(change.prompt) : old;
  const brackets = withPlace(whole, change);
  return before + brackets + (brackets && prompt ? gap || " " : "") + prompt + after;
}

/** @param {string} brackets @param {Change} change */
function withPlace(brackets, change) {
  let words = brackets.replace(/^\[|\]$/g, "").split(/\s+/).filter(Boolean);
  const set = (name, value) => {
    const at = words.findIndex((word) => word.startsWith(`${name}=`));
    const others = words.filter((word) => !word.startsWith(`${name}=`));
    if (value !== null) others.splice(at < 0 ? others.length : at, 0, `${name}=${value}`);
    words = others;
  };
  const before = words.join(" ");
  if ("zoom" in change) set("p", change.zoom === null ? null : typed(change.zoom));
  if ("focus" in change) set("focus", change.focus && change.focus.map((c) => typed(c)).join(","));
  for (const [name, value] of Object.entries(change.settings ?? {})) {
    set(name, settingText(name, value));
  }
  if (words.join(" ") === before) return brackets;
  return words.length ? `[${words.join(" ")}]` : "";
}

/** A setting as brackets have it; null where it is the plain one. @param {string} name */
function settingText(name, value) {
  if (value === null || String(value) === String(PLAIN[name])) return null;
  if (name === "steps") return value.map((share) => typed(share)).join("-");
  return name === "seed" ? value : typed(value);
}
