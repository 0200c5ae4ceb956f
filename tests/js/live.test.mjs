/** A run's previews come to the explorers that they are for, and to no others. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Live } from "../../web/comfy/live.mjs";
import { WORDS } from "../../web/page/words.mjs";

const tick = () => new Promise((done) => setTimeout(done, 2));

/** A decoded picture, as far as it is needed here. */
globalThis.Image = class {
  naturalWidth = 1;

  async decode() {
    await tick();
  }
};

/** An app whose graph is sampler 1 > explorer 9, beside sampler 2, and what its explorer is told. */
function page() {
  const graph = { id: "a graph", nodes: [], links: new Map() };
  graph.getNodeById = (id) => graph.nodes.find((node) => String(node.id) === String(id));
  graph.nodes = [
    { id: 1, graph, inputs: [] },
    { id: 2, graph, inputs: [] },
    { id: 9, graph, inputs: [{ name: "stack" }] },
  ];
  graph.links.set(1, { type: "ZOOM_STACK", origin_id: 1, origin_slot: 0, target_id: 9, target_slot: 0 });
  const told = [];
  const explorer = {
    node: graph.nodes[2], live: true, shown: "finished",
    form: (sheet) => told.push(sheet), count: (...steps) => told.push(steps),
    restore: (why) => told.push(why),
  }; // prettier-ignore
  const api = new EventTarget();
  new Live({ rootGraph: graph, api }, new Set([explorer]));
  const send = async (name, detail) => {
    api.dispatchEvent(Object.assign(new Event(name), { detail }));
    await tick();
    await tick();
  };
  const lay = (node, sheet = "sheet", prompt = "run", workflow = "a graph") =>
    send("zoomstack.sheets", { node, prompt, workflow, sheet });
  const show = (node, jobId = "run") =>
    send("b_preview_with_metadata", { blob: new Blob(["x"]), nodeId: node, displayNodeId: node, jobId });
  return { graph, explorer, told, send, lay, show };
}

test("an explorer is shown what its sampler predicts, and how far that is", async () => {
  const { told, lay, show, send } = page();
  await show("1");
  assert.deepEqual(told, [], "nothing says yet that these are sheets");
  await lay("1");
  await show("1");
  await send("progress", { node: "1", prompt_id: "run", value: 3, max: 8 });
  assert.deepEqual(told, ["sheet", [3, 8]]);
  await lay("1", null);
  await show("1");
  assert.equal(told.length, 2, "the picture of one level is no sheet");
  await send("execution_success", { prompt_id: "run" });
  assert.deepEqual(told.slice(2), [""]);
});

test("it is not shown another node's, another run's, another graph's", async () => {
  const { told, lay, show, send } = page();
  await lay("2");
  await show("2");
  await lay("1");
  await show("1", "an earlier run");
  await show("2");
  await send("progress", { node: "1", prompt_id: "an earlier run", value: 3, max: 8 });
  await lay("1", "sheet", "next run", "another tab's graph");
  await show("1", "next run");
  await lay("1", "sheet", "a script's run", null);
  await show("1", "a script's run");
  await send("execution_error", { prompt_id: "run" });
  assert.deepEqual(told, []);
});

test("it is shown nothing where the reader wants nothing, nor after its own stack has come", async () => {
  const { explorer, told, lay, show } = page();
  await lay("1");
  explorer.live = false;
  await show("1");
  explorer.live = true;
  const late = show("1");
  explorer.shown = "newer";
  await late;
  assert.deepEqual(told, []);
});

test("previews that come faster than they are decoded are seen, and the newest last", async (t) => {
  const { told, lay, show } = page();
  const decoded = [];
  t.mock.method(Image.prototype, "decode", () => new Promise((done) => decoded.push(done)));
  await lay("1");
  for (let step = 0; step < 4; step++) await show("1");
  assert.deepEqual([told.length, decoded.length], [0, 1]);
  decoded.pop()();
  await tick();
  assert.deepEqual([told.length, decoded.length], [1, 1], "of the others one is left");
  decoded.pop()();
  await tick();
  assert.deepEqual([told.length, decoded.length], [2, 0]);
});

test("a run that is stopped, or fails, says so", async () => {
  const { told, lay, show, send } = page();
  for (const end of ["execution_interrupted", "execution_error"]) {
    await lay("1");
    await show("1");
    await send(end, { prompt_id: "run" });
  }
  assert.deepEqual(told, ["sheet", WORDS.viewStopped, "sheet", WORDS.viewFailed]);
});
