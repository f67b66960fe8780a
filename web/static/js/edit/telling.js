// @ts-check
// Words about what became of a draft that was published.
import { number } from "../core/i18n.js";

/** @typedef {import("../ui/language.js").Language} Language */

/**
 * @param {Language} language
 * @param {any} publication as the server tells it
 * @returns {string}
 */
export function publishedWords(language, { generation, refiled_households, refiled_events }) {
  const count = (/** @type {number} */ value) => number(language.lang, value);
  const counts = { households: count(refiled_households), events: count(refiled_events) };
  return language.say("edit.told.publish", { generation, ...counts });
}
