/**
 * How much a level is said to show: "100x", "10^3 m", "1,000 light-years", "10⁵".
 */

import { count, folded, matchAt, trim } from "./letters.mjs";

export const [TIMES, WIDTH, POWER] = ["times", "width", "power"];

const [LIGHT_YEAR, PARSEC, UNIT] = [9.4607e15, 3.0857e16, 1.495978707e11];
const MANY_NAMES = [
  ["m meter meters metre metres metro metros mètre mètres", 1],
  ["km kilometer kilometers kilometre kilometres kilomètres", 1e3],
  ["cm centimeter centimeters centimetre centimetres zentimeter", 1e-2],
  ["dm decimeter decimeters dezimeter", 1e-1],
  ["mm millimeter millimeters millimetre millimetres millimètres", 1e-3],
  ["µm μm um micron microns micrometer micrometers micrometre micrometres mikrometer", 1e-6],
  ["nm nanometer nanometers nanometre nanometres", 1e-9],
  ["å angstrom angstroms angström ångström", 1e-10],
  ["pm picometer picometers picometre picometres", 1e-12],
  ["fm femtometer femtometers femtometre femtometres", 1e-15],
  ["mile miles mi", 1609.344],
  ["yd yard yards", 0.9144],
  ["ft foot feet", 0.3048],
  ["inch inches", 0.0254],
  ["au", UNIT],
  ["ly light-year light-years lightyear lightyears lichtjahr lichtjahre", LIGHT_YEAR],
  ["années-lumière année-lumière", LIGHT_YEAR],
  ["pc parsec parsecs", PARSEC],
  ["kpc kiloparsec kiloparsecs", PARSEC * 1e3],
  ["mpc megaparsec megaparsecs", PARSEC * 1e6],
  ["gpc gigaparsec gigaparsecs", PARSEC * 1e9],
  ["米 м メートル", 1],
  ["公里 千米 км キロ キロメートル", 1e3],
  ["厘米 см センチ", 1e-2],
  ["毫米 мм ミリ", 1e-3],
  ["微米 мкм", 1e-6],
  ["纳米 нм", 1e-9],
  ["光年", LIGHT_YEAR],
];
/** In metres, by every way to write them, small. @type {Map<string, number>} */
export const UNITS = new Map([
  ...MANY_NAMES.flatMap(([names, size]) => names.split(" ").map((name) => [name, size])),
  ["astronomical units", UNIT],
  ["astronomical unit", UNIT],
  ["light year", LIGHT_YEAR],
  ["light years", LIGHT_YEAR],
]);
const MANY = {
  thousand: 1e3, k: 1e3, million: 1e6, billion: 1e9, trillion: 1e12, 万: 1e4, 亿: 1e8, 億: 1e8,
}; // prettier-ignore
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

// A comma is that of a fraction where it cannot be that of thousands: "0,001 mm", "1,5 km".
const BARE =
  "0,[0-9]{1,24}|[0-9]{1,24},[0-9]{1,2}(?![0-9])|" +
  "[0-9]{1,3}(?:[,' ][0-9]{3}){1,8}(?![0-9])(?:\\.[0-9]{1,9})?|[0-9]{1,24}(?:\\.[0-9]{1,24})?";
const TEN =
  "10(?:\\^[{(]?([+-]?[0-9]{1,3})[)}]?|\\*\\*([+-]?[0-9]{1,3})|" + `([⁺⁻]?[${RAISED}]{1,3}))`;
const VALUE =
  `\\$?(?:(?:(${BARE}) ?[x×*·] ?)?${TEN}|` +
  `(${BARE})(?:e([+-]?[0-9]{1,3})(?![0-9a-z]))?)\\$?`;
const LEAD =
  "(?:(?:total|cumulative|overall|zoom|scale|magnification|level|width|view|field of view|fov|at|" +
  "about|approx\\.?|approximately|roughly|around|ca\\.?|circa)[ :=]{1,3}|[~≈=] ?){0,3}";
const FOLD = "(?:x|×|✕|✖|-?fold|times|倍|배)(?![a-z0-9])";
const WORDS =
  "(?: (?:zoom|magnification|magnified|total|scale|wide|across|view|field of view|in width))";
const NAMES = [...UNITS.keys()].sort((a, b) => b.length - a.length).join("|");
const SCALE = new RegExp(
  `${LEAD}([x×✕] ?)?${VALUE}(?: ?(thousand|million|billion|trillion|k(?= ?[x×])|[万亿億]))?` +
    `(?: ?(${FOLD})| ?-?(${NAMES})(?![a-z0-9]))?${WORDS}{0,3}`,
  "uy",
);
const SPLIT = /[;/|=]|, | - /u;
const FRACTION = /^(0|[0-9]+(?=,[0-9]{1,2}(?![0-9]))),/;
const NUMBER = new RegExp(`^(?:${BARE})$`, "u");

/**
 * A number with its kind: TIMES, a WIDTH in metres, or a POWER that could be either; where it ends.
 * @typedef {{kind: string, value: number, end: number}} Scale
 */

/**
 * The scale that stands at a place of a text, and where it ends.
 *
 * @param {string} text
 * @returns {Scale | null}
 */
export function scaleAt(text, at = 0) {
  const found = matchAt(SCALE, folded(text), at);
  if (!found) return null;
  const end = at + found[0].length;
  const [, before, mantissa, caret, stars, raised, number, exponent, many, after, unit] = found;
  const power = caret || stars || raised;
  let digits = "";
  if (power) digits = `${mantissa || "1"}e${lowered(power)}`;
  else {
    digits = number + (exponent ? `e${exponent}` : "");
    // "1.000x" as some languages write it.
    if (/^[0-9]{1,3}(?:\.000)+$/.test(digits) && (before || after || unit)) {
      digits = digits.replaceAll(".", "");
    }
  }
  const value = toNumber(digits) * (many ? MANY[many] : 1);
  if (!(value > 0 && value < 1e300)) return null;
  if (unit) return { kind: WIDTH, value: value * UNITS.get(unit), end };
  if (before || after) return { kind: TIMES, value, end };
  return power || exponent ? { kind: POWER, value, end } : null;
}

/**
 * The scale that a text says and nothing else, or one of its parts: "Planet, 100x".
 *
 * @param {string} text
 * @returns {Scale | null}
 */
export function scaleOf(text) {
  const whole = trim(folded(text), " .");
  if (count(whole) >= 200) return null;
  for (const each of [whole, ...whole.split(SPLIT)]) {
    const part = trim(each, " ()[]*`");
    const found = scaleAt(part);
    if (found && found.end === part.length) return found;
  }
  return null;
}

/** A bare number such as a table's: "10", "1,000", or with x. @param {string} text */
export function numberOf(text) {
  const scale = scaleOf(text);
  if (scale) return scale.value;
  const bare = trim(text);
  return NUMBER.test(bare) ? toNumber(bare) : null;
}

/** @param {string} digits */
function toNumber(digits) {
  return Number(digits.replace(FRACTION, "$1.").replace(/[,' ]/g, ""));
}

/** @param {string} power */
function lowered(power) {
  return power
    .replace("⁻", "-")
    .replace("⁺", "+")
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (sign) => String(RAISED.indexOf(sign)));
}
