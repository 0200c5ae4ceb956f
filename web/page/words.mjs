/**
 * What the viewer says, in English: what saved pages speak. In ComfyUI locales/<language>/main.json
 * says the same under "zoomStack"; a test keeps locales/en and this file equal.
 *
 * @typedef {typeof WORDS} Words
 */

export const WORDS = Object.freeze({
  viewStage: "A zoom through scales",
  viewPlay: "Play (space)",
  viewPause: "Pause (space)",
  viewIn: "Zooms in",
  viewOut: "Zooms out",
  viewBoth: "Zooms in and out again",
  viewSpeed: "Speed",
  viewFrames: "Frames and agreement of the levels (o)",
  viewFull: "Full screen (f)",
  viewLeaveFull: "Leave full screen (f)",
  viewDismiss: "Dismiss",
  viewDepth: "Depth",
  viewDivider: "Where the second stack begins",
  viewLevelOf: "level {level} of {deepest}",
  viewLevel: "Level {level}",
  viewAgrees: "Level {level} · agrees",
  viewAgreesTo: "Level {level} · agrees to {decibels} dB",
  viewBroken: "Level {level} cannot be shown: {why}.",
  viewWidest: "the widest view",
  viewOfWidest: "{share} of the widest view",
  viewLightYears: "light years",
  viewThousandLightYears: "thousand light years",
  viewMillionLightYears: "million light years",
  viewBillionLightYears: "billion light years",
  viewSave: "Save as a page that works anywhere",
  viewNotSaved: "The page could not be made: {why}",
  viewEmpty: "Queue the workflow to see its zoom here.",
  viewGone:
    "The pictures of this zoom are gone: they were temporary, and ComfyUI removes those when it " +
    "starts. Queue the workflow to make them again.",
  viewSilent: "ComfyUI does not answer; is it still running?",
});

/**
 * A sentence with its gaps filled.
 *
 * @param {string} sentence with gaps such as {count}
 * @param {Record<string, string | number>} [values]
 */
export function fill(sentence, values = {}) {
  return sentence.replace(/\{(\w+)\}/g, (gap, name) => String(values[name] ?? gap));
}
