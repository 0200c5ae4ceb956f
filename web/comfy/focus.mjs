/**
 * The focus box in a graph: over a picture of a level, where the next one goes. It writes `p` and
 * `focus` of that level into the text of a PromptLadder.
 */

import { createFocusBox } from "../focus/stage.mjs";
import { below, placeIn, withPlace } from "../focus/write.mjs";
import { holdingWidget, step, widgetOf } from "../host/nodes.mjs";
import { wordsFor } from "../host/words.mjs";
import { fill } from "../page/words.mjs";
import { MIDDLE } from "../zoom/geometry.mjs";

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
    const prompts = holdingWidget(ladder, "prompts");
    const text = String(prompts.value);
    prompts.value = withPlace(text, factorOf(ladder), level() + 1, next, loops(ladder));
    ladder.graph?.setDirtyCanvas(true, false);
    place = next;
    onPut();
  }

  function show() {
    place = null;
    const why = trouble();
    box.element.hidden = why !== null;
    if (place) {
      const [ladder] = ladders();
      const text = String(holdingWidget(ladder, "prompts").value);
      box.show(place, below(text, level(), loops(ladder)));
    }
    return why;
  }

  /** Why there is no box; where there is none to give, `place` is known. */
  function trouble() {
    const found = ladders();
    if (found.length === 0) return words.focusNoLadder;
    if (found.length > 1) return fill(words.focusManyLadders, { count: found.length });
    const [ladder] = found;
    const prompts = holdingWidget(ladder, "prompts");
    if (!prompts) return words.focusLinkedLadder;
    try {
      place = placeIn(String(prompts.value), factorOf(ladder), level() + 1, loops(ladder));
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
function loops(ladder) {
  return Boolean(widgetOf(ladder, "loop")?.value);
}

/** @param {object} ladder */
function factorOf(ladder) {
  return Number(widgetOf(ladder, "zoom_factor")?.value) || 2;
}
