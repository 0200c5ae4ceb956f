/** The viewer's icons: 20 x 20, drawn by us in lines of 1.5 with round ends. */

import { button, drawing, named } from "../page/elements.mjs";

/** A magnifying glass; what it does is drawn in it. */
const LENS = "M8.5 3a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM12.5 12.5L17 17";

const ICONS = {
  play: "M6 4.2v11.6L15.5 10z",
  pause: "M7 4.5v11M13 4.5v11",
  in: `${LENS}M8.5 6v5M6 8.5h5`,
  out: `${LENS}M6 8.5h5`,
  "in-out": `${LENS}M8.5 5v4M6.5 7h4M6.5 11.2h4`,
  frames: "M3 3h14v14H3zM6.5 6.5h7v7h-7zM9 9h2v2H9z",
  focus: "M10 2.5V7M10 13v4.5M2.5 10H7M13 10h4.5M10 5a5 5 0 1 0 0 10 5 5 0 0 0 0-10z",
  live: "M10 9a1 1 0 1 0 0 2 1 1 0 0 0 0-2zM6.8 13.2a4.5 4.5 0 0 1 0-6.4M13.2 6.8a4.5 4.5 0 0 1 0 6.4M4.3 15.7a8 8 0 0 1 0-11.4M15.7 4.3a8 8 0 0 1 0 11.4",
  full: "M3 7.5V3h4.5M12.5 3H17v4.5M17 12.5V17h-4.5M7.5 17H3v-4.5",
  window: "M7.5 3v4.5H3M17 7.5h-4.5V3M12.5 17v-4.5H17M3 12.5h4.5V17",
  close: "M5.5 5.5l9 9M14.5 5.5l-9 9",
  save: "M10 3v9.5M5.5 8.5L10 13l4.5-4.5M3.5 16.5h13",
  menu: "M10 4.5v.01M10 10v.01M10 15.5v.01",
  again: "M15.8 7.5A6.5 6.5 0 1 0 16.5 10M16.5 3.5v4h-4",
  insert: "M3 4h14M3 16h14M10 7v6M7 10h6",
  branch: "M6 17V3M6 11c0-4 8-2 8-6M14 8V3M11.5 5.5L14 3l2.5 2.5",
  results: "M3.5 10a6.5 6.5 0 1 1 2 4.700M3.5 5v5h5M10 6.5V10l2.5 2",
  split: "M3 4.5h14v11H3zM10 2.5v15M7 8.2L5.2 10 7 11.8M13 8.2l1.8 1.8L13 11.8",
};

/** An icon by name; `solid` ones are filled. */
export function icon(name) {
  const attributes = { viewBox: "0 0 20 20", class: `icon ${name}`, "aria-hidden": "true" };
  return drawing("svg", attributes, drawing("path", { d: ICONS[name] }));
}

/** A button that is only an icon. */
export function iconButton(name, label, onClick, attributes = {}) {
  return button(label, onClick, { class: "button", ...attributes }, icon(name));
}

/** Give an icon button another icon and label. */
export function relabel(made, name, label) {
  made.replaceChildren(icon(name));
  named(made, label);
}
