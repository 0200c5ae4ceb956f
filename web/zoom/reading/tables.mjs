/**
 * Tables in Markdown, or with tabs or commas between their cells.
 */

import { options, rung } from "./brackets.mjs";
import { count, folded, matchAt, strip, trim } from "./letters.mjs";
import { POWER, TIMES, numberOf, scaleOf } from "./scales.mjs";
import { PROMPT_NAMES, tidied } from "./tidy.mjs";

/** @typedef {import("./letters.mjs").Line} Line */
/** @typedef {import("./scales.mjs").Scale} Scale */

const BAR = /^\|? *:?-+:? *(?:\| *:?-+:? *)*\|?$/u;
const TAB = " ".repeat(4); // as lines have it
const QUOTED = / *"([^"]*)" */uy;
const CELL = /(?:[^|\\]|\\.|\\$)*/uy;
const PROMPT = new RegExp(`^(?:${PROMPT_NAMES})s?$`, "u");
const ROW = /^\|.*\|$/u;
const TIMES_NAME = /^(?:[a-z]+[ _])?(?:magnification|zoom|times|vergrößerung)(?:[ _].*)?$/u;
const SIZE_NAME =
  /^(?:[a-z]+[ _])?(?:scale|power|width|size|field of view|fov|maßstab|échelle|escala|scala)(?:[ _].*)?$/u;
const FACTOR = /^(?:p|factor|zoom factor|step factor)$/u;
const INDEX =
  /^(?:#|no\.?|nr\.?|level|step|view|index|ebene|stufe|niveau|nivel|livello|nível|уровень|Уровень|级别|層級|层级|序号|レベル|레벨|단계)$/u;
const UNIT = /\(([^()]{1,20})\)/u;
const OPTIONS = ["focus", "cfg", "seed", "weight", "steps"];
const OTHERS = ["title", "name", "subject", "notes", "note", "id"];
const OWN = ["p", "factor", "zoom factor", "step factor", ...OPTIONS];

/**
 * A table's levels with the numbers of their lines, the lines around it, and the names of the columns
 * that are left out.
 * @typedef {object} Table
 * @property {import("./brackets.mjs").Rung[]} rungs
 * @property {number[]} numbers
 * @property {Scale[][]} scales
 * @property {Line[]} before
 * @property {Line[]} after
 * @property {string[]} left
 */

/**
 * The table of a text; null where there is none.
 *
 * @param {Line[]} lines
 * @returns {Table | null}
 */
export function tableIn(lines) {
  for (const [at, { text }] of lines.entries()) {
    if (at && text.includes("|") && count(text) < 2000 && BAR.test(text)) {
      return table(lines, at - 1, at + 1);
    }
  }
  const filled = lines.flatMap((line, index) => (line.text ? [index] : []));
  if (filled.length < 3) return null;
  if (filled.every((index) => ROW.test(lines[index].text))) {
    return table(lines, filled[0], filled[0] + 1);
  }
  for (const sign of [TAB, ","]) {
    if (filled.every((index) => lines[index].text.includes(sign))) {
      return separated(lines, filled[0], sign);
    }
  }
  return null;
}

/** A table whose head says so. @param {Line[]} lines @param {number} head @param {string} sign */
function separated(lines, head, sign) {
  const names = lines[head].text.split(sign).map((cell) => folded(trim(cell)));
  if (!names.some((name) => PROMPT.test(name)) || !names.every(isKnown)) return null;
  const rows = lines.map((line) => ({ ...line, text: barred(line.text, sign) }));
  return table(rows, head, head + 1);
}

/** Whether a name is that of a column: a prompt may hold commas as well. @param {string} name */
function isKnown(name) {
  if (OWN.includes(name) || OTHERS.includes(name)) return true;
  return [PROMPT, INDEX, TIMES_NAME, SIZE_NAME].some((pattern) => pattern.test(name));
}

/**
 * A line with bars between its cells: those in quotation marks may hold commas.
 *
 * @param {string} text
 * @param {string} sign
 */
function barred(text, sign) {
  const cells = [];
  for (let at = 0; at <= text.length;) {
    const quoted = matchAt(QUOTED, text, at);
    let end = quoted ? at + quoted[0].length : -1;
    let cell = quoted?.[1];
    if (!quoted || !(end === text.length || text.startsWith(sign, end))) {
      const found = text.indexOf(sign, at);
      end = found < 0 ? text.length : found;
      cell = text.slice(at, end);
    }
    cells.push(cell.replaceAll("|", "\\|"));
    at = end + sign.length;
  }
  return cells.join("|");
}

/** @param {Line[]} lines @param {number} head @param {number} first @returns {Table | null} */
function table(lines, head, first) {
  const names = cellsOf(lines[head].text).map((cell) => folded(tidied(cell)));
  let end = first;
  const all = [];
  for (; end < lines.length && lines[end].text.includes("|"); end++) {
    const cells = cellsOf(lines[end].text).map(strip);
    if (!cells.some(Boolean) || BAR.test(lines[end].text)) continue;
    const full = [...cells, ...names.map(() => "")].slice(0, Math.max(names.length, 1));
    all.push({ number: lines[end].number, cells: full });
  }
  const prompts = promptColumn(names, all.map((row) => row.cells));
  const rows = all.filter((row) => prompts !== null && row.cells[prompts]);
  if (prompts === null || rows.length < 2) return null;
  const columns = [...names.keys()].filter((index) => index !== prompts);
  const kinds = names.map((name, index) =>
    index === prompts ? "" : kindOf(name, rows.map((row) => row.cells[index])),
  );
  return {
    rungs: rows.map((row) => rungOf(row.number, names, row.cells, prompts)),
    numbers: rows.map(({ number }) => number),
    scales: rows.map(({ cells }) =>
      columns.map((index) => scaleIn(kinds[index], cells[index])).filter(Boolean),
    ),
    before: lines.slice(0, head).filter((line) => line.text),
    after: lines.slice(end).filter((line) => line.text),
    left: columns
      .filter((index) => !kinds[index] && !OWN.includes(names[index]) && !INDEX.test(names[index]))
      .map((index) => names[index])
      .filter(Boolean),
  };
}

/** @param {string} line */
function cellsOf(line) {
  let bare = line.startsWith("|") ? line.slice(1) : line;
  if (bare.endsWith("|") && !bare.endsWith("\\|")) bare = bare.slice(0, -1);
  const cells = [];
  for (let at = 0; at <= bare.length;) {
    const end = at + (matchAt(CELL, bare, at)?.[0].length ?? bare.length - at);
    cells.push(trim(bare.slice(at, end).replaceAll("\\|", "|")));
    at = end + 1;
  }
  return cells;
}

/**
 * The column that holds prompts: by its name, else the one with the most words.
 *
 * @param {string[]} names
 * @param {string[][]} rows
 * @returns {number | null}
 */
function promptColumn(names, rows) {
  for (const name of PROMPT_NAMES.split("|")) {
    const found = names.findIndex(
      (each, index) =>
        (each === name || each === `${name}s`) && !rows.every((row) => numberOf(row[index])),
    );
    if (found >= 0) return found;
  }
  const like = names.findIndex((each) => /prompt|descri|what you see|visual/u.test(each));
  if (like >= 0) return like;
  const lengths = names.map((_, index) => rows.reduce((sum, row) => sum + count(row[index]), 0));
  return lengths.some(Boolean) ? lengths.indexOf(Math.max(...lengths)) : null;
}

/** What a column's numbers are, if they are sizes. @param {string} name @param {string[]} cells */
function kindOf(name, cells) {
  if (OWN.includes(name)) return "";
  const scales = cells.filter((cell) => scaleOf(tidied(cell)));
  if (scales.length >= Math.max(2, cells.length - 1)) return "said";
  if (INDEX.test(name) || !cells.every((cell) => numberOf(cell))) return "";
  const unit = UNIT.exec(name);
  if (unit && scaleOf(`1 ${unit[1]}`)) return `unit ${unit[1]}`;
  if (TIMES_NAME.test(name)) return TIMES;
  return SIZE_NAME.test(name) ? POWER : "";
}

/** @param {string} kind @param {string} cell @returns {Scale | null} */
function scaleIn(kind, cell) {
  if (!kind) return null;
  const said = scaleOf(tidied(cell));
  if (kind === "said" || (said && said.kind !== POWER)) return said;
  const value = numberOf(cell);
  if (value === null) return null;
  if (!kind.startsWith("unit ")) return { kind, value, end: 0 };
  const one = scaleOf(`1 ${kind.slice(5)}`);
  return one && { kind: one.kind, value: value * one.value, end: 0 };
}

/** @param {number} number @param {string[]} names @param {string[]} cells @param {number} prompts */
function rungOf(number, names, cells, prompts) {
  let zoom = null;
  const said = [];
  for (const [index, name] of names.entries()) {
    const cell = tidied(cells[index]);
    if (FACTOR.test(name)) zoom = numberOf(cell);
    else if (OPTIONS.includes(name) && cell) {
      said.push(`${name}=${trim(cell.replaceAll(" ", ""), "()")}`);
    }
  }
  const { focus, settings } = options(number, 1, said.join(" "));
  return rung(tidied(cells[prompts]), zoom && zoom > 1 ? zoom : null, focus, settings);
}
