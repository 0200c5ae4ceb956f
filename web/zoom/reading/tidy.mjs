/**
 * A prompt without the type that it was set in: bold, quotation marks, "Prompt:".
 *
 * What text encoders and stock nodes read stays: (word:1.2), {a|b}, __wildcard__, embedding:name.
 */

import { folded, matchAt, strip, trimEnd } from "./letters.mjs";

export const PROMPT_NAMES =
  "image prompt|visual prompt|visual description|prompt text|prompt|text|description|caption|" +
  "what you see|what we see|what is seen|you see|visual|view|scene|image|beschreibung|bild|" +
  "description visuelle|descripción|descrizione|bildbeschreibung|descrição|описание|Описание|" +
  "промпт|Промпт|提示词|提示詞|画面描述|画面|描述|プロンプト|描写|説明|프롬프트|설명";
const FIELD = new RegExp(`(?:${PROMPT_NAMES}) ?:(?: +|(?=[^\\x00-\\x7f]))`, "uy");
const BREAK = /<br ?\/?>/gi;
const ENTITIES = {
  "&amp;": "&", "&quot;": '"', "&#39;": "'", "&apos;": "'", "&nbsp;": " ", "&lt;": "<",
  "&gt;": ">", "&ndash;": "–", "&mdash;": "—", "&times;": "×",
}; // prettier-ignore
const ENTITY = new RegExp(Object.keys(ENTITIES).join("|"), "g");
const BOLD = /\*\*([^ *](?:[^*]*[^ *])?)\*\*/gu;
const CODE = /`([^`]*)`/gu;
const SLANTED = /(^|[ (])\*([^ *](?:[^*]*[^ *])?)\*(?=$|[ .,;:!?)])/gu;
const WHOLE = /^(?:\*([^ *](?:[^*]*[^ *])?)\*|_([^ _](?:[^_]*[^ _])?)_)$/u;
const QUOTED =
  /^(?:"([^"]*)"|“([^“”]*)”|„([^„“”]*)[“”]|«([^«»]*)»|‘([^\n]*)’|'([^\n]*)'|「([^」]*)」)$/u;

/** The prompt that an entry of an answer holds, as one line. @param {string} text */
export function tidied(text) {
  let next = text.replace(BREAK, " ").replace(ENTITY, (found) => ENTITIES[found]);
  for (let before = null; before !== next;) {
    before = next;
    next = trimEnd(strip(next.replace(/ +/g, " ")).replace(/\\$/, ""), ", ");
    next = next.replace(BOLD, "$1").replace(CODE, "$1").replace(SLANTED, "$1$2");
    const whole = WHOLE.exec(next);
    next = whole ? whole[1] || whole[2] : unquoted(next);
    const named = matchAt(FIELD, folded(next));
    if (named) next = next.slice(named[0].length);
  }
  return next;
}

/** Without quotation marks around all of it, and the comma behind them. @param {string} text */
export function unquoted(text) {
  const bare = /[,;]$/.test(text) ? trimEnd(text.slice(0, -1)) : text;
  const found = QUOTED.exec(bare);
  return found ? strip(found.slice(1).find((part) => part !== undefined)) : text;
}

/** How many words. @param {string} text */
export function words(text) {
  return text.split(" ").filter(Boolean).length;
}
