/**
 * Levels in JSON: arrays of texts or objects, under any name and however deep.
 */

import { LadderError, PLAIN, options, rung } from "../brackets.mjs";
import { folded, strip, trim } from "../letters.mjs";
import { POWER, TIMES, scaleOf } from "../scales.mjs";
import { tidied } from "../tidy.mjs";
import { Pairs, Word } from "./loose.mjs";

/** @typedef {import("./loose.mjs").Value} Value */
/** @typedef {import("../scales.mjs").Scale} Scale */

export const LISTS = (
  "levels ladder prompts rungs rows views steps stages scenes items frames zoomlevels zoom zooms " +
  "data results output answer layers scales captions descriptions"
).split(" ");
const PROMPTS = (
  "prompt imageprompt visualprompt positiveprompt positive text description visualdescription " +
  "caption visual content view scene image whatyousee yousee shows beschreibung bildbeschreibung " +
  "descripción descrição descrizione описание Описание промпт Промпт 提示词 提示詞 画面描述 描述 " +
  "プロンプト 説明 프롬프트 설명 subject title name label"
).split(" ");
const FACTORS = ["p", "factor", "zoomfactor"];
const TOTALS = (
  "magnification total totalmagnification totalzoom cumulativemagnification cumulativezoom scale " +
  "power size width viewwidth fieldofview fov widthm maßstab vergrößerung échelle escala scala " +
  "масштаб Масштаб 倍率 尺度 比例 배율"
).split(" ");
const SETTINGS = ["cfg", "seed", "weight", "steps"];
const NO_PROMPT = [...TOTALS, ...FACTORS, "level", "index", "id", "focus", "steps"];
const NUMBER = /^[+-]?[0-9]{1,40}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,2})?$/;

/**
 * A level: its rung as far as it says so itself, and what is said of its size; `zoomed` where that
 * is its zoom, which is a factor where the first level has none.
 * @typedef {{rung: import("../brackets.mjs").Rung, scales: Scale[], zoomed: boolean}} Entry
 */

/** @param {unknown} value */
const isDeep = (value) => Array.isArray(value) || value instanceof Pairs;

/**
 * The levels that a value holds; none where it holds something else as well.
 *
 * @param {Value} value
 * @returns {Entry[]}
 */
export function entriesOf(value) {
  if (Array.isArray(value)) {
    const inner = value.length === 1 && isDeep(value[0]) ? entriesOf(value[0]) : [];
    if (inner.length > 1) return inner;
    const found = value.map(entryOf);
    return found.every(Boolean) ? asFactors(found) : [];
  }
  if (!(value instanceof Pairs)) return [];
  const named = value.items.map(([key, item]) => ({ key: plain(key), item }));
  for (const name of LISTS) {
    for (const { key, item } of named) {
      const entries = key === name && isDeep(item) ? entriesOf(item) : [];
      if (entries.length) return withFactor(entries, named);
    }
  }
  const numbered = named.filter(({ key }) => /[0-9]$/.test(key) && !scaleOf(key));
  if (numbered.length > 1) {
    const entries = magnified(entriesOf(numbered.map(({ item }) => item)), named);
    if (entries.length) return withFactor(entries, named);
  }
  const one = entryOf(value);
  if (one) return [one];
  const items = named.map(({ item }) => item);
  if (items.length > 1 && items.every((item) => typeof item === "string")) {
    const sizes = value.items.map(([key]) => scaleOf(key));
    return entriesOf(items).map((entry, index) =>
      sizes[index] ? { ...entry, scales: [sizes[index]] } : entry,
    );
  }
  const deeper = items.filter(isDeep).map(entriesOf);
  const best = deeper.reduce((most, each) => (each.length > most.length ? each : most), []);
  if (best.length > 1) return best;
  return items.length > 1 ? entriesOf(items) : best;
}

/** @param {Entry[]} entries */
function asFactors(entries) {
  const sized = entries.filter((entry) => entry.scales.length);
  if (entries[0]?.scales.length || !sized.every((entry) => entry.zoomed)) return entries;
  return entries.map((entry) =>
    entry.scales.length ? zoomed(entry, entry.scales[0].value) : entry,
  );
}

/** @param {Entry} entry @param {number} zoom @returns {Entry} */
function zoomed(entry, zoom) {
  return { rung: { ...entry.rung, zoom }, scales: [], zoomed: false };
}

/** Whether a key is that of a prompt. @param {string} key */
export function isPrompt(key) {
  return PROMPTS.includes(plain(key));
}

/**
 * Keys such as 1, 10, 100 are the magnifications of levels that say none.
 *
 * @param {Entry[]} entries
 * @param {{key: string}[]} named
 * @returns {Entry[]}
 */
function magnified(entries, named) {
  if (!named.every(({ key }) => /^[0-9]{1,12}$/.test(key))) return entries;
  const totals = named.map(({ key }) => Number(key));
  const rising = totals.slice(1).every((total, index) => total >= 2 * totals[index]);
  const few = entries.length !== totals.length || totals.length < 3;
  if (few || totals[0] !== 1 || !rising) return entries;
  if (entries.some(({ rung: { zoom }, scales }) => scales.length || zoom)) return entries;
  return entries.map((entry, index) => ({
    ...entry,
    scales: [{ kind: TIMES, value: totals[index], end: 0 }],
  }));
}

/** A factor beside the levels is that of all which give no other. @param {Entry[]} entries */
function withFactor(entries, named) {
  const beside = named.find(({ key }) => FACTORS.includes(key));
  const factor = beside ? numberIn(beside.item) : null;
  if (factor === null || factor <= 1) return entries;
  if (entries.some((entry) => entry.scales.length || entry.rung.zoom)) return entries;
  return [entries[0], ...entries.slice(1).map((entry) => zoomed(entry, factor))];
}

/** @param {Value} value @returns {Entry | null} */
function entryOf(value) {
  if (typeof value === "string") return strip(value) ? entry(rung(line(value))) : null;
  if (Array.isArray(value)) return tuple(value);
  if (!(value instanceof Pairs)) return null;
  const named = value.items.map(([key, item]) => ({ key: plain(key), item }));
  const texts = named.filter(({ item }) => typeof item === "string");
  const name = PROMPTS.find((each) => texts.some(({ key }) => key === each));
  const others = texts.filter(({ key }) => !NO_PROMPT.includes(key));
  if (!name && others.length !== 1) return null;
  const { item: prompt } = name ? texts.find(({ key }) => key === name) : others[0];
  let zoom = null;
  let focus = null;
  let isZoom = false;
  const scales = [];
  for (const { key, item } of named) {
    const number = numberIn(item);
    if (FACTORS.includes(key) && number !== null) zoom = number;
    else if (key === "zoom" || TOTALS.includes(key)) {
      scales.push(...scalesIn(key, item));
      isZoom = key === "zoom" && scales.length === 1;
    } else if (["focus", "center", "centre"].includes(key)) focus = pointIn(item);
  }
  return entry(rung(line(prompt), zoom, focus, settingsIn(named)), scales, isZoom);
}

/** @returns {Entry} */
function entry(one, scales = [], isZoom = false) {
  return { rung: one, scales, zoomed: isZoom };
}

/** The settings that make sense: a "weight" may be something else altogether. */
function settingsIn(named) {
  let settings = PLAIN;
  for (const { key, item } of named) {
    if (!SETTINGS.includes(key)) continue;
    const parts = Array.isArray(item) ? item : [item];
    const text = parts.map(said).join("-").replaceAll(" ", "");
    try {
      const own = options(0, 0, `${key}=${text}`).settings;
      settings = { ...settings, [key]: own[key] };
    } catch (error) {
      if (!(error instanceof LadderError)) throw error;
    }
  }
  return settings;
}

/** [prompt, factor, focus], of which only the first must be there. @param {Value[]} value */
function tuple(value) {
  const [prompt, ...others] = value;
  if (others.length < 1 || others.length > 2 || typeof prompt !== "string") return null;
  if (others.some((item) => typeof item === "string")) return null;
  const [point] = others.filter(Array.isArray).map(pointIn);
  return entry(rung(line(prompt), numberIn(others[0]), point ?? null));
}

/** @param {string} key @param {Value} item @returns {Scale[]} */
function scalesIn(key, item) {
  const found = scaleOf(said(item));
  if (found) return [found];
  const value = numberIn(item);
  if (value === null || !(value > 0 && value < 1e300)) return [];
  return [{ kind: /zoom|magnif|total/.test(key) ? TIMES : POWER, value, end: 0 }];
}

/** @param {Value} item @returns {number | null} */
function numberIn(item) {
  const text = trim(said(item).replace(/^ *[x×]|[x×] *$/g, ""));
  return NUMBER.test(text) ? Number(text) : null;
}

/** A text, or a number as it is written; nothing of anything else. @param {Value} item */
function said(item) {
  if (item instanceof Word) return item.text;
  return typeof item === "string" ? item : "";
}

/** @param {Value} item a pair, {x, y} or "0.4,0.6" @returns {[number, number] | null} */
function pointIn(item) {
  let parts = Array.isArray(item) ? item : [];
  if (typeof item === "string") parts = item.split(",");
  if (item instanceof Pairs) {
    const known = new Map(item.items);
    parts = ["x", "y"].map((name) => known.get(name));
  }
  const [x = null, y = null] = parts.map(numberIn);
  return parts.length === 2 && x !== null && y !== null ? [x, y] : null;
}

/** @param {string} key */
function plain(key) {
  return folded(key).replace(/[^a-z0-9\u0080-\u{10ffff}]/gu, "");
}

/** @param {string} text */
function line(text) {
  return tidied(text.replace(/[ \n\r\v\f\x1c-\x1e\x85\u2028\u2029]+/g, " "));
}
