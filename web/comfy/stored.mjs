/**
 * A stack among ComfyUI's files: what a viewer needs of it, and the page that a reader keeps of it.
 *
 * @import { Source } from "../viewer/scene.mjs"
 * @typedef {{filename: string, subfolder: string, type: string}} Reference a file, as /view takes it
 */

import { wordsFor } from "../host/words.mjs";
import { element } from "../page/elements.mjs";
import { buildPage } from "../viewer/bundle.mjs";

/**
 * A stack, ready to be viewed; null for none. Throws an Error that says what is wrong.
 *
 * @param {object} app ComfyUI's
 * @param {Reference | null} reference of its manifest
 * @returns {Promise<Source | null>}
 */
export async function stackOf(app, reference) {
  if (!reference) return null;
  const { subfolder, type } = reference;
  const locate = (filename) =>
    app.api.apiURL(`/view?${new URLSearchParams({ filename, subfolder, type })}`);
  const answer = await fetch(locate(reference.filename)).catch(() => null);
  if (!answer) throw new Error(wordsFor.now.viewSilent);
  if (!answer.ok) throw new Error(wordsFor.now.viewGone);
  return { manifest: await answer.json(), locate };
}

/** Hand a stack's page to the reader. Throws an Error that says why not. @param {Source} stack */
export async function savePage({ manifest, locate }) {
  const read = async (name) => (await got(new URL(`../${name}`, import.meta.url))).text();
  const fetched = async (file) => {
    const blob = await (await got(locate(file))).blob();
    return { bytes: new Uint8Array(await blob.arrayBuffer()), type: blob.type };
  };
  const page = await buildPage(manifest, read, fetched);
  download("zoom.html", new Blob([page], { type: "text/html" }));
}

async function got(address) {
  const answer = await fetch(address);
  if (!answer.ok) {
    const { viewGone } = wordsFor.now;
    throw new Error(answer.status === 404 ? viewGone : `${answer.status} from ComfyUI`);
  }
  return answer;
}

function download(name, blob) {
  const address = URL.createObjectURL(blob);
  element("a", { href: address, download: name }).click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
