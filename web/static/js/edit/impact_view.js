// @ts-check
// What a draft does to people: sums, and a row for each grid, before and after against the band.
import { number } from "../core/i18n.js";
import { el } from "../ui/dom.js";
import { signed, surface, verdict } from "./impact.js";

/** @typedef {import("../ui/language.js").Language} Language */

/**
 * @param {Language} language
 * @param {any} impact as the server tells it; null while it is not known
 * @param {boolean} isLive whether it is only a preview of what is being dragged
 * @param {(code: string) => void} choose
 * @returns {Node[]}
 */
export function impactView(language, impact, isLive, choose) {
  const grids = impact?.grids ?? [];
  if (!grids.length) return [el("p", { class: "empty-note", text: language.say("edit.impact.none") })];
  const { totals, townships } = impact;
  const band = { low: impact.band.least, high: impact.band.most };
  const count = (/** @type {number} */ value) => number(language.lang, value);
  const sums = /** @type {[string, string][]} */ ([
    ["moved", count(totals.households)],
    ["people", count(totals.people)],
    ["events", count(totals.events)],
    ["area", surface(language.lang, totals.area_m2)],
  ]).map(([name, value]) =>
    el("div", { class: `sum sum--${name}` }, [
      el("dt", { text: language.say(`edit.impact.${name}`) }),
      el("dd", { class: "digits", "data-sum": name, text: value }),
    ]),
  );
  return [
    isLive ? el("p", { class: "live-note", text: language.say("edit.impact.live") }) : null,
    el("dl", { class: "sums" }, sums),
    el("p", { class: "band-note", text: language.say("edit.impact.band", { low: count(band.low), high: count(band.high) }) }),
    el("ul", { class: "impact-rows" }, grids.map((/** @type {any} */ grid) => gridRow(language, grid, band, choose))),
    ...townships.map((/** @type {any} */ township) => balanceNote(language, township)),
  ].filter(Boolean);
}

/**
 * @param {Language} language
 * @param {any} grid
 * @param {import("./impact.js").Band} band
 * @param {(code: string) => void} choose
 */
function gridRow(language, { code, name, kind, before, after }, band, choose) {
  const judged = kind === "exclusive" ? "same" : verdict(before?.households ?? null, after?.households ?? null, band);
  const status = before ? (after ? null : "gone") : "new";
  const figures = ["households", "people", "events"].map((figure) => {
    const [was, now] = [before?.[figure] ?? 0, after?.[figure] ?? 0];
    const text = status === "new" ? number(language.lang, now) : `${number(language.lang, was)} → ${number(language.lang, now)}`;
    return el("div", { class: `figure figure--${figure}` }, [
      el("dt", { text: language.say(figure === "households" ? "edit.impact.households" : `edit.impact.${figure}_short`) }),
      el("dd", {}, [
        el("span", { class: "digits", text }),
        status ? null : el("span", { class: "figure__change digits", text: signed(now - was, number(language.lang, Math.abs(now - was))) }),
      ]),
    ]);
  });
  return el("li", { class: `impact-row impact-row--${judged}`, "data-grid": code, "data-verdict": judged }, [
    el("button", { type: "button", class: "impact-row__name", on: { click: () => choose(code) } }, [
      el("span", { text: name || code }),
      status ? el("span", { class: `tag tag--${status}`, text: language.say(`edit.impact.${status}`) }) : null,
      judged === "same" ? null : el("span", { class: `verdict verdict--${judged}`, text: `${judged === "good" ? "✓" : "!"} ${language.say(`edit.${before ? "verdict" : "verdict_new"}.${judged}`)}` }),
    ]),
    kind === "exclusive" ? null : el("div", { class: "gauge", "aria-hidden": "true" }, [gauge(before?.households, after?.households, band)]),
    el("dl", { class: "figures" }, figures),
  ]);
}

/**
 * Where the households lie against the band: a mark before, a mark after.
 * @param {number | undefined} before
 * @param {number | undefined} after
 * @param {import("./impact.js").Band} band
 */
function gauge(before, after, { low, high }) {
  const end = Math.max(high * 1.6, (before ?? 0) * 1.05, (after ?? 0) * 1.05);
  const at = (/** @type {number} */ value) => `${((value / end) * 100).toFixed(2)}%`;
  return el("div", { class: "gauge__track" }, [
    el("span", { class: "gauge__band", style: { left: at(low), width: at(high - low) } }),
    before === undefined ? null : el("span", { class: "gauge__mark gauge__mark--before", style: { left: at(before) } }),
    after === undefined ? null : el("span", { class: "gauge__mark gauge__mark--after", style: { left: at(after) } }),
  ]);
}

/**
 * @param {Language} language
 * @param {any} township
 */
function balanceNote(language, { before, after }) {
  return el("p", {
    class: "balance-note",
    text: language.say("edit.impact.balance", {
      before: before?.outside_band ?? 0,
      after: after?.outside_band ?? 0,
      median: number(language.lang, after?.median ?? 0),
    }),
  });
}
