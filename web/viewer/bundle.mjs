/**
 * One page with everything in it, built in the browser; zoomstack/export/page.py builds the same,
 * but for how it spells numbers.
 *
 * The viewer's modules and styles are data URIs in an import map, under names of their own, for a
 * data URI has no folder that "./viewer.css" or "../zoom/camera.mjs" could mean.
 *
 * @import { Source } from "./scene.mjs"
 */

import { withFiles } from "./branches.mjs";

const START = "viewer/page.mjs";
const TEMPLATE = "viewer/page.html";
/** What a module imports, and what it wants the address of. */
const NEEDED = /(from |import\.meta\.resolve\()"(\.\.?\/[\w./-]+)"/g;

/**
 * The page. `read(name)` gives the text of one of web/'s files, such as "viewer/page.mjs";
 * `fetched` the bytes and the media type of one of the manifest's.
 *
 * @param {Source["manifest"]} manifest
 * @param {(name: string) => Promise<string>} read
 * @param {(file: string) => Promise<{bytes: Uint8Array, type: string}>} fetched
 */
export async function buildPage(manifest, read, fetched) {
  const modules = {};
  const names = [START];
  for (const name of names) {
    const renamed = (await read(name)).replaceAll(NEEDED, (_, before, path) => {
      const needed = new URL(path, `file:///${name}`).pathname.slice(1);
      if (!names.includes(needed)) names.push(needed);
      return `${before}"zoomstack/${needed}"`;
    });
    modules[`zoomstack/${name}`] = dataUri(new TextEncoder().encode(renamed), typeOf(name));
  }
  const inside = async (file) => {
    const { bytes, type } = await fetched(file);
    return dataUri(bytes, type);
  };
  const parts = {
    title: asText(titleOf(manifest)),
    manifest: asScript(await withFiles(manifest, inside)),
    modules: asScript({ imports: modules }),
  };
  const template = await read(TEMPLATE);
  return template.replace(/%(title|manifest|modules)%/g, (_, part) => parts[part]);
}

const typeOf = (name) => (name.endsWith(".css") ? "text/css" : "text/javascript");

const titleOf = ({ prompts, files }) =>
  prompts.length ? `${prompts[0]} to ${prompts.at(-1)}` : `A zoom through ${files.length} levels`;

/** Text for an HTML page. */
const asText = (text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** JSON for a script element: nothing in it can end the element, or begin another. */
const asScript = (value) =>
  JSON.stringify(value).replace(
    /[<>&\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

function dataUri(bytes, type) {
  let text = "";
  const PART = 0x8000;
  for (let i = 0; i < bytes.length; i += PART) {
    text += String.fromCharCode(...bytes.subarray(i, i + PART));
  }
  return `data:${type};base64,${btoa(text)}`;
}
