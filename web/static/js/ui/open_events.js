// @ts-check
// What is open in a grid: a part of its card, for those who may see single events.
import { number, translate } from "../core/i18n.js";
import { el } from "./dom.js";

/** @typedef {import("../core/i18n.js").Lang} Lang */
/** @typedef {ReturnType<typeof import("../core/where.js").readOpen>} Open */

/**
 * @param {Lang} lang
 * @param {Open | "hidden" | "failed" | null} open null while it is on its way
 * @returns {HTMLElement | null}
 */
export function openPart(lang, open) {
  if (open === "hidden") return null;
  const note = (/** @type {string} */ text) => el("p", { class: "card__note", text });
  const part = (/** @type {(HTMLElement | null)[]} */ children, /** @type {string} */ count = "") =>
    el("section", { class: "open", "aria-labelledby": "card-open" }, [
      el("h3", { class: "open__title", id: "card-open" }, [
        el("span", { text: translate(lang, "open.title") }),
        count ? el("span", { class: "open__count", text: count }) : null,
      ]),
      ...children,
    ]);
  if (open === null) return part([note(translate(lang, "open.waiting"))]);
  if (open === "failed") return part([note(translate(lang, "open.failed"))]);
  const { events, overdue, isAll } = open;
  if (events.length === 0) return part([note(translate(lang, "open.none"))]);
  const count = isAll ? translate(lang, "open.count", { count: number(lang, events.length) }) : "";
  const late = overdue ? translate(lang, "open.count_overdue", { count: number(lang, overdue) }) : "";
  const all = isAll ? null : note(translate(lang, "open.more", { count: number(lang, events.length) }));
  // It scrolls where it is long, and the keyboard must reach what scrolls.
  const list = el("ul", { class: "open__list", id: "card-open-list", tabindex: "0", "aria-labelledby": "card-open" }, events.map((event) => row(lang, event)));
  return part([list, all], [count, late].filter(Boolean).join(" · "));
}

/**
 * @param {Lang} lang
 * @param {import("../core/where.js").OpenEvent} event
 */
function row(lang, { event_no, title, is_overdue, due_day, reported_day }) {
  const when = due_day ? translate(lang, "open.due", { day: due_day }) : translate(lang, "open.since", { day: reported_day });
  return el("li", { class: "open__event", "data-event": event_no, "data-overdue": is_overdue ? "true" : null }, [
    el("span", { class: "open__name", text: title }),
    is_overdue ? el("span", { class: "open__late", text: translate(lang, "open.overdue") }) : null,
    el("span", { class: "open__when", text: when }),
  ]);
}
