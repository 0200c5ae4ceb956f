/**
 * Load Zoom Stack takes stacks from the user's own disk: by a button, and dropped on the node.
 *
 * Without it a stack that is dropped on the node is opened as a workflow, in place of the graph.
 */

import { widgetOf } from "../host/nodes.mjs";
import { wordsFor } from "../host/words.mjs";
import { element } from "../page/elements.mjs";
import { fill } from "../page/words.mjs";

const NODE = "LoadZoomStack";
const ENDING = ".safetensors";

/** @param {object} app ComfyUI's */
export function register(app) {
  app.registerExtension({
    name: "zoomstack.upload",
    nodeCreated(node) {
      if (node.constructor.comfyClass === NODE) attach(app, node);
    },
  });
}

function attach(app, node) {
  const list = widgetOf(node, "file");
  const take = async (files) => {
    for (const file of files) {
      try {
        choose(list, await uploaded(app, file));
      } catch (error) {
        const detail = fill(wordsFor.now.uploadFailed, { file: file.name, why: error.message });
        app.extensionManager.toast.add({ severity: "error", summary: "ZoomStack", detail });
      }
    }
    node.graph?.setDirtyCanvas(true, false);
  };
  const pick = () => {
    const input = element("input", { type: "file", accept: ENDING, multiple: true });
    input.addEventListener("change", () => take(input.files));
    input.click();
  };
  const button = node.addWidget("button", "upload", null, pick, { serialize: false });
  button.label = wordsFor.now.uploadStack;
  button.serialize = false;
  node.onDragOver = (event) => [...(event.dataTransfer?.items ?? [])].some((i) => i.kind === "file");
  node.onDragDrop = async (event) => {
    const stacks = [...(event.dataTransfer?.files ?? [])].filter(({ name }) => name.endsWith(ENDING));
    if (stacks.length) await take(stacks);
    return stacks.length > 0;
  };
}

/** Shows a file in the list, which the server made when the page was opened, and chooses it. */
function choose(list, label) {
  const { values } = list.options;
  if (!values.includes(label)) list.options.values = [label, ...values];
  list.value = label;
  list.callback?.(label);
}

/** The label of a file once it lies in ComfyUI's input folder. @param {File} file */
async function uploaded(app, file) {
  const body = new FormData();
  body.append("image", file);
  const answer = await app.api.fetchApi("/upload/image", { method: "POST", body });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  const { name, subfolder } = await answer.json();
  return `${subfolder ? `${subfolder}/` : ""}${name} [input]`;
}
