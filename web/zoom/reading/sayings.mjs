/**
 * What models say before and behind what they were asked for.
 */

import { count, folded, matchAt, trim, trimStart } from "./letters.mjs";

const OPENINGS = new RegExp(
  "(?:sure|certainly|of course|absolutely|okay|ok|great|got it|understood|here|here's|" +
    "here’s|below (?:is|are)|the following|following (?:is|are)|i(?:'ve|’ve|" +
    " have) (?:written|created|made|prepared)|let(?:'s|’s) |this is|these are|as requested|" +
    "voici|voilà|bien sûr|d'accord|hier (?:ist|sind|kommt|kommen)|natürlich|gerne|klar|claro|" +
    "por supuesto|aquí|ecco|certo|certamente|aqui|com certeza|вот|Вот|конечно|Конечно|当然|好的|" +
    "以下|这是|もちろん|はい)(?![a-z0-9])",
  "uy",
);
const SPOKEN = new RegExp(
  "(?:sure|certainly|of course|absolutely|okay|ok|great|got it|understood|bien sûr|" +
    "natürlich|gerne|klar|claro|por supuesto|certo|certamente|com certeza)(?: thing)? ?[!,.:]",
  "uy",
);
const ABOUT = new RegExp(
  "(?<![a-z])(?:levels?|prompts?|ladder|views?|zoom|steps?|scales?|lines?|list|sequence|" +
    "breakdown|stufen|ebenen|liste|niveaux|étapes|échelle|niveles|livelli|requested|" +
    "asked)(?![a-z])",
  "u",
);
const CLOSINGS = new RegExp(
  "(?:let me know|feel free|would you like|do you want|want me to|i hope|hope (?:this|that|" +
    "it)|enjoy|if you(?:'d|’d| would| want| need| like)|i can (?:also )?(?:adjust|add|refine|" +
    "make|turn)|each (?:level|view|line|step|prompt|description)|these (?:prompts|levels|" +
    "views|lines)|this (?:ladder|sequence|zoom|list|set|progression)|you can |all (?:levels|" +
    "prompts|views)|notes?:|tips?:|have fun|happy |good luck|sag |lass mich|wenn du|falls du|" +
    "möchtest|n'hésite|dites-moi|dis-moi|souhaite|si vous|avísame|házmelo|si quieres|" +
    "fammi sapere|дайте знать|Дайте знать|如果|希望|必要)(?![a-z])",
  "uy",
);
const ASKS =
  /(?:let me know|feel free to|would you like|do you want me|want me to|i hope this|hope this helps)(?![a-z])/uy;
const END = /[.!?:…。！？：]["'”’)*_`]*$/u;

/** Whether a line announces an answer, such as "Here are your prompts:". @param {string} text */
export function isOpening(text) {
  const low = folded(trim(text, "*# "));
  if (!low || count(low) > 400 || !matchAt(OPENINGS, low)) return false;
  if (low.endsWith(":")) return true;
  return END.test(low) && Boolean(matchAt(SPOKEN, low) || ABOUT.test(low));
}

/** Whether a line speaks to whoever asked, such as "Let me know ...!". @param {string} text */
export function isClosing(text) {
  const low = folded(trim(text, "*_# "));
  return count(low) <= 600 && Boolean(matchAt(CLOSINGS, low)) && END.test(low);
}

/** Whether a line can only be said to whoever asked. @param {string} text */
export function asks(text) {
  return isClosing(text) && matchAt(ASKS, folded(trim(text, "*_# "))) !== null;
}

/** Whether a line can only announce what follows, with nothing between. @param {string} text */
export function announces(text) {
  const low = folded(trim(text, "*# "));
  const spoken = matchAt(SPOKEN, low) !== null || ABOUT.test(low);
  return isOpening(text) && low.endsWith(":") && spoken;
}

/** Whether a line is a sentence to a reader, or announces what follows. @param {string} text */
export function isSentence(text) {
  const bare = trimStart(trim(text, "*_ "), "0123456789.()-•¡¿> ");
  if (!END.test(bare)) return false;
  const [first = ""] = bare;
  if (/[:：]$/u.test(bare) || isOpening(text)) return true;
  return first.toLowerCase() !== first || first > "\x7f";
}
