/**
 * What the pack says on a page, in English: what saved pages speak. In ComfyUI
 * locales/<language>/main.json says the same under "zoomStack"; a test keeps locales/en and this
 * file equal.
 *
 * @typedef {typeof WORDS} Words
 */

export const WORDS = Object.freeze({
  // The ladder editor
  levels: "{count} levels",
  oneLevel: "1 level",
  noLevels: "No levels yet",
  addLevel: "Add level",
  showText: "Edit as plain text",
  showRows: "Edit as rows",
  copyRequest: "Copy a request",
  copyRequestWhy:
    "Copies a request for a language model. Paste its answer anywhere into the rows.",
  askRequest: "What the request asks for",
  scene: "The zoom goes through",
  scenePlaceholder: "from a galaxy down to a cell of a leaf",
  requestLevels: "Levels",
  requestFactor: "Zoom factor",
  copied: "Copied. Paste the answer into the rows.",
  notCopied: "The browser refused to copy.",
  prompt: "Prompt of level {level}",
  promptPlaceholder: "What one sees at this scale; or paste a list",
  zoom: "Zoom factor of level {level}: how many times it magnifies the level above",
  zoomPlaceholder: "The zoom_factor of the node, where the level has none of its own",
  total: "Level {level} magnifies the widest one {total}",
  place: "Lies at {x}, {y} in the level above",
  move: "Level {level}: drag to move; arrow keys move it, Delete removes it, Enter adds one below",
  unit: "Level {level} is 1 on the ruler",
  own: "Settings of this level",
  ownCfg: "cfg: how closely this level follows its prompt, 0 to 100",
  ownSeed: "seed: of this level's own noise, outside of what it shares with deeper ones",
  ownWeight: "weight: how much this level counts where levels are blended, over 0 to 100",
  ownSteps: "steps: the share of the sampling in which its prompt applies, such as 0.2-0.8",
  insertBelow: "Add a level below",
  duplicate: "Duplicate this level",
  remove: "Remove this level",
  moved: "Level {from} is now level {to}",
  pasted: "{count} levels pasted",
  linked: "The prompts come from {node}. Edit them there.",
  held: "{node}, around this node, holds these prompts: changed here, they change there.",
  plainText: "The levels as text, a prompt a line",
  firstHasBrackets: "The widest level lies in nothing: p and focus belong to the level below.",

  // The focus box
  focusTitle: "Where level {level} lies",
  focusTool: "Choose where the next level lies",
  focusNoLadder: "No Prompt Ladder is connected to this picture's sampler; the box writes into one.",
  focusManyLadders: "{count} Prompt Ladders belong to this picture; the box needs exactly one.",
  focusLinkedLadder: "The ladder's prompts come from another node, so the box cannot write them.",
  focusLastLevel: "Level {level} is the deepest one: no level lies in it.",
  focusNoPicture: "Choose a photo, or run the graph once, to see it here.",
  focusBroken: "The ladder does not parse: {why}",
  focusBox:
    "Level {level}: drag to move it, its corners to resize it; arrow keys move it, " +
    "+ and - resize it",
  focusReading: "{zoom} at {x}, {y}",
  focusMiddle: "Back to the middle",

  // The viewer
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
  viewLevelTurn: "level {level}, turn {turn}",
  viewLevel: "Level {level}",
  viewAgrees: "Level {level} · agrees",
  viewAgreesTo: "Level {level} · agrees to {decibels} dB",
  viewBranch: "Which branch to go along",
  viewInto: "Go into {title}",
  viewMenu: "What to do with this level (m)",
  deedsOf: "Level {level}: {title}",
  deedAgain: "Make anew",
  deedInsert: "Insert a level below",
  deedBranch: "Branch here",
  markAgain: "Level {level}: to be made anew",
  markInsert: "Level {level}: one to come below",
  markBranch: "Level {level}: a branch to come",
  viewBroken: "Level {level} cannot be shown: {why}.",
  viewWidest: "the widest view",
  viewOfWidest: "{share} of the widest view",
  viewTimesWidest: "{times} times the widest view",
  viewLightYears: "light years",
  viewThousandLightYears: "thousand light years",
  viewMillionLightYears: "million light years",
  viewBillionLightYears: "billion light years",
  viewLive:
    "Show the zoom while it is sampled. Needs ComfyUI's previews: Settings, Comfy, Execution, " +
    "Live preview method",
  viewSampling: "sampling, step {step} of {total}",
  viewSampled: "sampled, not decoded yet",
  viewStopped: "stopped; the last finished zoom",
  viewFailed: "the run failed; the last finished zoom",
  viewSave: "Save as a page that works anywhere",
  viewNotSaved: "The page could not be made: {why}",
  viewEmpty: "Queue the workflow to see its zoom here.",
  viewGone:
    "The pictures of this zoom are gone: they were temporary, and ComfyUI removes those when it " +
    "starts. Queue the workflow to make them again.",
  viewSilent: "ComfyUI does not answer; is it still running?",

  // What is done with a level, and earlier results
  deedFilled: "{node} has level {level} now. Look over its prompts, then queue the workflow.",
  deedNoNode: "ComfyUI has no node {node}; is ZoomStack up to date?",
  deedNoStack: "This stack's input has no wire in this graph, so {node} cannot be put beside it.",
  deedLinked: "{node} gets its {input} from another node: set it there.",
  resultsTool: "Earlier results",
  resultsNone: "No earlier results yet",
  resultsGone: "Gone, for ComfyUI has removed their pictures: {count}",

  // A node's advanced inputs, on the canvas
  advancedShow: "Show advanced inputs",
  advancedHide: "Hide advanced inputs",

  // Load Zoom Stack
  uploadStack: "Choose a stack to upload",
  uploadFailed: "{file} could not be uploaded: {why}.",
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
