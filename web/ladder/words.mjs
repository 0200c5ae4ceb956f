/**
 * What the editor and the focus box say, in English. locales/<language>/main.json says the same
 * under "zoomStack"; a test keeps locales/en and this file equal.
 */

export { fill } from "../page/words.mjs";

export const WORDS = Object.freeze({
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
  insertBelow: "Add a level below",
  duplicate: "Duplicate this level",
  remove: "Remove this level",
  moved: "Level {from} is now level {to}",
  pasted: "{count} levels pasted",
  linked: "The prompts come from {node}. Edit them there.",
  firstHasBrackets: "The widest level lies in nothing: p and focus belong to the level below.",
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
});
