/**
 * The focus box: on PhotoAnchor's picture, where the next level goes. It writes `p` and `focus` of
 * that level into the text of the PromptLadder that the anchor's sampler uses.
 *
 * The Explorer can lay the same box over a level that it shows: `focusBoxFor`.
 */

import { reading, createFocusBox } from "../focus/stage.mjs";
import { placeIn, withPlace } from "../focus/write.mjs";
import { iconButton } from "../ladder/buttons.mjs";
import { element } from "../page/elements.mjs";
import { Style } from "../page/style.mjs";
import { widget } from "../page/widget.mjs";
import { fill } from "../page/words.mjs";
import { MIDDLE } from "../zoom/geometry.mjs";
import { aspectOf, laddersOf, pictureOf } from "./graph.mjs";
import { addElement, onChange, sourceOf, step, watch, widgetOf } from "./nodes.mjs";
import { wordsFor } from "./words.mjs";

const STYLE = new Style(import.meta.resolve("./focus.css"));
const NODE = "PhotoAnchor";
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

/**
 * A box for level `level() + 1` over a picture of level `level()`, in the ladder of `ladders()`.
 *
 * Lay `element` over the picture, edge to edge, and call `show` whenever something may have
 * changed: it says in one sentence why there is no box, or null where there is one.
 *
 * @param {object} app
 * @param {() => object[]} ladders PromptLadder nodes; the box needs exactly one
 * @param {() => number} level that the picture shows
 * @returns {{element: HTMLElement, show: () => string | null, place: () => object | null,
 *   centre: () => void}}
 */
export function focusBoxFor(app, ladders, level) {
  const words = wordsFor.now;
  const box = createFocusBox({ onPlace: put, onStep: () => step(app) }, words);
  /** @type {import("../focus/box.mjs").Place | null} */
  let place = null;
  let onPut = () => {};

  function put(next) {
    const [ladder] = ladders();
    const prompts = widgetOf(ladder, "prompts");
    prompts.value = withPlace(String(prompts.value), factorOf(ladder), level() + 1, next);
    ladder.graph?.setDirtyCanvas(true, false);
    place = next;
    onPut();
  }

  function show() {
    place = null;
    const why = trouble();
    box.element.hidden = why !== null;
    if (place) box.show(place, level() + 1);
    return why;
  }

  /** Why there is no box; where there is none to give, `place` is known. */
  function trouble() {
    const found = ladders();
    if (found.length === 0) return words.focusNoLadder;
    if (found.length > 1) return fill(words.focusManyLadders, { count: found.length });
    const [ladder] = found;
    if (sourceOf(ladder, "prompts") !== null) return words.focusLinkedLadder;
    try {
      place = placeIn(String(widgetOf(ladder, "prompts").value), factorOf(ladder), level() + 1);
    } catch (error) {
      return fill(words.focusBroken, { why: error.message });
    }
    return place ? null : fill(words.focusLastLevel, { level: level() });
  }

  return {
    element: box.element,
    show,
    place: () => place,
    centre() {
      put({ zoom: place.zoom, focus: [...MIDDLE] });
      show();
      step(app);
    },
    set onPut(listener) {
      onPut = listener;
    },
  };
}

/** @param {object} ladder */
function factorOf(ladder) {
  return Number(widgetOf(ladder, "zoom_factor")?.value) || 2;
}

/** Gives a PhotoAnchor its picture with the box. */
function attach(app, node) {
  const words = wordsFor.now;
  const levelWidget = widgetOf(node, "level");
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
    picture.style.setProperty("--zs-aspect", String(aspectOf(node) ?? own));
  }

  function read() {
    const place = box.place();
    if (!place) return;
    title.textContent = fill(words.focusTitle, { level: level() + 1 });
    says.textContent = reading(place, words);
    middle.hidden = place.focus.every((centre, axis) => centre === MIDDLE[axis]);
  }

  box.onPut = read;
  onChange(levelWidget, show);
  watch(node, show);
  show();
}
