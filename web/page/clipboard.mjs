/**
 * Copying.
 */

import { element } from "./elements.mjs";

/**
 * Puts text on the clipboard; whether the browser let us.
 *
 * @param {string} text
 * @returns {Promise<boolean>}
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Away from localhost a page without TLS has no clipboard, but may still copy what is selected.
    const area = element("textarea", {}, text);
    area.style.position = "fixed";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
