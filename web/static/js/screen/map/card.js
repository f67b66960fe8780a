// @ts-check
// The card of the selected grid: at once with what the page knows, then with what the server says.
import { number, translate } from "../../core/i18n.js";
import { ICONS, el, icon } from "../../ui/dom.js";

/** @typedef {import("../../core/i18n.js").Lang} Lang */
/** @typedef {import("../../core/topology.js").Grid} Grid */
/**
 * @typedef {object} Known what the server has told of the grid; null while it is asked, "failed"
 *   where it did not tell, "hidden" where the caller may not know
 * @property {{heads: string[]} | null | "failed"} record
 * @property {{total: number, titles: string[]} | null | "failed" | "hidden"} open
 */

const SHOWN_EVENTS = 4;

/**
 * @param {Lang} lang
 * @param {Grid} grid
 * @param {string} place names of the divisions above it
 * @param {Record<string, number> | null} figures
 * @param {Known} known
 * @param {() => void} close
 * @returns {HTMLElement[]}
 */
export function cardParts(lang, grid, place, figures, known, close) {
  const say = (/** @type {string} */ key) => translate(lang, key);
  const head = el("header", { class: "stage-card__head" }, [
    el("div", {}, [
      el("p", { class: "stage-card__place", text: place }),
      el("h3", { class: "stage-card__name", text: grid.name }),
    ]),
    el("button", { type: "button", class: "stage-card__close", "aria-label": say("stage.close"), on: { click: close } }, [
      icon(ICONS.close),
    ]),
  ]);
  const kind = el("p", { class: "stage-card__kind" }, [
    el("span", { class: `stage-card__badge stage-card__badge--${grid.kind}`, text: say(`kind.${grid.kind}`) }),
    el("span", { class: "stage-card__code digits", text: grid.code }),
  ]);
  const heads = el("p", { class: "stage-card__heads" }, [
    el("span", { class: "stage-card__label", text: say("stage.heads") }),
    el("strong", { text: headsOf(lang, known.record) }),
  ]);
  return [head, kind, heads, tiles(lang, figures), ...openEvents(lang, known.open)];
}

/**
 * @param {Lang} lang
 * @param {Known["record"]} record
 */
function headsOf(lang, record) {
  if (record === null) return translate(lang, "stage.waiting");
  if (record === "failed") return translate(lang, "stage.failed");
  return record.heads.join(lang === "zh" ? "、" : ", ") || translate(lang, "stage.no_heads");
}

/**
 * @param {Lang} lang
 * @param {Record<string, number> | null} figures
 */
function tiles(lang, figures) {
  const shown = ["households", "people", "events", "open", "overdue_short"];
  const value = (/** @type {string} */ name) => figures?.[name === "overdue_short" ? "overdue" : name];
  const tile = (/** @type {string} */ name) => {
    const found = value(name);
    if (found === undefined) return null;
    const more = name === "overdue_short" && found > 0 ? " stage-card__tile--late" : "";
    return el("div", { class: `stage-card__tile${more}` }, [
      el("dt", { text: translate(lang, `stage.${name}`) }),
      el("dd", { class: "digits", text: Number.isFinite(found) ? number(lang, found) : "–" }),
    ]);
  };
  return el("dl", { class: "stage-card__tiles" }, shown.map(tile));
}

/**
 * @param {Lang} lang
 * @param {Known["open"]} open
 * @returns {HTMLElement[]}
 */
function openEvents(lang, open) {
  const say = (/** @type {string} */ key) => translate(lang, key);
  const title = el("h4", { class: "stage-card__label", text: say("stage.open_events") });
  if (open === "hidden") return [];
  if (open === null || open === "failed") {
    return [title, el("p", { class: "stage-card__note", text: say(open ? "stage.failed" : "stage.waiting") })];
  }
  if (open.total === 0) return [title, el("p", { class: "stage-card__note", text: say("stage.no_open") })];
  const rest = open.total - Math.min(SHOWN_EVENTS, open.titles.length);
  return [
    title,
    el("ul", { class: "stage-card__events" }, open.titles.slice(0, SHOWN_EVENTS).map((text) => el("li", { text }))),
    ...(rest > 0 ? [el("p", { class: "stage-card__note", text: translate(lang, "stage.more", { count: number(lang, rest) }) })] : []),
  ];
}
