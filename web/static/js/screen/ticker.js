// @ts-check
// A figure that rolls: each digit is a strip of ten, moved by a transform.
import { number } from "../core/i18n.js";
import { el } from "../ui/dom.js";

const STRIP = "0\n1\n2\n3\n4\n5\n6\n7\n8\n9";

export class Ticker {
  /** @param {string} [className] */
  constructor(className = "") {
    this.words = el("span", { class: "visually-hidden" });
    this.strips = el("span", { class: "ticker__strips", "aria-hidden": "true" });
    this.element = el("span", { class: `ticker digits ${className}` }, [this.words, this.strips]);
    this.shown = "";
  }

  /**
   * @param {"zh" | "en"} lang
   * @param {number | null | undefined} value null where it may not be told or is not known
   * @param {number} [decimals]
   * @param {string} [suffix] as %
   */
  set(lang, value, decimals = 0, suffix = "") {
    const text = value === null || value === undefined ? "–" : `${number(lang, value, decimals)}${suffix}`;
    if (text === this.shown) return;
    this.shown = text;
    this.words.textContent = text;
    this.#fit(text);
    [...text].forEach((char, place) => {
      const cell = this.strips.children[this.strips.children.length - text.length + place];
      setCell(cell, char);
    });
  }

  /** Strips are kept from the right, so that hundreds stay hundreds while a figure grows. @param {string} text */
  #fit(text) {
    const { strips } = this;
    while (strips.children.length > text.length) strips.firstElementChild.remove();
    while (strips.children.length < text.length) {
      strips.prepend(el("span", { class: "ticker__cell" }, [el("span", { class: "ticker__strip" })]));
    }
  }
}

/**
 * @param {Element} cell
 * @param {string} char
 */
function setCell(cell, char) {
  const strip = /** @type {HTMLElement} */ (cell.firstElementChild);
  const rolls = char >= "0" && char <= "9";
  const text = rolls ? STRIP : char;
  if (strip.textContent !== text) strip.textContent = text;
  cell.classList.toggle("ticker__cell--digit", rolls);
  strip.style.transform = rolls ? `translateY(-${Number(char) * 10}%)` : "";
}
