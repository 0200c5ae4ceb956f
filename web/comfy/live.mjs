/**
 * Runs that are seen while they form: the host's previews, of nodes that say they show all levels,
 * on their way to the explorers that these nodes' pictures lead to.
 *
 * @import { Sheet } from "../viewer/sheet.mjs"
 * @typedef {object} Showing an explorer, as this file needs it
 * @property {object} node
 * @property {boolean} live whether it shows what forms
 * @property {string} shown what it showed last that is finished
 * @property {(sheet: Sheet, image: HTMLImageElement) => void} form
 * @property {(step: number, total: number) => void} count
 * @property {(why?: string) => void} restore
 */

import { nodesBehind } from "../host/behind.mjs";
import { wordsFor } from "../host/words.mjs";

const EVENT = "zoomstack.sheets"; // {node, prompt, workflow, sheet} from nodes/host/page.py

export class Live {
  /** @param {object} app ComfyUI's  @param {Set<Showing>} explorers those that are there */
  constructor(app, explorers) {
    Object.assign(this, { app, explorers, run: "", workflow: "", decoding: false });
    /** How the previews of the run's nodes are laid out. @type {Map<string, Sheet>} */
    this.sheets = new Map();
    /** The newest preview that is not decoded yet. @type {object | null} */
    this.next = null;
    /** The preview on show. @type {HTMLImageElement | null} */
    this.image = null;
    const on = (event, act) => app.api.addEventListener(event, ({ detail }) => act(detail));
    on(EVENT, (told) => this.#lay(told));
    on("b_preview_with_metadata", (preview) => this.#take(preview));
    on("progress", (done) => this.#count(done));
    on("execution_success", (end) => this.#end(end));
    on("execution_interrupted", (end) => this.#end(end, wordsFor.now.viewStopped));
    on("execution_error", (end) => this.#end(end, wordsFor.now.viewFailed));
  }

  #lay({ node, prompt, workflow, sheet }) {
    if (prompt !== this.run) this.sheets.clear();
    Object.assign(this, { run: prompt, workflow });
    if (sheet) this.sheets.set(node, sheet);
    else this.sheets.delete(node);
  }

  /**
   * One preview is decoded at a time, and of those that come meanwhile the newest is next: where
   * they come faster than they are decoded, some are left out, and the others are seen.
   */
  async #take({ blob, nodeId, displayNodeId, jobId, promptId }) {
    const sheet = this.sheets.get(String(nodeId));
    if (!sheet || (jobId ?? promptId) !== this.run) return;
    const there = this.#before(displayNodeId ?? nodeId).map((one) => ({ one, shown: one.shown }));
    if (!there.length) return;
    this.next = { blob, sheet, there, run: this.run };
    if (this.decoding) return;
    this.decoding = true;
    try {
      while (this.next) {
        const preview = this.next;
        this.next = null;
        await this.#show(preview);
      }
    } finally {
      this.decoding = false;
    }
  }

  async #show({ blob, sheet, there, run }) {
    const image = new Image();
    image.src = URL.createObjectURL(blob);
    await image.decode().catch(() => {});
    // Meanwhile the run's own stack may have come, or its end.
    if (run !== this.run || !image.naturalWidth) {
      URL.revokeObjectURL(image.src);
      return;
    }
    for (const { one, shown } of there) if (one.shown === shown) one.form(sheet, image);
    if (this.image) URL.revokeObjectURL(this.image.src);
    this.image = image;
  }

  #count({ node, prompt_id, value, max }) {
    if (prompt_id !== this.run || !this.sheets.has(String(node))) return;
    for (const each of this.#before(node)) each.count(value, max);
  }

  #end({ prompt_id }, why = "") {
    if (prompt_id !== this.run) return;
    this.run = "";
    this.sheets.clear();
    for (const each of this.explorers) each.restore(why);
  }

  /** The explorers of the graph on show that a node's pictures lead to, where it is what runs. */
  #before(node) {
    const { app } = this;
    if (!this.workflow || (app.rootGraph ?? app.graph).id !== this.workflow) return [];
    const willing = [...this.explorers].filter((one) => one.live && one.node.graph);
    return willing.filter((one) => nodesBehind(app, one.node, "stack").has(String(node)));
  }
}
