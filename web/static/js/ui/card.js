// @ts-check
// The card of one grid: its row of the register (一览表).
import { area, number, percent, translate } from "../core/i18n.js";
import { shortDivision } from "../core/names.js";
import { ICONS, el, icon, one } from "./dom.js";
import { openPart } from "./open_events.js";

/** @typedef {import("../core/i18n.js").Lang} Lang */
/** @typedef {import("../core/topology.js").Terrain} Terrain */
/** @typedef {import("../core/topology.js").Grid} Grid */

/**
 * @typedef {object} Content
 * @property {Grid} grid
 * @property {any | null} record answer of the server; null while it is on its way
 * @property {string | null} failure
 * @property {Record<string, number> | null} figures of the period on the map
 * @property {import("./open_events.js").Open | "hidden" | "failed" | null} open
 * @property {string} span the period in words
 */

export class Card {
  /**
   * @param {Terrain} terrain
   * @param {object} actions
   * @param {() => void} actions.close
   * @param {() => void} actions.zoom
   * @param {() => string} actions.link
   * @param {() => void} actions.retry
   */
  constructor(terrain, actions) {
    this.terrain = terrain;
    this.actions = actions;
    this.root = one("#card");
    this.code = "";
  }

  hide() {
    this.root.hidden = true;
    this.root.replaceChildren();
  }

  /**
   * @param {Lang} lang
   * @param {Content} content
   */
  show(lang, content) {
    const focused = this.root.contains(document.activeElement) && document.activeElement?.id;
    const scrolled = this.code === content.grid.code ? this.#scroller()?.scrollTop ?? 0 : 0;
    this.code = content.grid.code;
    this.root.hidden = false;
    this.root.replaceChildren(
      this.#head(lang, content.grid),
      content.failure ? this.#failure(lang, content.failure) : this.#body(lang, content),
      this.#actions(lang, content.grid),
    );
    // The card is written anew when its record arrives or something happens; keyboard and eye stay
    // where they were.
    const scroller = this.#scroller();
    if (scroller) scroller.scrollTop = scrolled;
    if (focused) document.getElementById(focused)?.focus();
  }

  /** @returns {HTMLElement | null} */
  #scroller() {
    return this.root.querySelector(".card__body");
  }

  /**
   * @param {Lang} lang
   * @param {Grid} grid
   */
  #head(lang, grid) {
    const path = this.terrain.divisions.get(grid.division)?.path ?? [];
    const place = path.slice(1).map((code) => shortDivision(this.terrain.divisions.get(code)?.name ?? ""));
    return el("header", { class: "card__head" }, [
      el("span", { class: `tag tag--${grid.kind}`, text: translate(lang, `kind.${grid.kind}`) }),
      el("h2", { class: "card__name", id: "card-name", text: grid.name }),
      el("p", { class: "card__place", text: place.join(" · ") }),
      el("button", {
        type: "button", id: "card-close", class: "card__close icon-button",
        "aria-label": translate(lang, "card.close"), on: { click: this.actions.close },
      }, [icon(ICONS.close)]),
    ]);
  }

  /**
   * @param {Lang} lang
   * @param {Content} content
   */
  #body(lang, { grid, record, open, figures, span }) {
    const none = translate(lang, "card.none");
    const wait = record ? none : "…";
    const known = record ?? {};
    const count = (/** @type {unknown} */ value) =>
      typeof value === "number" ? number(lang, value) : wait;
    const rows = [
      field(lang, "code", el("span", { class: "digits card__code", text: grid.code })),
      field(lang, "area", area(lang, grid.areaM2)),
      field(lang, "head", known.heads?.length ? known.heads.join("、") : wait),
      field(lang, "full_time", count(known.full_time)),
      field(lang, "part_time", count(known.part_time)),
    ];
    return el("div", { class: "card__body", id: "card-body", tabindex: "0", role: "group", "aria-label": translate(lang, "card.title") }, [
      openPart(lang, open),
      el("dl", { class: "card__numbers" }, [
        figure(lang, "households", count(figures?.households)),
        figure(lang, "people", count(figures?.people)),
        figure(lang, "party_members", count(figures?.party_members)),
        figure(lang, "events", count(figures?.events)),
        figure(lang, "closed", count(figures?.closed)),
        figure(lang, "rate", figures?.events ? percent(figures.closed / figures.events, 1) : "–"),
      ]),
      el("p", { class: "card__note", text: translate(lang, "card.period", { span }) }),
      el("dl", { class: "card__fields" }, [...rows, field(lang, "bounds", known.bounds ?? wait)]),
    ]);
  }

  /**
   * @param {Lang} lang
   * @param {string} failure
   */
  #failure(lang, failure) {
    return el("div", { class: "card__failure", role: "alert" }, [
      el("p", { text: translate(lang, "card.failed") }),
      el("p", { class: "card__note", text: failure }),
      el("button", { type: "button", class: "button", text: translate(lang, "app.retry"), on: { click: this.actions.retry } }),
    ]);
  }

  /**
   * @param {Lang} lang
   * @param {Grid} grid
   */
  #actions(lang, grid) {
    const button = (/** @type {string} */ id, /** @type {string} */ shape, /** @type {string} */ key, /** @type {(event: any) => void} */ click) =>
      el("button", { type: "button", id, class: "button", on: { click } }, [
        icon(shape),
        el("span", { text: translate(lang, key) }),
      ]);
    return el("footer", { class: "card__actions" }, [
      button("card-zoom", ICONS.target, "card.zoom", this.actions.zoom),
      button("card-copy", ICONS.copy, "card.copy", (event) => copy(lang, grid.code, event.currentTarget)),
      button("card-link", ICONS.link, "card.link", (event) => copy(lang, this.actions.link(), event.currentTarget)),
    ]);
  }
}

/**
 * @param {Lang} lang
 * @param {string} name
 * @param {string | HTMLElement} value
 */
function field(lang, name, value) {
  return el("div", { class: `card__field card__field--${name}` }, [
    el("dt", { text: translate(lang, `card.${name}`) }),
    el("dd", {}, [value]),
  ]);
}

/**
 * @param {Lang} lang
 * @param {string} name
 * @param {string} value
 */
function figure(lang, name, value) {
  return el("div", { class: "card__figure" }, [
    el("dt", { text: translate(lang, `card.${name}`) }),
    el("dd", { class: "digits", text: value, "data-figure": name }),
  ]);
}

/**
 * @param {Lang} lang
 * @param {string} text
 * @param {HTMLElement} button says that it is done
 */
async function copy(lang, text, button) {
  const words = /** @type {HTMLElement} */ (button.lastElementChild);
  await writeClipboard(text);
  words.textContent = translate(lang, "card.copied");
}

/**
 * The clipboard API needs HTTPS, which an intranet often lacks; the old way works without.
 * @param {string} text
 */
async function writeClipboard(text) {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return;
    } catch {
      // Refused by the browser's policy: take the old way.
    }
  }
  const area = el("textarea", { class: "visually-hidden", readonly: true });
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
