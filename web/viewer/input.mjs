/**
 * Wheel, pinch, drag, double click and keyboard on an element, told as what they mean.
 *
 * @typedef {object} Wishes
 * @property {(log: number, at: {x: number, y: number}, atOnce: boolean) => void} zoom about a
 *   point of the element, from (0, 0) to (1, 1), by the logarithm of the magnification
 * @property {(x: number, y: number) => void} pan by shares of the element
 * @property {(way: 1 | -1) => void} step to the next whole level, in or out
 * @property {(end: "first" | "last") => void} end
 * @property {() => void} play start or stop
 * @property {() => void} full in or out of full screen
 * @property {() => void} frames show or hide the overlay
 * @property {(at?: {x: number, y: number} | null) => void} menu what can be done with a level
 */

/** Magnification, as a logarithm, of one pixel of wheel and of one of a trackpad's pinch. */
const WHEEL = 0.0025;
const PINCH = 0.01;
/** Pixels in a line and in a page, for wheels that count in those. */
const UNITS = [1, 16, 400];
const KEY = 0.25;

/**
 * Listen on `stage` to the pointer and on `keys`, which holds what has the focus, to the keyboard.
 * @param {HTMLElement} stage  @param {HTMLElement} keys  @param {Wishes} wishes
 */
export function listen(stage, keys, wishes) {
  const at = (event) => {
    const box = stage.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };
  wheel(stage, at, wishes);
  pointers(stage, at, wishes);
  stage.addEventListener("dblclick", (event) => {
    event.stopPropagation();
    wishes.step(event.shiftKey ? -1 : 1);
  });
  keys.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const wish = keyWish(event.key, wishes);
    // A button with the focus keeps its space bar, and a list its arrows.
    const own = event.composedPath()[0].tagName;
    if (!wish || own === "SELECT" || (own === "BUTTON" && event.key === " ")) return;
    event.preventDefault();
    event.stopPropagation();
    wish();
  });
}

/** What a key means; undefined for one that is not ours. */
export function keyWish(key, wishes) {
  const middle = { x: 0.5, y: 0.5 };
  return {
    __proto__: null,
    ArrowUp: () => wishes.zoom(KEY, middle, false),
    ArrowDown: () => wishes.zoom(-KEY, middle, false),
    "+": () => wishes.zoom(KEY, middle, false),
    "=": () => wishes.zoom(KEY, middle, false),
    "-": () => wishes.zoom(-KEY, middle, false),
    ArrowRight: () => wishes.step(1),
    ArrowLeft: () => wishes.step(-1),
    PageDown: () => wishes.step(1),
    PageUp: () => wishes.step(-1),
    Home: () => wishes.end("first"),
    End: () => wishes.end("last"),
    " ": () => wishes.play(),
    f: () => wishes.full(),
    o: () => wishes.frames(),
    m: () => wishes.menu(),
  }[key];
}

function wheel(stage, at, wishes) {
  const turn = (event) => {
    event.preventDefault();
    event.stopPropagation();
    const pixels = event.deltaY * UNITS[event.deltaMode];
    wishes.zoom(-pixels * (event.ctrlKey ? PINCH : WHEEL), at(event), false);
  };
  stage.addEventListener("wheel", turn, { passive: false });
}

/** One pointer pans, two pinch. */
function pointers(stage, at, wishes) {
  const down = new Map();
  const state = () => {
    const points = [...down.values()];
    const x = points.reduce((sum, point) => sum + point.x, 0) / points.length;
    const y = points.reduce((sum, point) => sum + point.y, 0) / points.length;
    const reach = Math.hypot(...["x", "y"].map((axis) => points[0][axis] - points.at(-1)[axis]));
    return { x, y, reach };
  };
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest?.("[data-own]")) return;
    event.stopPropagation();
    stage.setPointerCapture(event.pointerId);
    down.set(event.pointerId, at(event));
  });
  stage.addEventListener("pointermove", (event) => {
    if (!down.has(event.pointerId)) return;
    event.stopPropagation();
    const before = state();
    down.set(event.pointerId, at(event));
    const now = state();
    wishes.pan(before.x - now.x, before.y - now.y);
    if (before.reach > 0.02 && now.reach > 0.02) {
      wishes.zoom(Math.log(now.reach / before.reach), now, true);
    }
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
    stage.addEventListener(name, (event) => down.delete(event.pointerId));
  }
}
