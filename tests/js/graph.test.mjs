/** What belongs together is found in a graph, here one that only looks like ComfyUI's. */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  aspectOf, laddersBehind, laddersOf, nodeOfOutput, nodeOfRun, pictureOf,
} from "../../web/host/graph.mjs";
import { nodesBehind } from "../../web/host/behind.mjs";
import { sourceOf } from "../../web/host/links.mjs";
import { appWith, at } from "./graphs.mjs";

const names = (nodes) => nodes.map((node) => node.id);

const KINDS = {
  photo: ["LoadImage", { image: "trips/sea side.png [output]" }],
  first: ["PhotoAnchor"],
  second: ["PhotoAnchor"],
  turn: ["Reroute"],
  ladder: ["PromptLadder", { prompts: "a\nb" }],
  other: ["PromptLadder", { prompts: "c" }],
  sampler: ["ZoomStackSampler", { width: 512, height: 256 }],
  blend: ["LaplacianBlend"],
  explorer: ["ZoomStackExplorer"],
};
const WIRES = [
  ["photo", "first", "image", "IMAGE"],
  ["first", "second", "anchor", "ZOOM_ANCHOR"],
  ["second", "sampler", "anchor", "ZOOM_ANCHOR"],
  ["ladder", "turn", "", "*"],
  ["turn", "sampler", "ladder", "ZOOM_LADDER"],
  ["turn", "blend", "ladder", "ZOOM_LADDER"],
  ["blend", "explorer", "stack", "ZOOM_STACK"],
];

test("an anchor's ladder is its sampler's, through chains and reroutes", () => {
  const app = appWith(KINDS, WIRES);
  assert.deepEqual(names(laddersOf(app, at(app, "first"))), ["ladder"]);
  assert.equal(aspectOf(at(app, "first")), 2);
});

test("an anchor that leads nowhere may mean any ladder", () => {
  const app = appWith(KINDS, []);
  assert.deepEqual(names(laddersOf(app, at(app, "first"))), ["ladder", "other"]);
  assert.equal(aspectOf(at(app, "first")), null);
});

test("a stack's ladder is behind it", () => {
  const app = appWith(KINDS, WIRES);
  assert.deepEqual(names(laddersBehind(app, at(app, "explorer"), "stack")), ["ladder"]);
  assert.deepEqual(names(laddersBehind(app, at(app, "explorer"), "compare")), ["ladder", "other"]);
});

test("a photo is seen where LoadImage has it, or where it was shown last", () => {
  const app = appWith(KINDS, WIRES);
  assert.equal(
    pictureOf(app, at(app, "first"), "image"),
    "/api/view?filename=sea+side.png&subfolder=trips&type=output",
  );
  const made = appWith({ ...KINDS, photo: ["ImageScale"], shown: ["PreviewImage"] }, [
    ...WIRES, ["photo", "shown", "images", "IMAGE"],
  ]);
  assert.equal(pictureOf(made, at(made, "first"), "image"), null);
  made.nodeOutputs.shown = { images: [{ filename: "t.png", subfolder: "", type: "temp" }] };
  assert.match(pictureOf(made, at(made, "first"), "image"), /filename=t.png&subfolder=&type=temp$/);
  assert.equal(pictureOf(made, at(made, "second"), "image"), null);
});

test("what was shown of another picture, made from this one, is not this one", () => {
  const app = appWith({ ...KINDS, photo: ["ImageScale"], blur: ["Blur"], shown: ["PreviewImage"] }, [
    ...WIRES, ["photo", "blur", "image", "IMAGE"], ["blur", "shown", "images", "IMAGE"],
  ]);
  app.nodeOutputs.shown = { images: [{ filename: "t.png", subfolder: "", type: "temp" }] };
  assert.equal(pictureOf(app, at(app, "first"), "image"), null);
});

test("an input that another node fills says which", () => {
  const app = appWith(KINDS, WIRES);
  assert.equal(sourceOf(at(app, "first"), "image"), "photo");
  assert.equal(sourceOf(at(app, "ladder"), "prompts"), null);
  // In a subgraph a value may come from the subgraph's own input.
  const ladder = at(app, "ladder");
  ladder.inputs = [{ name: "prompts" }];
  app.graph.inputs = [{ name: "text", label: "What to see" }];
  app.graph.links.set(99, { origin_id: -10, origin_slot: 0, target_id: "ladder", target_slot: 0 });
  assert.equal(sourceOf(ladder, "prompts"), "What to see");
});

test("a node is found by what a run and an output call it, in subgraphs too", () => {
  const app = appWith(KINDS, []);
  const inner = appWith({ 5: ["ZoomStackSampler"] }, []).graph;
  app.graph.subgraphs = new Map([["b7a0", inner]]);
  at(app, "blend").subgraph = inner;
  assert.equal(nodeOfRun(app, "blend:5"), inner.nodes[0]);
  assert.equal(nodeOfRun(app, "ladder"), at(app, "ladder"));
  assert.equal(nodeOfRun(app, "gone:5"), undefined);
  assert.equal(nodeOfOutput(app, "b7a0:5"), inner.nodes[0]);
});

test("what a stack's pictures come from is behind it, through any nodes; what steers them is not", () => {
  const app = appWith(
    {
      ...KINDS, first_pass: ["KSampler"], larger: ["LatentUpscale"], bend: ["Reroute"],
      decode: ["VAEDecode"], model: ["ZoomStackApply"], hint: ["KSampler"],
    },
    [
      ["hint", "first", "image", "IMAGE"], ["first", "sampler", "anchor", "ZOOM_ANCHOR"],
      ["model", "sampler", "model", "MODEL"], ["first_pass", "larger", "samples", "LATENT"],
      ["larger", "bend", "", "*"], ["bend", "sampler", "latent", "LATENT"],
      ["sampler", "decode", "samples", "LATENT"], ["decode", "blend", "images", "IMAGE"],
      ["blend", "explorer", "stack", "ZOOM_STACK"], ["other", "explorer", "compare", "ZOOM_STACK"],
    ],
  ); // prettier-ignore
  assert.deepEqual(
    [...nodesBehind(app, at(app, "explorer"), "stack")].sort(),
    ["bend", "blend", "decode", "first_pass", "larger", "sampler"],
  );
  assert.deepEqual([...nodesBehind(app, at(app, "explorer"), "compare")], ["other"]);
  assert.deepEqual([...nodesBehind(app, at(app, "blend"), "stack")], []);
});

test("subgraphs are gone into and come out of, each node that stands for one by itself", () => {
  // 7 and 8 stand for the same subgraph with a sampler; 9 holds the explorer.
  const app = appWith({ 7: ["sub"], 8: ["sub"], 9: ["view"] }, [
    ["7", "9", "stack", "ZOOM_STACK"],
  ]);
  const made = appWith({ 5: ["ZoomStackSampler"], 6: ["LaplacianBlend"] }, [
    ["5", "6", "images", "IMAGE"],
  ]).graph;
  const view = appWith({ 4: ["ZoomStackExplorer"] }, []).graph;
  made.links.set(90, { type: "ZOOM_STACK", origin_id: "6", origin_slot: 0, target_id: -20, target_slot: 0 });
  view.inputs = [{ name: "stack" }];
  view.nodes[0].inputs.push({ name: "stack", type: "ZOOM_STACK" });
  view.links.set(91, { type: "ZOOM_STACK", origin_id: -10, origin_slot: 0, target_id: "4", target_slot: 0 });
  at(app, "7").subgraph = at(app, "8").subgraph = made;
  at(app, "9").subgraph = view;
  app.graph.subgraphs = new Map([["made", made], ["view", view]]);
  assert.deepEqual([...nodesBehind(app, view.nodes[0], "stack")].sort(), ["7:5", "7:6"]);

  // Both in one subgraph: what runs is both of those that stand for it.
  const both = appWith({ 5: ["KSampler"], 4: ["ZoomStackExplorer"] }, [["5", "4", "stack", "ZOOM_STACK"]]);
  const root = appWith({ 1: ["sub"], 2: ["sub"] }, []);
  root.graph.nodes.forEach((node) => (node.subgraph = both.graph));
  root.graph.subgraphs = new Map([["both", both.graph]]);
  assert.deepEqual([...nodesBehind(root, at(both, "4"), "stack")].sort(), ["1:5", "2:5"]);
});
