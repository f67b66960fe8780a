// @ts-check
// What frames the map: words, badge, status, tooltip, scale bar, and the sheets of a phone.
import { ProblemError } from "../api/client.js";
import { number, percent, translate } from "../core/i18n.js";
import { one } from "./dom.js";
import { measure } from "./legend.js";
import { writeWords } from "./words.js";

/** @typedef {import("../core/i18n.js").Lang} Lang */

export class Frame {
  /** @param {any} config */
  constructor(config) {
    this.config = config;
    this.troubled = false;
    this.sheetHeight = 0;
    /** @type {(change: number) => void} told by how much more of the map is covered, in pixels */
    this.onSheet = () => {};
    for (const button of document.querySelectorAll("[data-sheet-open]")) {
      const name = button.getAttribute("data-sheet-open") ?? "";
      button.addEventListener("click", () => this.openSheet(document.body.dataset.sheet === name ? "" : name));
    }
  }

  /** @param {Lang} lang */
  words(lang) {
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    writeWords(document, lang);
    const place = this.config.root[lang];
    one("#app-place").textContent = place;
    document.title = `${place} · ${translate(lang, "app.title")}`;
  }

  /**
   * @param {Lang} lang
   * @param {{generation: number, effective_from: string}} [boundaries] other than the newest
   */
  facts(lang, boundaries = this.config) {
    const { generation, effective_from } = boundaries;
    const { is_schematic } = this.config;
    const facts = one("#generation");
    // A map of a frame is of no generation.
    facts.hidden = !generation;
    facts.textContent = translate(lang, "app.generation", { number: generation });
    facts.title = translate(lang, "app.generation_title", { day: effective_from });
    one("#badge").hidden = !is_schematic;
  }

  /** @param {string} words */
  wait(words) {
    this.#status("waiting", words, "");
  }

  /** The map is there; figures may still be on their way. */
  drawn() {
    one("#status").hidden = true;
  }

  /** Everything is there that was asked for first. */
  ready() {
    document.documentElement.dataset.ready = "true";
  }

  /**
   * Nothing can be shown.
   * @param {Lang} lang
   * @param {unknown} error
   * @param {() => void} retry
   */
  fail(lang, error, retry) {
    this.#status("failed", translate(lang, "app.failed"), this.reason(lang, error), retry);
    if (!(error instanceof ProblemError)) throw error;
  }

  /**
   * Something is missing; the map stays.
   * @param {Lang} lang
   * @param {ProblemError} error
   * @param {() => void} retry
   */
  trouble(lang, error, retry) {
    this.troubled = true;
    this.#status("troubled", translate(lang, "app.failed"), this.reason(lang, error), retry);
  }

  recovered() {
    if (!this.troubled) return;
    this.troubled = false;
    one("#status").hidden = true;
  }

  /**
   * @param {Lang} lang
   * @param {unknown} error
   * @returns {string}
   */
  reason(lang, error) {
    if (!(error instanceof ProblemError)) return String(error);
    return error.status === 0 ? translate(lang, "app.offline") : error.text(lang);
  }

  /**
   * @param {string} state
   * @param {string} words
   * @param {string} detail
   * @param {() => void} [retry]
   */
  #status(state, words, detail, retry) {
    const status = one("#status");
    status.hidden = false;
    status.dataset.state = state;
    one("#status-words").textContent = words;
    one("#status-detail").textContent = detail;
    const button = one("#status-retry");
    button.hidden = !retry;
    button.onclick = retry ?? null;
  }

  /**
   * @param {Lang} lang
   * @param {import("../core/topology.js").Grid | null} grid
   * @param {{x: number, y: number}} at
   * @param {string} mode
   * @param {number} value
   */
  tooltip(lang, grid, at, mode, value) {
    const tip = one("#tooltip");
    tip.hidden = !grid;
    if (!grid) return;
    const lines = [grid.name, translate(lang, `kind.${grid.kind}`)];
    if (mode === "events") lines.push(translate(lang, "map.tooltip_events", { count: number(lang, value || 0) }));
    if (mode === "households") lines.push(translate(lang, "map.tooltip_households", { count: number(lang, value || 0) }));
    if ((mode === "density" || mode === "overdue") && Number.isFinite(value)) {
      lines.push(translate(lang, `map.tooltip_${mode}`, { count: measure(lang, mode, value) }));
    }
    if (mode === "closing_rate" && Number.isFinite(value)) {
      lines.push(translate(lang, "map.tooltip_rate", { rate: percent(value, 1) }));
    }
    tip.replaceChildren(...lines.map((line) => {
      const element = document.createElement("span");
      element.textContent = line;
      return element;
    }));
    const { clientWidth, clientHeight } = one(".stage");
    const left = at.x + 16 + tip.offsetWidth > clientWidth ? at.x - 16 - tip.offsetWidth : at.x + 16;
    const top = at.y + 16 + tip.offsetHeight > clientHeight ? at.y - 16 - tip.offsetHeight : at.y + 16;
    tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  /** @param {{metres: number, pixels: number}} bar */
  scale({ metres, pixels }) {
    const scale = one("#scale");
    scale.textContent = metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
    scale.style.width = `${pixels}px`;
  }

  /** @param {string} words empty when nothing plays */
  playing(words) {
    const label = one("#playing");
    label.hidden = !words;
    label.textContent = words;
  }

  /** @param {string} name of a sheet on a phone; empty to close */
  openSheet(name) {
    document.body.dataset.sheet = name;
    for (const button of document.querySelectorAll("[data-sheet-open]")) {
      button.setAttribute("aria-expanded", String(button.getAttribute("data-sheet-open") === name));
    }
    const sheet = name && one(`[data-sheet-name="${name}"]`);
    const height = sheet && isPhone() ? sheet.getBoundingClientRect().height : 0;
    if (height !== this.sheetHeight) this.onSheet(height - this.sheetHeight);
    this.sheetHeight = height;
  }

  /** @returns {{left: number, right: number, top: number, bottom: number}} what panels cover */
  padding() {
    const stage = one(".stage").getBoundingClientRect();
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const box = (/** @type {string} */ selector) => {
      const rect = one(selector).getBoundingClientRect();
      return rect.width && rect.height ? rect : null;
    };
    const gap = 1.25 * rem;
    if (isPhone()) {
      const card = box(".card");
      const where = box(".where");
      const top = (where ? where.bottom - stage.top : 0) + gap;
      return { left: gap, right: gap, top, bottom: (card ? card.height : 3.25 * rem) + gap };
    }
    const panel = box(".panel");
    const side = box(".card") ?? box(".side");
    const time = box(".time");
    return {
      left: (panel ? panel.right - stage.left : 0) + gap,
      right: (side ? stage.right - side.left : 0) + gap,
      top: gap,
      bottom: (time ? stage.bottom - time.top : 0) + gap,
    };
  }
}

/** @returns {boolean} whether panels are sheets at the bottom */
const isPhone = () => getComputedStyle(one(".tabs")).display !== "none";
