// @ts-check
// Words about what became of a draft: published, or in conflict with what others published.
import { number } from "../core/i18n.js";

/** @typedef {import("../ui/language.js").Language} Language */

/** Under which name the browser keeps what is to be said after the page is loaded anew. */
const TOLD_KEY = "gridmap.edit.told";

/**
 * @param {Language} language
 * @param {any} rebase as the server tells it
 * @returns {string} which operations do not fit
 */
export function conflictWords(language, { operations }) {
  const words = operations
    .filter((/** @type {any} */ one) => one.state === "conflict")
    .map((/** @type {any} */ one) => (language.lang === "zh" && one.detail_zh) || one.detail);
  return language.say("edit.told.conflict", { words: words.join("; ") });
}

/**
 * @param {Language} language
 * @param {any} publication as the server tells it
 */
export function keepPublished(language, { generation, refiled_households, refiled_events }) {
  const count = (/** @type {number} */ value) => number(language.lang, value);
  const counts = { households: count(refiled_households), events: count(refiled_events) };
  sessionStorage.setItem(TOLD_KEY, language.say("edit.told.publish", { generation, ...counts }));
}

/** @returns {string | null} what was kept; said once */
export function takeKept() {
  const words = sessionStorage.getItem(TOLD_KEY);
  sessionStorage.removeItem(TOLD_KEY);
  return words;
}
