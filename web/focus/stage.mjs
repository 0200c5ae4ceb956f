/**
 * The box over a picture: drag it, its corners, or draw a new one; or use the keyboard.
 */

import { element, named } from "../page/elements.mjs";
import { magnification } from "../page/magnification.mjs";
import { Style } from "../page/style.mjs";
import { fill } from "../page/words.mjs";
import { MIDDLE } from "../zoom/geometry.mjs";
import { typed } from "../zoom/numbers.mjs";
import { boxOf, drawn, moved, oppositeCorner, shrunk } from "./box.mjs";

const STYLE = new Style(import.meta.resolve("./focus.css"));
const CLICK = 0.02; // a press that moved less than this part of the picture draws no new box
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** @type {[-1 | 1, -1 | 1][]} */
const CORNERS = [[-1, -1], [1, -1], [1, 1], [-1, 1]];

/** @typedef {import("./box.mjs").Place} Place */

/**
 * A box that fills its parent. The parent shows one level, edge to edge, and is positioned.
 *
 * @param {object} host
 * @param {(place: Place) => void} host.onPlace the box is somewhere else, at every move
 * @param {() => void} host.onStep a move has ended
 * @param {Record<string, string>} words
 */
export function createFocusBox({ onPlace, onStep }, words) {
  STYLE.dress(document);
  /** @type {Place} */
  let place = { zoom: 2, focus: [...MIDDLE] };
  const label = element("span", { class: "zs-focus-label", "aria-hidden": "true" });
  const corners = CORNERS.map(([right, down]) =>
    element("span", { class: "zs-focus-corner", "data-right": right, "data-down": down }),
  );
  const about = { class: "zs-focus-frame", tabindex: 0, role: "application" };
  const frame = element("div", about, label, ...corners);
  const stage = element("div", { class: "zs-focus" }, frame);

  /** @param {PointerEvent} event @returns {[number, number]} in fractions of the picture */
  function pointOf(event) {
    const { left, top, width, height } = stage.getBoundingClientRect();
    return [(event.clientX - left) / width, (event.clientY - top) / height];
  }

  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    frame.focus({ preventScroll: true });
    follow(event, gestureOf(event, pointOf(event), place));
  });

  /** @param {PointerEvent} press @param {(point: [number, number]) => Place | null} gesture */
  function follow(press, gesture) {
    stage.setPointerCapture(press.pointerId);
    const control = new AbortController();
    const { signal } = control;
    const stop = () => {
      control.abort();
      onStep();
    };
    stage.addEventListener("pointermove", (event) => {
      event.stopPropagation();
      const next = gesture(pointOf(event));
      if (next) put(next);
    }, { signal });
    stage.addEventListener("pointerup", (event) => {
      event.stopPropagation();
      if (gesture.click) put(gesture.click());
      stop();
    }, { signal });
    stage.addEventListener("pointercancel", stop, { signal });
  }

  frame.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 0.05 : 0.01;
    const [right, down] = KEYS[event.key] ?? [0, 0];
    const factor = { "+": 1.1, "=": 1.1, "-": 1 / 1.1 }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (KEYS[event.key]) put(moved(place, right * step, down * step));
    else if (factor) put(resized(place, factor));
    else if (event.key === "Home") put({ zoom: place.zoom, focus: [...MIDDLE] });
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  frame.addEventListener("keyup", (event) => {
    if (KEYS[event.key] || ["+", "=", "-", "Home"].includes(event.key)) onStep();
  });

  /** @param {Place} next */
  function put(next) {
    if (next.zoom === place.zoom && next.focus.every((c, axis) => c === place.focus[axis])) return;
    place = next;
    draw();
    onPlace(next);
  }

  function draw() {
    const { left, top, side } = boxOf(place);
    frame.style.left = `${100 * left}%`;
    frame.style.top = `${100 * top}%`;
    frame.style.width = frame.style.height = `${100 * side}%`;
    label.textContent = magnification(Math.log10(place.zoom));
    frame.setAttribute("aria-valuetext", reading(place, words));
  }

  /**
   * @param {Place} next
   * @param {number} level whose frame it is
   */
  function show(next, level) {
    place = next;
    named(frame, fill(words.focusBox, { level }));
    draw();
  }

  return { element: stage, show };
}

/** A place in words. @param {Place} place @param {Record<string, string>} words */
export function reading({ zoom, focus: [x, y] }, words) {
  const values = { zoom: magnification(Math.log10(zoom)), x: typed(x, 3), y: typed(y, 3) };
  return fill(words.focusReading, values);
}

/** One step of a tenth, which must not be caught by the whole number that it leaves. */
function resized(place, factor) {
  const next = shrunk(place, factor);
  return next.zoom === place.zoom ? shrunk(place, factor ** 2) : next;
}

/**
 * What a drag does, by where it began: on a corner, inside the box, or beside it.
 *
 * @param {PointerEvent} press
 * @param {[number, number]} start
 * @param {Place} place
 * @returns {((point: [number, number]) => Place | null) & {click?: () => Place}}
 */
function gestureOf(press, start, place) {
  const { right, down } = press.target.dataset ?? {};
  if (right) {
    const corner = oppositeCorner(place, [Number(right), Number(down)]);
    return (point) => drawn(corner, point);
  }
  const centred = (point) => moved({ ...place, focus: [...place.focus] }, point[0], point[1]);
  if (press.target.closest(".zs-focus-frame")) {
    return ([x, y]) => centred([x - start[0], y - start[1]]);
  }
  const gesture = (point) => {
    const far = Math.max(...point.map((value, axis) => Math.abs(value - start[axis])));
    if (far < CLICK) return null;
    delete gesture.click;
    return drawn(start, point);
  };
  gesture.click = () => moved({ zoom: place.zoom, focus: [0, 0] }, ...start);
  return gesture;
}
