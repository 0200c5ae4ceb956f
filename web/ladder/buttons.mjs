/**
 * Buttons with the icons that ComfyUI ships (PrimeIcons).
 */

import { button, element } from "../page/elements.mjs";

/**
 * @param {string} icon such as "plus"
 * @param {string} name read out, and shown on hovering
 * @param {(event: MouseEvent) => void} onClick
 * @param {string} [label] text beside the icon
 */
export function iconButton(icon, name, onClick, label = "") {
  const picture = element("i", { class: `pi pi-${icon}`, "aria-hidden": "true" });
  const text = label ? [element("span", {}, label)] : [];
  return button(name, onClick, { class: "zs-button" }, picture, ...text);
}
