// @ts-check
// A list of which as many rows are shown as fit; the others follow page by page.
import { pageAt, pagesOf } from "../core/ranking.js";
import { el } from "../ui/dom.js";

/** So long each page is seen. */
const PAGE_MS = 10_000;

export class Rows {
  /**
   * @param {import("./beat.js").Beat} beat
   * @param {(row: any, place: number) => HTMLElement} make
   * @param {HTMLElement} tools of the panel; says which page it is
   */
  constructor(beat, make, tools) {
    this.make = make;
    /** @type {any[]} */
    this.rows = [];
    this.none = "";
    this.page = 0;
    this.next = Date.now() + PAGE_MS;
    this.element = el("ol", { class: "rows" });
    this.mark = el("span", { class: "panel__page digits", "aria-hidden": "true" });
    tools.append(this.mark);
    beat.every((now) => this.#turn(now));
  }

  /**
   * @param {any[]} rows
   * @param {string} none said where there are none
   */
  set(rows, none) {
    this.rows = rows;
    this.none = none;
    this.fit();
  }

  /** Show as many as there is room for. */
  fit() {
    const room = this.#room();
    const { first, last } = pageAt(this.rows.length, room, this.page);
    const pages = pagesOf(this.rows.length, room);
    this.mark.textContent = pages > 1 ? `${(this.page % pages) + 1} / ${pages}` : "";
    const held = /** @type {HTMLElement | null} */ (document.activeElement)?.closest?.("[data-code]");
    const code = held && this.element.contains(held) ? /** @type {HTMLElement} */ (held).dataset.code : null;
    const shown = this.rows.slice(first, last).map((row, n) => this.make(row, first + n));
    if (shown.length === 0) shown.push(el("li", { class: "rows__none", text: this.none }));
    this.element.replaceChildren(...shown);
    this.element.classList.toggle("is-full", this.rows.length >= room);
    // A row that somebody stands on with the keyboard is still there after new figures came.
    if (code) /** @type {HTMLElement | null} */ (this.element.querySelector(`[data-code="${code}"]`))?.focus();
  }

  #room() {
    return roomOf(this.element, this.rows.length);
  }

  /** @param {number} now */
  #turn(now) {
    if (now < this.next) return;
    this.next = now + PAGE_MS;
    if (document.hidden || this.element.clientHeight === 0) return;
    if (this.rows.length === 0 || this.element.matches(":hover, :focus-within")) return;
    if (pagesOf(this.rows.length, this.#room()) < 2) return;
    this.page += 1;
    this.fit();
    this.element.classList.remove("is-turned");
    void this.element.offsetWidth;
    this.element.classList.add("is-turned");
  }
}

/** So many rows are shown where the page may grow as long as it likes. */
const UNBOUND = 15;

/**
 * @param {HTMLElement} list with its height of a row as --row, in rem
 * @param {number} count rows that there are
 * @returns {number} rows that fit
 */
export function roomOf(list, count) {
  const style = getComputedStyle(list);
  if (style.overflowY === "visible") return Math.min(count, UNBOUND);
  const size = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const row = parseFloat(style.getPropertyValue("--row")) * size;
  return Math.max(1, Math.floor((list.clientHeight + 1) / row));
}
