/**
 * A menu over the viewer: opened at a point or beside a button, gone through with the arrow keys.
 *
 * @typedef {object} Item
 * @property {string} label
 * @property {() => void} [act]  a line without one is only read
 * @property {string} [icon]
 * @property {HTMLElement} [picture] in place of an icon
 * @property {boolean} [checked] of one among several that are to choose from
 */

import { element } from "../page/elements.mjs";
import { icon } from "./icons.mjs";

const MARGIN = 4; // pixels to the viewer's edge

export class Menu {
  constructor() {
    this.element = element("div", { class: "popup", role: "menu", hidden: true, "data-own": true });
    /** What gets the focus back. @type {HTMLElement | null} */
    this.opener = null;
    this.element.addEventListener("keydown", (event) => this.#key(event));
    for (const name of ["pointerdown", "dblclick", "wheel"]) {
      this.element.addEventListener(name, (event) => event.stopPropagation());
    }
    this.element.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      event.stopPropagation();
    });
    this.element.addEventListener("focusout", ({ relatedTarget }) => {
      if (!this.element.contains(relatedTarget)) this.close(false);
    });
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /**
   * @param {string} title
   * @param {Item[]} items
   * @param {{x: number, y: number}} at a point of the window
   * @param {HTMLElement} opener gets the focus when the menu closes
   */
  open(title, items, at, opener) {
    this.opener = opener;
    this.element.setAttribute("aria-label", title);
    const head = element("div", { class: "title", role: "presentation" }, title);
    this.element.replaceChildren(head, ...items.map((item) => this.#line(item)));
    this.element.hidden = false;
    this.#place(at);
    const first = this.#lines.find((line) => line.ariaChecked === "true") ?? this.#lines[0];
    first?.focus({ preventScroll: true });
    first?.scrollIntoView({ block: "nearest" });
  }

  /** @param {boolean} back whether the focus goes back to where it was */
  close(back = true) {
    if (!this.isOpen) return;
    this.element.hidden = true;
    if (back) this.opener?.focus({ preventScroll: true });
  }

  /** @returns {HTMLElement[]} */
  get #lines() {
    return [...this.element.querySelectorAll("button")];
  }

  /** @param {Item} item */
  #line({ label, act, icon: name, picture, checked }) {
    const before = picture ?? (name ? icon(name) : "");
    if (!act) return element("div", { class: "line", role: "presentation" }, before, label);
    const chosen = checked === undefined ? {} : { "aria-checked": String(checked) };
    const role = checked === undefined ? "menuitem" : "menuitemradio";
    const choose = () => {
      this.close();
      act();
    };
    const about = { type: "button", class: "line", role, tabindex: "-1", onClick: choose, ...chosen };
    return element("button", about, before, element("span", {}, label));
  }

  /** As near to a point of the window as the viewer has room; ComfyUI scales its nodes. */
  #place(at) {
    const around = this.element.offsetParent ?? this.element.parentNode.host;
    const box = around.getBoundingClientRect();
    const scale = around.clientWidth / box.width || 1;
    const { offsetWidth: width, offsetHeight: height, style } = this.element;
    const fit = (value, size, most) => Math.max(MARGIN, Math.min(value, most - size - MARGIN));
    style.left = `${fit((at.x - box.left) * scale, width, around.clientWidth)}px`;
    style.top = `${fit((at.y - box.top) * scale, height, around.clientHeight)}px`;
  }

  #key(event) {
    event.stopPropagation();
    const lines = this.#lines;
    const now = lines.indexOf(this.element.getRootNode().activeElement);
    const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) lines.at(to % lines.length)?.focus();
    else if (event.key === "Escape" || event.key === "Tab") this.close();
    else return;
    event.preventDefault();
  }
}
