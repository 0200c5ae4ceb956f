/** The best renderer that this browser has. */

import { CanvasRenderer } from "./canvas.mjs";
import { WebGLRenderer } from "./webgl.mjs";

/**
 * A renderer on a new canvas. Where a graphics card takes its context back (browsers keep about
 * sixteen in all), `onLost` is called: make another with `kind` "canvas".
 *
 * @param {"best" | "canvas"} kind
 * @param {() => void} onLost
 */
export function makeRenderer(kind = "best", onLost = () => {}) {
  const canvas = () => Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  if (kind === "canvas") return new CanvasRenderer(canvas());
  try {
    const drawing = canvas();
    const renderer = new WebGLRenderer(drawing);
    drawing.addEventListener("webglcontextlost", onLost, { once: true });
    return renderer;
  } catch {
    return new CanvasRenderer(canvas());
  }
}
