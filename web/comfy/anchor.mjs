/**
 * PhotoAnchor's widget: its picture, and the focus box on it, which writes into the text of the
 * PromptLadder that the anchor's sampler uses.
 */

import { reading } from "../focus/stage.mjs";
import { addElement } from "../host/element.mjs";
import { aspectOf, laddersOf, pictureOf } from "../host/graph.mjs";
import { onChange, watch, widgetOf } from "../host/nodes.mjs";
import { wordsFor } from "../host/words.mjs";
import { iconButton } from "../ladder/buttons.mjs";
import { element } from "../page/elements.mjs";
import { Style } from "../page/style.mjs";
import { widget } from "../page/widget.mjs";
import { fill } from "../page/words.mjs";
import { MIDDLE } from "../zoom/geometry.mjs";
import { focusBoxFor } from "./focus.mjs";

const STYLE = new Style(import.meta.resolve("./anchor.css"));
const NODE = "PhotoAnchor";
const CROPS = ["crop_x", "crop_y"];
const SIZE = [320, 500]; // of a new node
const HEIGHT = 200; // the least that the picture needs
const NOTE = 56; // and that a sentence needs in its place

/** @param {object} app ComfyUI's */
export function register(app) {
  app.registerExtension({
    name: "zoomstack.focus",
    nodeCreated(node) {
      if (node.constructor.comfyClass === NODE) attach(app, node);
    },
  });
}

/** Gives a PhotoAnchor its picture with the box. */
function attach(app, node) {
  const words = wordsFor.now;
  const levelWidget = widgetOf(node, "level");
  const crops = CROPS.map((name) => widgetOf(node, name));
  const level = () => Number(levelWidget?.value) || 0;
  const box = focusBoxFor(app, () => laddersOf(app, node), level);
  const image = element("img", { alt: "", draggable: "false" });
  const picture = element("div", { class: "zs-anchor-picture" }, image, box.element);
  const title = element("strong");
  const says = element("span");
  const middle = iconButton("bullseye", words.focusMiddle, box.centre);
  const bar = element("div", { class: "zs-anchor-bar" }, title, says, middle);
  const note = element("p", { class: "zs-anchor-note", role: "status" });
  const room = element("div", { class: "zs-anchor-room" }, picture);
  const anchor = widget(STYLE, "zs-anchor", {}, room, bar, note);
  let free = true;

  anchor.addEventListener("pointerenter", show);
  image.addEventListener("load", fit);
  image.addEventListener("error", () => (image.hidden = true));
  addElement(node, "focus_box", anchor, { getMinHeight: () => (free ? HEIGHT : NOTE) });
  node.setSize(SIZE.map((least, side) => Math.max(least, node.size[side])));

  function show() {
    const why = box.show();
    free = why === null;
    room.hidden = bar.hidden = !free;
    const address = pictureOf(app, node, "image");
    if (address !== image.getAttribute("src")) {
      image.hidden = !address;
      if (address) image.src = address;
      else image.removeAttribute("src");
    }
    note.textContent = why ?? (address ? "" : words.focusNoPicture);
    note.hidden = !note.textContent;
    fit();
    read();
  }

  function fit() {
    if (image.complete && image.naturalWidth) image.hidden = false;
    const own = image.naturalWidth ? image.naturalWidth / image.naturalHeight : 1;
    const aspect = aspectOf(node) ?? own;
    picture.style.setProperty("--zs-aspect", String(aspect));
    const at = crops.map((crop) => Number(crop?.value ?? 0.5));
    const slack = [1 - aspect / own, 1 - own / aspect]; // of what is not shown, across and down
    image.style.objectPosition = at.map((one, axis) => placed(one, slack[axis])).join(" ");
  }

  function read() {
    const place = box.place();
    if (!place) return;
    title.textContent = fill(words.focusTitle, { level: level() + 1 });
    says.textContent = reading(place, words);
    middle.hidden = place.focus.every((centre, axis) => centre === MIDDLE[axis]);
  }

  box.onPut = read;
  for (const each of [levelWidget, ...crops]) onChange(each, show);
  watch(node, show);
  show();
}

/**
 * Where a picture lies of which all but `slack`, a share of a side, is shown, around `at`: CSS
 * counts from edge to edge, from 0 % to 100 % of the slack.
 */
function placed(at, slack) {
  if (slack <= 0) return "50%";
  return `${100 * Math.min(1, Math.max(0, (at - (1 - slack) / 2) / slack))}%`;
}
