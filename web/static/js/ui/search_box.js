// @ts-check
// The search box: a combobox, led by the keyboard or the pointer.
import { translate } from "../core/i18n.js";
import { el, one } from "./dom.js";

/** @typedef {import("../core/search.js").Found} Found */

export class SearchBox {
  /**
   * @param {object} parts
   * @param {(query: string) => Found[] | Promise<Found[] | null>} parts.find null where a newer query took over
   * @param {(found: Found) => void} parts.choose
   * @param {() => import("../core/i18n.js").Lang} parts.lang
   * @param {(kind: string) => string} parts.kindName word for a level or a kind of grid
   */
  constructor({ find, choose, lang, kindName }) {
    this.find = find;
    this.choose = choose;
    this.lang = lang;
    this.kindName = kindName;
    this.input = one("#search-input");
    this.list = one("#search-list");
    this.status = one("#search-status");
    /** @type {Found[]} */
    this.found = [];
    this.active = -1;
    this.input.addEventListener("input", () => this.#search());
    this.input.addEventListener("focus", () => this.#search());
    this.input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#key(event));
    // A press on an option must not take the focus away before it counts.
    this.list.addEventListener("pointerdown", (/** @type {Event} */ event) => event.preventDefault());
    this.input.addEventListener("blur", () => this.#close());
    document.addEventListener("keydown", (event) => this.#shortcut(event));
  }

  /** @param {KeyboardEvent} event */
  #shortcut(event) {
    const typing = event.target instanceof Element && event.target.closest("input, select, textarea");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.input.focus();
    this.input.select();
  }

  #search() {
    const query = this.input.value;
    const found = this.find(query);
    if (!(found instanceof Promise)) return this.#offer(found, query);
    found.then(
      (later) => later && query === this.input.value && this.#offer(later, query),
      () => query === this.input.value && this.#offer([], query),
    );
  }

  /**
   * @param {Found[]} found
   * @param {string} query
   */
  #offer(found, query) {
    this.found = found;
    this.active = found.length ? 0 : -1;
    this.#render(query);
  }

  /** @param {string} query */
  #render(query) {
    const options = this.found.map((item, n) =>
      el(
        "li",
        {
          class: "search__option",
          id: `search-option-${n}`,
          role: "option",
          "aria-selected": String(n === this.active),
          on: { click: () => this.#take(n) },
        },
        [
          el("span", { class: `tag tag--${item.type === "grid" ? item.kind : "division"}`, text: this.kindName(item.kind) }),
          el("span", { class: "search__name", text: item.name }),
          el("span", { class: "search__place", text: item.place }),
          el("span", { class: "search__code", text: item.code }),
        ],
      ),
    );
    const lang = this.lang();
    const none = query.trim() && !options.length;
    const words = none
      ? translate(lang, "search.none", { query: query.trim() })
      : options.length ? translate(lang, "search.count", { count: options.length }) : "";
    this.status.textContent = words;
    this.list.replaceChildren(...(none ? [el("li", { class: "search__none", text: words })] : options));
    const open = Boolean(options.length || none);
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    this.#mark();
  }

  #mark() {
    [...this.list.children].forEach((child, n) => {
      child.setAttribute("aria-selected", String(n === this.active));
      if (n === this.active) child.scrollIntoView({ block: "nearest" });
    });
    if (this.active >= 0) this.input.setAttribute("aria-activedescendant", `search-option-${this.active}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && this.found.length) {
      event.preventDefault();
      const step = steps[/** @type {keyof typeof steps} */ (event.key)];
      this.active = (this.active + step + this.found.length) % this.found.length;
      this.#mark();
    } else if (event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      this.#take(this.active);
    } else if (event.key === "Escape") {
      this.input.value = "";
      this.#close();
      this.input.blur();
    }
  }

  /** @param {number} n */
  #take(n) {
    const item = this.found[n];
    this.input.value = item.name;
    this.#close();
    this.input.blur();
    this.choose(item);
  }

  #close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
