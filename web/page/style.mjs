/**
 * Style sheets: a .css file beside the module that is drawn with it.
 */

/** A sheet that any number of documents and shadow roots can wear; it is asked for at once. */
export class Style {
  /** @param {string} address of the .css file */
  constructor(address) {
    // Constructed, for a page's security policy may forbid style elements.
    this.sheet = new CSSStyleSheet();
    /** @type {Promise<void>} kept once the sheet is filled */
    this.ready = this.#fill(address);
  }

  /** Dress a document or a shadow root in it. @param {DocumentOrShadowRoot} root */
  dress(root) {
    const worn = root.adoptedStyleSheets;
    if (!worn.includes(this.sheet)) root.adoptedStyleSheets = [...worn, this.sheet];
  }

  async #fill(address) {
    try {
      await this.sheet.replace(await (await fetch(address)).text());
    } catch (error) {
      console.warn(`zoomstack: ${address} is not to be had; what it styles is bare.`, error);
    }
  }
}
