/** What a reader wishes done with a level becomes a node beside the Explorer. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { grant } from "../../web/comfy/deeds.mjs";
import { inputOf, linkInto, originOf } from "../../web/host/links.mjs";
import { appWith, at, makerOf } from "./graphs.mjs";

const REWORK = { levels: "0" };
const EXTEND = { where: "inward", level: 0, zoom: 2, focus_x: 0.5, focus_y: 0.5 };
const BRANCH = { level: 0, zoom: 4, focus_x: 0.5, focus_y: 0.5 };
const TAKES = ["stack", "model", "vae", "positive", "negative", "ladder", "clip"];
const HOW = { steps: 24, cfg: 5 };

globalThis.LiteGraph = makerOf({
  ReworkZoom: { inputs: TAKES, values: { ...REWORK, ...HOW } },
  BranchZoom: { inputs: TAKES, values: BRANCH },
  PromptLadder: {
    inputs: ["clip"], values: { prompts: "an example" },
    outputs: ["ZOOM_LADDER", "CONDITIONING", "CONDITIONING"],
  },
});

function app(kinds = {}, wires = []) {
  const made = appWith(
    {
      checkpoint: ["CheckpointLoaderSimple"], ladder: ["PromptLadder"],
      sampler: ["ZoomStackSampler", { steps: 8, cfg: 3 }], blend: ["LaplacianBlend"], view: ["ZoomStackExplorer"], ...kinds,
    },
    [
      ["checkpoint", "ladder", "clip", "CLIP"], ["checkpoint", "sampler", "model", "MODEL"], ["checkpoint", "blend", "vae", "VAE"],
      ["ladder", "sampler", "positive", "CONDITIONING"], ["ladder", "sampler", "ladder", "ZOOM_LADDER"],
      ["sampler", "blend", "samples", "LATENT"], ["blend", "view", "stack", "ZOOM_STACK"], ...wires,
    ],
  ); // prettier-ignore
  made.shown = [];
  made.canvas = { centerOnNode: (node) => made.shown.push(node), selectItems() {} };
  return made;
}

const wish = (deed, more = {}) => ({ deed, level: 3, focus: [0.2, 0.9], branch: 0, ...more });
const values = ({ widgets }) => Object.fromEntries(widgets.map(({ name, value }) => [name, value]));
const from = (node, name) => originOf(node, inputOf(node, name))?.id;

test("the node beside the explorer that takes its stack is filled in, and shown", () => {
  const made = app({ again: ["ReworkZoom", REWORK], other: ["ReworkZoom", REWORK], bend: ["Reroute"] }, [
    ["blend", "bend", "", "ZOOM_STACK"], ["bend", "again", "stack", "ZOOM_STACK"],
    ["sampler", "other", "stack", "ZOOM_STACK"],
  ]); // prettier-ignore
  const count = made.graph.nodes.length;
  const told = grant(made, at(made, "view"), wish("again"), [1, 3]);
  assert.ok(told.granted);
  assert.match(told.said, /^again has level 3 now/);
  assert.equal(at(made, "again").widgets[0].value, "1, 3");
  assert.equal(at(made, "other").widgets[0].value, "0", "one of another stack is left alone");
  assert.deepEqual(made.shown, [at(made, "again")]);
  assert.equal(made.graph.nodes.length, count);
});

test("a level is inserted below one, and the focus stays in it", () => {
  const made = app({ extend: ["ExtendZoom", EXTEND] }, [["blend", "extend", "stack", "ZOOM_STACK"]]);
  assert.ok(grant(made, at(made, "view"), wish("insert"), []).granted);
  const { where, level, focus_x, focus_y } = values(at(made, "extend"));
  assert.deepEqual([where, level, focus_x, focus_y], ["after level", 3, 0.25, 0.75]);
});

test("where there is none, a new one gets what made the stack, and the explorer shows its result", () => {
  const made = app();
  const view = at(made, "view");
  view.inputs.push({ name: "compare" }, { name: "branches.branch_0" });
  const before = linkInto(view, inputOf(view, "stack"));
  assert.ok(grant(made, view, wish("branch"), [], "an island").granted);
  const branch = at(made, "new BranchZoom");
  const own = "new PromptLadder";
  assert.deepEqual(
    TAKES.map((name) => from(branch, name)),
    ["blend", "checkpoint", "checkpoint", own, own, own, "checkpoint"],
    "new levels have a ladder of their own",
  );
  assert.equal(from(at(made, own), "clip"), "checkpoint");
  assert.deepEqual(values(at(made, own)), { prompts: "an island" });
  assert.deepEqual(values(branch), { level: 3, zoom: 4, focus_x: 0.2, focus_y: 0.875 });
  assert.equal(from(view, "branches.branch_0"), branch.id);
  assert.equal(linkInto(view, inputOf(view, "stack")), before);
  assert.ok(branch.pos[0] >= view.pos[0] + view.size[0]);

  assert.ok(grant(made, view, wish("again"), [3]).granted);
  const again = at(made, "new ReworkZoom");
  assert.equal(from(view, "compare"), again.id);
  assert.deepEqual(values(again), { levels: "3", steps: 8, cfg: 3 });
  assert.deepEqual(
    TAKES.map((name) => from(again, name)).slice(3),
    [undefined, undefined, undefined, "checkpoint"],
    "levels made anew keep the prompts of their stack",
  );
});

test("of a branch it is the branch's own stack", () => {
  const made = app({ other: ["BranchZoom", BRANCH], next: ["BranchZoom", BRANCH] }, [
    ["blend", "other", "stack", "ZOOM_STACK"], ["other", "view", "branches.branch_2", "ZOOM_STACK"],
    ["other", "next", "stack", "ZOOM_STACK"],
  ]); // prettier-ignore
  assert.ok(grant(made, at(made, "view"), wish("branch", { branch: 1 }), []).granted);
  assert.deepEqual([values(at(made, "other")).level, values(at(made, "next")).level], [0, 3]);
});

test("a second branch leaves the first one alone", () => {
  const made = app({ first: ["BranchZoom", BRANCH], idle: ["BranchZoom", BRANCH] }, [
    ["blend", "first", "stack", "ZOOM_STACK"], ["first", "view", "branches.branch_0", "ZOOM_STACK"],
    ["blend", "idle", "stack", "ZOOM_STACK"],
  ]); // prettier-ignore
  assert.ok(grant(made, at(made, "view"), wish("branch"), []).granted);
  assert.deepEqual([values(at(made, "first")).level, values(at(made, "idle")).level], [0, 3]);
});

test("what cannot be done is said", () => {
  const made = app();
  const insert = grant(made, at(made, "view"), wish("insert"), []);
  assert.deepEqual([insert.granted, /no node ExtendZoom/.test(insert.said)], [false, true]);
  const far = grant(made, at(made, "view"), wish("again", { branch: 5 }), [3]);
  assert.deepEqual([far.granted, /no wire in this graph/.test(far.said)], [false, true]);
  const linked = app({ again: ["ReworkZoom"], text: ["Text"] }, [
    ["blend", "again", "stack", "ZOOM_STACK"], ["text", "again", "levels", "STRING"],
  ]); // prettier-ignore
  const told = grant(linked, at(linked, "view"), wish("again"), [3]);
  assert.deepEqual([told.granted, /gets its levels from another node/.test(told.said)], [false, true]);
});
