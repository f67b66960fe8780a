// @ts-check
// The generations: which there are, what one of them changed, who moved by it, and the way back.
import { number } from "../core/i18n.js";
import { el } from "../ui/dom.js";
import { choiceField } from "../ui/fields.js";
import { nameOf } from "./draft_list.js";
import { press } from "./history_view.js";
import { countsOf, movesOf } from "./past.js";

/** @typedef {import("../ui/language.js").Language} Language */
/** @typedef {import("../api/generations.js").Generation} Generation */

/** How many grids, and how many moves, are listed. */
const MOST_ROWS = { grids: 200, moves: 12 };

/**
 * @param {Language} language
 * @param {Generation[]} generations newest first
 * @param {{back: () => void, open: (number: number) => void, older: (() => void) | null}} deeds
 * @returns {HTMLElement[]}
 */
export function generationList(language, generations, { back, open, older }) {
  const rows = generations.map((one) =>
    el("li", {}, [
      el("button", { type: "button", class: "draft-row", "data-generation": one.generation, on: { click: () => open(one.generation) } }, [
        el("span", { class: "draft-row__title", text: language.say("app.generation", { number: one.generation }) }),
        el("span", { class: `tag state generation--${one.kind}`, text: language.say(`past.kind_${one.kind}`) }),
        el("span", { class: "draft-row__note", text: one.note ?? "" }),
        el("span", { class: "draft-row__note draft-row__count", text: one.effective_from }),
      ]),
    ]),
  );
  return [
    el("button", { type: "button", class: "back", id: "back", text: `‹ ${language.say("past.back")}`, on: { click: back } }),
    el("h2", { class: "desk-panel__title", text: language.say("past.generations") }),
    el("ul", { class: "draft-rows", id: "generations" }, [
      ...rows,
      older ? el("li", {}, [el("button", { type: "button", class: "button", text: language.say("past.older"), on: { click: older } })]) : null,
    ]),
  ];
}

/**
 * @param {Language} language
 * @param {object} shown
 * @param {Generation} shown.entry
 * @param {number} shown.against
 * @param {number} shown.newest
 * @param {any[]} shown.differences
 * @param {boolean} shown.isDrawn whether they are on the map
 * @param {any[]} shown.crosswalk
 * @param {string} shown.file address of the crosswalk as a file
 * @param {boolean} shown.mayDraft
 * @param {object} deeds
 * @param {() => void} deeds.back
 * @param {(against: number) => void} deeds.compare
 * @param {(feature: any) => void} deeds.zoom
 * @param {(code: string) => void} deeds.grid
 * @param {(id: number) => void} deeds.changeset
 * @param {(only: boolean) => void} deeds.rollback
 * @returns {HTMLElement[]}
 */
export function generationView(language, shown, deeds) {
  const { entry, newest, differences, isDrawn, mayDraft } = shown;
  const { generation, parent, kind, note, published_by, published_at, effective_from, changeset_id } = entry;
  const isFirst = parent === null;
  const say = language.say.bind(language);
  const back = mayDraft ? [
    isFirst ? null : press("undo-generation", say("past.undo_one"), () => deeds.rollback(true)),
    generation < newest ? press("back-to-generation", say("past.back_to"), () => deeds.rollback(false)) : null,
  ].filter(Boolean) : [];
  return [
    el("button", { type: "button", class: "back", id: "back", text: `‹ ${say("past.generations")}`, on: { click: deeds.back } }),
    el("div", { class: "draft-head" }, [
      el("h2", { class: "desk-panel__title", text: say("app.generation", { number: generation }) }),
      el("span", { class: `tag state generation--${kind}`, text: say(`past.kind_${kind}`) }),
    ]),
    el("p", { class: "draft-note", text: [nameOf(published_by ?? ""), language.time(published_at), say("edit.effective", { day: effective_from })].filter(Boolean).join(" · ") }),
    note ? el("p", { class: "draft-reason", text: note }) : null,
    changeset_id ? el("div", { class: "steps" }, [press("changeset", say("past.changeset", { number: changeset_id }), () => deeds.changeset(changeset_id)), ...back]) : el("div", { class: "steps" }, back),
    el("div", { class: "desk-panel__content desk-panel__content--lined", id: "generation-content" }, [
      ...(isFirst ? [el("p", { class: "empty-note", text: say("past.first") })] : [againstField(language, shown, deeds.compare)]),
      ...(isFirst ? [] : [el("p", { class: "band-note", id: "difference-counts", text: say("past.counts", countsOf(differences)) })]),
      isDrawn || isFirst ? null : el("p", { class: "live-note", text: say("past.too_many") }),
      ...differenceRows(language, differences, deeds),
      ...(isFirst ? [] : moveRows(language, shown)),
    ]),
  ].filter(Boolean);
}

/**
 * @param {Language} language
 * @param {{entry: Generation, against: number, newest: number}} shown
 * @param {(against: number) => void} compare
 */
function againstField(language, { entry, against, newest }, compare) {
  const numbers = Array.from({ length: newest }, (_, n) => newest - n).filter((n) => n !== entry.generation);
  const options = /** @type {[string, string][]} */ (numbers.map((n) => [String(n), language.say("app.generation", { number: n })]));
  const { root, input } = choiceField(language.say("past.against"), options, { id: "against" });
  input.value = String(against);
  input.addEventListener("change", () => compare(Number(input.value)));
  return root;
}

/**
 * @param {Language} language
 * @param {any[]} differences
 * @param {{zoom: (feature: any) => void, grid: (code: string) => void}} deeds
 * @returns {Node[]}
 */
function differenceRows(language, differences, { zoom, grid }) {
  const meant = differences.filter(({ properties }) => properties.action !== "node_only");
  const rows = meant.slice(0, MOST_ROWS.grids).map((one) => {
    const { code, name, action } = one.properties;
    return el("li", { class: "difference", "data-grid": code }, [
      el("button", { type: "button", class: "difference__name", on: { click: () => zoom(one) } }, [
        el("span", { text: name || code }),
        el("span", { class: `tag tag--${action}`, text: language.say(`past.action_${action}`) }),
      ]),
      press("history", language.say("past.open"), () => grid(code)),
    ]);
  });
  return rows.length ? [el("ul", { class: "differences" }, rows)] : [];
}

/**
 * @param {Language} language
 * @param {{crosswalk: any[], file: string}} shown
 * @returns {Node[]}
 */
function moveRows(language, { crosswalk, file }) {
  const { rows, households, people, events } = movesOf(crosswalk);
  const count = (/** @type {number} */ value) => number(language.lang, value);
  const name = (/** @type {string | null} */ code, /** @type {string | null} */ told) => told ?? code ?? language.say("past.hidden");
  const sums = /** @type {[string, number][]} */ ([["moved", households], ["people", people], ["events", events]]).map(([key, value]) =>
    el("div", { class: `sum sum--${key}` }, [
      el("dt", { text: language.say(`edit.impact.${key}`) }),
      el("dd", { class: "digits", "data-sum": key, text: count(value) }),
    ]),
  );
  const listed = rows.slice(0, MOST_ROWS.moves).map((row) =>
    el("li", { class: "kin" }, [
      el("span", { text: `${name(row.source, row.source_name)} → ${name(row.target, row.target_name)}` }),
      el("span", { class: "draft-note", text: language.say("past.moved", { households: count(row.households), events: count(row.events) }) }),
    ]),
  );
  return [
    el("h3", { class: "kin-title", text: language.say("past.crosswalk") }),
    el("dl", { class: "sums" }, sums),
    el("ul", {}, listed),
    el("a", { class: "button", href: file, download: true, text: language.say("past.file") }),
  ];
}
