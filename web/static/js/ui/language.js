// @ts-check
// The language of a page without a map: from the address, from last time, or Chinese.
import { translate } from "../core/i18n.js";
import { one } from "./dom.js";
import { writeWords } from "./words.js";

/** @typedef {import("../core/i18n.js").Lang} Lang */

/** Under which name the browser remembers it. */
export const LANGUAGE_KEY = "gridmap.lang";

export class Language {
  /**
   * @param {{zh: string, en: string}} title of what is served here
   * @param {string} subject message that names the page
   * @param {() => void} changed writes what the page shows besides its fixed words
   */
  constructor(title, subject, changed) {
    this.title = title;
    this.subject = subject;
    this.changed = changed;
    const asked = new URLSearchParams(location.search).get("lang") ?? localStorage.getItem(LANGUAGE_KEY);
    /** @type {Lang} */
    this.lang = asked === "en" ? "en" : "zh";
    one("#language").addEventListener("click", () => this.#toggle());
    this.write();
  }

  /**
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   * @returns {string}
   */
  say(key, values) {
    return translate(this.lang, key, values);
  }

  /** @param {string | null} time as the server writes it */
  time(time) {
    if (!time) return "";
    const locale = this.lang === "zh" ? "zh-CN" : "en-GB";
    const style = /** @type {const} */ ({ dateStyle: "medium", timeStyle: "short" });
    return new Intl.DateTimeFormat(locale, { ...style, timeZone: "Asia/Shanghai" }).format(new Date(time));
  }

  write() {
    document.documentElement.lang = this.lang === "zh" ? "zh-CN" : "en";
    writeWords(document, this.lang);
    for (const element of document.querySelectorAll("[data-title]")) {
      element.textContent = this.title[this.lang];
    }
    document.title = `${this.say(this.subject)} · ${this.title[this.lang]}`;
  }

  #toggle() {
    this.lang = this.lang === "zh" ? "en" : "zh";
    localStorage.setItem(LANGUAGE_KEY, this.lang);
    this.write();
    this.changed();
  }
}
