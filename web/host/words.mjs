/**
 * The pack's own words in the language that ComfyUI speaks, from locales/<language>/main.json.
 */

import { WORDS } from "../page/words.mjs";

/**
 * Fetches the words once a page. `wordsFor.now` holds them, English until they are there.
 *
 * @param {object} app
 * @returns {Promise<Record<string, string>>}
 */
export async function wordsFor(app) {
  wordsFor.fetched ??= fetchWords(app).then((words) => (wordsFor.now = words));
  return wordsFor.fetched;
}

/** @type {Record<string, string>} */
wordsFor.now = WORDS;
/** @type {Promise<Record<string, string>> | undefined} */
wordsFor.fetched = undefined;

/** @param {object} app */
async function fetchWords(app) {
  try {
    const language = app.extensionManager.setting.get("Comfy.Locale");
    if (!language || language === "en") return WORDS;
    const all = await (await app.api.fetchApi("/i18n")).json();
    return { ...WORDS, ...all[language]?.zoomStack };
  } catch (error) {
    console.warn("zoomstack: its words in your language are not to be had; English it is.", error);
    return WORDS;
  }
}
