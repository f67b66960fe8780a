// @ts-check
// Text in the language that is chosen.
import { MESSAGES } from "./messages.js";

/** @typedef {"zh" | "en"} Lang */
/** @typedef {Record<Lang, Record<string, string>>} Catalogue */

/** What this page can say: what every page says, and what it brought with it. @type {Catalogue} */
const words = { zh: { ...MESSAGES.zh }, en: { ...MESSAGES.en } };

/**
 * Lets a page say what is in its catalogues; it loads no others.
 * @param {Catalogue[]} catalogues
 */
export function learn(...catalogues) {
  for (const { zh, en } of catalogues) {
    Object.assign(words.zh, zh);
    Object.assign(words.en, en);
  }
}

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
  const template = ownNames[lang][key] ?? words[lang][key];
  if (template === undefined) throw new Error(`no message ${key} in ${lang}`);
  return template.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * @param {Lang} _lang
 * @param {number} value
 * @param {number} [decimals]
 * @returns {string} 3,463
 */
export function number(_lang, value, decimals = 0) {
  // Both languages write numbers alike; Intl takes longer to be ready than a page has to wait for it.
  const [whole, part] = value.toFixed(decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return part ? `${grouped}.${part}` : grouped;
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
