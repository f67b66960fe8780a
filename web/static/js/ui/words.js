// @ts-check
// The words of the page: every element says by data-i18n which message it shows.
import { translate } from "../core/i18n.js";

/** @typedef {import("../core/i18n.js").Lang} Lang */

/** data-i18n is the text; data-i18n-title, -label and -placeholder are attributes. */
const ATTRIBUTES = { title: "title", label: "aria-label", placeholder: "placeholder" };

/**
 * @param {ParentNode} root
 * @param {Lang} lang
 */
export function writeWords(root, lang) {
  for (const element of root.querySelectorAll("[data-i18n]")) {
    element.textContent = translate(lang, element.getAttribute("data-i18n") ?? "");
  }
  for (const [suffix, attribute] of Object.entries(ATTRIBUTES)) {
    for (const element of root.querySelectorAll(`[data-i18n-${suffix}]`)) {
      const key = element.getAttribute(`data-i18n-${suffix}`) ?? "";
      element.setAttribute(attribute, translate(lang, key));
    }
  }
}
