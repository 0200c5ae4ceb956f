/** The start of a saved page: the viewer over the whole window, with what the page holds. */

import { element } from "../page/elements.mjs";
import { linked } from "./link.mjs";
import { STYLE, Viewer } from "./viewer.mjs";

/** Everything is in the page: a file's address is the file itself. */
const locate = (file) => file;

try {
  const manifest = JSON.parse(document.getElementById("zoom").textContent);
  await STYLE.ready;
  const viewer = new Viewer({ manifest, locate });
  document.body.append(viewer.element);
  viewer.stage.focus({ preventScroll: true });
  linked(viewer);
} catch (error) {
  document.body.append(element("p", {}, error.message));
}
