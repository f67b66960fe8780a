// @ts-check
// The history of one grid: its versions as a timeline, where it came from, what became of it.
import { el } from "../ui/dom.js";
import { nameOf } from "./draft_list.js";
import { surface } from "./impact.js";
import { kinOf } from "./past.js";

/** @typedef {import("../ui/language.js").Language} Language */

/**
 * @param {Language} language
 * @param {object} shown
 * @param {string} shown.code
 * @param {any[]} shown.versions features, oldest first
 * @param {any[]} shown.lineage
 * @param {number | null} shown.chosen position of the version that is on the map
 * @param {number | null} shown.against the one that it is compared with
 * @param {object} deeds
 * @param {() => void} deeds.back
 * @param {(position: number) => void} deeds.choose
 * @param {(position: number, against: number) => void} deeds.compare
 * @param {(code: string) => void} deeds.grid history of another one
 * @param {(generation: number) => void} deeds.generation
 * @returns {HTMLElement[]}
 */
export function historyView(language, { code, versions, lineage, chosen, against }, deeds) {
  const newest = versions[versions.length - 1].properties;
  const rows = versions.map((version, position) => versionRow(language, versions, position, { chosen, against }, deeds)).reverse();
  return [
    el("button", { type: "button", class: "back", id: "back", text: `‹ ${language.say("past.back")}`, on: { click: deeds.back } }),
    el("div", { class: "draft-head" }, [
      el("h2", { class: "desk-panel__title", text: newest.name }),
      el("span", { class: `tag tag--${newest.kind}`, text: language.say(`kind.${newest.kind}`) }),
      newest.last_generation === null ? null : el("span", { class: "tag tag--retired", text: language.say("past.gone", { number: newest.last_generation + 1 }) }),
    ]),
    el("p", { class: "draft-note digits", text: code }),
    el("div", { class: "desk-panel__content desk-panel__content--lined", id: "history" }, [
      el("ol", { class: "timeline" }, rows),
      ...kinRows(language, code, lineage, deeds.grid),
    ]),
  ];
}

/**
 * @param {Language} language
 * @param {any[]} versions
 * @param {number} position
 * @param {{chosen: number | null, against: number | null}} shown
 * @param {{choose: (position: number) => void, compare: (position: number, against: number) => void, generation: (generation: number) => void}} deeds
 */
function versionRow(language, versions, position, { chosen, against }, { choose, compare, generation }) {
  const { first_generation, valid_from, valid_to, changes, published_by, published_at, note, area_m2 } = versions[position].properties;
  const last = versions.length - 1;
  const isChosen = position === chosen;
  const isOtherDays = position > 0 && versions[position - 1].properties.valid_to !== valid_to;
  const said = changes.length ? changes : [isOtherDays ? "days" : "none"];
  const what = said.map((/** @type {string} */ change) => language.say(`past.change_${change}`)).join(language.say("past.and"));
  const days = language.say(valid_to ? "past.days" : "past.since", { from: valid_from ?? "–", to: valid_to ?? "" });
  const buttons = isChosen ? [
    position > 0 ? press("before", language.say("past.with_before"), () => compare(position, position - 1), against === position - 1) : null,
    position < last ? press("now", language.say("past.with_now"), () => compare(position, last), against === last) : null,
    press("generation", language.say("past.open_generation", { number: first_generation }), () => generation(first_generation)),
  ] : [];
  return el("li", { class: `moment${isChosen ? " moment--chosen" : ""}`, "data-version": position }, [
    el("button", { type: "button", class: "moment__name", "aria-pressed": String(isChosen), on: { click: () => choose(position) } }, [
      el("strong", { text: days }),
      el("span", { class: "moment__what", text: what }),
      el("span", { class: "draft-note", text: [language.say("app.generation", { number: first_generation }), nameOf(published_by ?? ""), language.time(published_at)].filter(Boolean).join(" · ") }),
      note ? el("span", { class: "draft-note", text: note }) : null,
      el("span", { class: "draft-note digits", text: surface(language.lang, area_m2) }),
    ]),
    buttons.length ? el("div", { class: "fault__end" }, buttons) : null,
  ]);
}

/**
 * @param {Language} language
 * @param {string} code
 * @param {any[]} lineage
 * @param {(code: string) => void} open
 * @returns {Node[]}
 */
function kinRows(language, code, lineage, open) {
  const { from, into } = kinOf(code, lineage);
  const row = (/** @type {any} */ { operation, generation, area_share, household_share }, /** @type {string | null} */ other) =>
    el("li", { class: "kin" }, [
      other ? el("button", { type: "button", class: "kin__name digits", text: other, on: { click: () => open(other) } }) : el("span", { text: language.say("past.hidden") }),
      el("span", { class: "draft-note", text: language.say("past.kin", { operation: language.say(`past.op_${operation}`), generation, area: share(area_share), households: share(household_share) }) }),
    ]);
  const part = (/** @type {string} */ title, /** @type {any[]} */ rows) =>
    rows.length ? [el("h3", { class: "kin-title", text: title }), el("ul", {}, rows)] : [];
  return [
    ...part(language.say("past.from"), from.map((one) => row(one, one.parent))),
    ...part(language.say("past.into"), into.map((one) => row(one, one.child))),
  ];
}

/** @param {number} value */
const share = (value) => `${Math.round(value * 1000) / 10}%`;

/**
 * @param {string} deed
 * @param {string} text
 * @param {() => void} click
 * @param {boolean} [isOn]
 */
export const press = (deed, text, click, isOn = false) =>
  el("button", { type: "button", class: "button", "data-deed": deed, text, "aria-pressed": isOn ? "true" : null, on: { click } });
