/**
 * Numbers as they are typed: ComfyUI rounds them to the step of their arrows, and shows no more.
 */

import { after, isOurs, onChange, widgetOf } from "../host/nodes.mjs";

const MOST = 6; // decimals shown

/** @param {object} app ComfyUI's */
export function register(app) {
  app.registerExtension({
    name: "zoomstack.numbers",
    nodeCreated(node) {
      if (!isOurs(node)) return;
      const { input } = node.constructor.nodeData;
      for (const [name, [type]] of Object.entries({ ...input?.required, ...input?.optional })) {
        const widget = type === "FLOAT" && widgetOf(node, name);
        if (widget) asTyped(node, widget);
      }
    },
  });
}

/** Keeps a number widget from rounding, and shows as many decimals as its value has. */
function asTyped(node, widget) {
  const usual = widget.options.precision ?? 0;
  widget.options.round = 0;
  const show = () => (widget.options.precision = Math.max(usual, decimals(widget.value)));
  onChange(widget, show);
  after(node, "onConfigure", show);
}

/** @param {unknown} value */
function decimals(value) {
  const [, after = ""] = String(Number(value)).split(".");
  return Math.min(after.length, MOST);
}
