/**
 * A request that one can give to a language model: its answer is a ladder.
 *
 * Its words are those of request.json, which `zoomstack/scene/request.py` reads too; what both make
 * of them is the same to the letter.
 */

/**
 * @typedef {{if?: string, text: string, rules?: Block[], code?: string[]}} Block
 * @typedef {{scene: string, blocks: Block[]}} Phrases
 */

/** @type {Promise<Phrases> | undefined} */
let kept;

/** The words, fetched once. @returns {Promise<Phrases>} */
export function requestWords() {
  kept ??= fetch(new URL("./request.json", import.meta.url)).then((answer) => answer.json());
  return kept;
}

/**
 * @param {object} wish
 * @param {string} wish.scene what the zoom goes through, or where it begins and ends
 * @param {number} wish.levels how many views, at least 2
 * @param {number} wish.factor how many times each view magnifies the one before
 * @param {string} [wish.middle] what stands in the middle
 * @param {string} [wish.style] how all views look
 * @param {boolean} [wish.picture] whether the widest view is a picture that comes with it
 * @param {Phrases} phrases
 * @returns {string}
 */
export function request({ scene, levels, factor, middle = "", style = "", picture = false }, phrases) {
  const said = {
    scene: plain(scene) || phrases.scene,
    levels: String(levels),
    side: String(Number((100 / factor).toPrecision(2))),
    factor: String(Number(factor.toPrecision(4))),
    total: total(levels, factor),
    middle: plain(middle),
    style: plain(style),
    picture: picture ? "yes" : "",
  };
  const asked = ({ if: only }) => !only || said[only];
  const filled = (text) => text.replace(/\{(\w+)\}/g, (_, name) => said[name]);
  const blocks = phrases.blocks.filter(asked).map(({ text, rules = [], code = [] }) => {
    const numbered = rules.filter(asked).map((rule, at) => `${at + 1}. ${filled(rule.text)}`);
    const block = code.length ? ["```", ...code, "```"] : [];
    return [filled(text), ...numbered, ...block].join("\n");
  });
  return `${blocks.join("\n\n")}\n`;
}

/** In one line, without a point at its end. @param {string} text */
function plain(text) {
  return text.replace(/\s+/g, " ").trim().replace(/[. ]+$/, "");
}

/**
 * The magnification of the last view over the first, in digits a person reads.
 *
 * @param {number} levels
 * @param {number} factor
 */
function total(levels, factor) {
  const decade = (levels - 1) * Math.log10(factor);
  if (decade < 6) return String(Math.round(Number((10 ** decade).toPrecision(2))));
  return `10^${Math.round(decade)}`;
}
