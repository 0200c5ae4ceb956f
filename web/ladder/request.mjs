/**
 * A request that one can give to a language model: its answer, pasted, is a ladder.
 */

/**
 * @param {object} wish
 * @param {string} wish.scene what the zoom goes through, or where it begins and ends
 * @param {number} wish.levels how many views, at least 2
 * @param {number} wish.factor how many times each view magnifies the one before
 * @returns {string}
 */
export function request({ scene, levels, factor }) {
  const subject = scene.replace(/\s+/g, " ").trim().replace(/[.\s]+$/, "") || OPEN;
  const side = Number((100 / factor).toPrecision(2));
  return unfolded(`\
Write the prompts for a continuous zoom made by a text-to-image model: ${subject}.

The zoom has ${levels} views, from the widest to the nearest. Every view looks straight at the
  middle of the one before it and shows only the central ${side} % of its width, magnified
  ${Number(factor.toPrecision(4))} times. From the first view to the last that is a magnification
  of about ${total(levels, factor)}.

Rules:
1. Write exactly ${levels} lines, one line for each view, the widest first.
2. Each line describes what a camera would see at that scale: the main subject first, then what
  surrounds it, then texture and light, in 8 to 20 words.
3. What a line shows must lie in the middle of what the line before it shows, at a size that is
  right for the scale. Never jump to another place, and never skip a scale: a thing that fills one
  view is a detail in the middle of the view before.
4. Where two scales are far apart, name both in the line between them, such as "a continent, its
  coast line in the middle".
5. Keep the point of view (such as "seen from straight above"), the time of day, the light, the
  colours and the style the same in all lines, and repeat their words exactly in every line.
6. Describe only what is visible. No camera moves, no words such as "zoom" or "close-up of the
  previous view", no numbers, no people's names.

Answer with the ${levels} lines in one code block and nothing else: no numbering, no headings, no
  blank lines, no explanations.
`);
}

const OPEN = "choose a scene that can be followed from very large to very small";

/** Lines that are set in belong to the one before them. @param {string} text */
function unfolded(text) {
  return text.replace(/\n {2}/g, " ");
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
