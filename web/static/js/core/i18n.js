// @ts-check
// Text in the language that is chosen.
import { ACCESS_MESSAGES } from "./access_messages.js";
import { EDIT_MESSAGES } from "./edit_messages.js";
import { MESSAGES } from "./messages.js";
import { PLAYBACK_MESSAGES } from "./playback_messages.js";
import { REVIEW_MESSAGES } from "./review_messages.js";
import { STAGE_MESSAGES } from "./stage_messages.js";
import { SCREEN_MESSAGES } from "./screen_messages.js";
import { UPLOAD_MESSAGES } from "./upload_messages.js";
import { WHERE_MESSAGES } from "./where_messages.js";

/** @typedef {"zh" | "en"} Lang */

/** What the deployment itself calls things. @type {Record<Lang, Record<string, string>>} */
const ownNames = { zh: {}, en: {} };

/**
 * Lets the deployment's profile name the kinds of grid: 村民小组网格, for one.
 * @param {Record<string, [string, string]>} kinds kind → its name in Chinese and in English
 */
export function nameKinds(kinds) {
  for (const [kind, [zh, en]] of Object.entries(kinds)) {
    ownNames.zh[`kind.${kind}`] = zh;
    ownNames.en[`kind.${kind}`] = en.charAt(0).toUpperCase() + en.slice(1);
  }
}

/**
 * @param {Lang} lang
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function translate(lang, key, values = {}) {
  const template =
    ownNames[lang][key] ?? MESSAGES[lang][key] ?? ACCESS_MESSAGES[lang][key] ?? EDIT_MESSAGES[lang][key] ?? REVIEW_MESSAGES[lang][key] ??
    SCREEN_MESSAGES[lang][key] ?? STAGE_MESSAGES[lang][key] ?? PLAYBACK_MESSAGES[lang][key] ?? UPLOAD_MESSAGES[lang][key] ??
    WHERE_MESSAGES[lang][key];
  if (template === undefined) throw new Error(`no message ${key} in ${lang}`);
  return template.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * @param {Lang} lang
 * @param {number} value
 * @param {number} [decimals]
 * @returns {string} 3,463
 */
export function number(lang, value, decimals = 0) {
  return new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en-GB", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(value);
}

/**
 * @param {number} share
 * @param {number} [decimals]
 * @returns {string} 93.67%
 */
export function percent(share, decimals = 2) {
  return `${(share * 100).toFixed(decimals)}%`;
}

/**
 * @param {Lang} lang
 * @param {number} squareMetres
 * @returns {string}
 */
export function area(lang, squareMetres) {
  const km2 = squareMetres / 1e6;
  const unit = lang === "zh" ? "平方公里" : "km²";
  return `${number(lang, km2, km2 < 10 ? 3 : 1)} ${unit}`;
}
