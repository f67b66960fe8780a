// @ts-check
// One draft in the panel: what it is, what can be done with it, and three tabs below.
import { el } from "../ui/dom.js";
import { byLine, nameOf, stateTag } from "./draft_list.js";
import { EDITABLE } from "./draft.js";
import { isLater, refusalOf, stepWords } from "./schedule.js";

/** @typedef {import("../ui/language.js").Language} Language */
/** @typedef {import("../api/changesets.js").Changeset} Changeset */

export const TABS = /** @type {const} */ (["impact", "check", "talk", "log"]);
/** @typedef {typeof TABS[number]} Tab */
/** @typedef {import("./schedule.js").Step} Step */

/**
 * What can be done next; the server has the last word.
 * @param {Changeset} changeset
 * @param {string[]} powers
 * @param {string} actor
 * @param {string} today yyyy-mm-dd in China
 * @param {boolean} [isStale] whether others published some of its grids anew
 * @returns {Step[]} the one that leads on first
 */
export function stepsOf(changeset, powers, actor, today, isStale = false) {
  const { state, author, grids } = changeset;
  const isOwn = author === actor;
  const may = (/** @type {string} */ power) => powers.includes(power);
  if (EDITABLE.includes(state)) {
    if (!may("draft")) return [];
    return isStale ? ["rebase"] : grids > 0 ? ["submit"] : [];
  }
  if (state === "submitted") {
    return [...(may("review") && !isOwn ? /** @type {Step[]} */ (["approve", "reject"]) : []), ...(isOwn ? /** @type {Step[]} */ (["withdraw"]) : [])];
  }
  if (state === "approved") {
    const leads = changeset.scheduled_at ? "unschedule" : isLater(changeset, today) ? "schedule" : "publish";
    // Nobody rejects what is approved: its author withdraws it.
    return [...(may("publish") ? /** @type {Step[]} */ ([leads]) : []), ...(isOwn ? /** @type {Step[]} */ (["withdraw"]) : [])];
  }
  return [];
}

/**
 * @param {Language} language
 * @param {Changeset} changeset
 * @param {object} shown
 * @param {Step[]} shown.steps
 * @param {Tab} shown.tab
 * @param {number} shown.faults how many
 * @param {number} shown.remarks how many are open
 * @param {boolean} shown.canEdit
 * @param {HTMLElement | null} shown.redos what waits to be drawn anew
 * @param {(code: string) => string} shown.divisionOf name
 * @param {boolean} shown.isStale
 * @param {Node[]} shown.content of the tab
 * @param {object} deeds
 * @param {() => void} deeds.back
 * @param {() => void} deeds.describe
 * @param {(step: Step) => void} deeds.take
 * @param {(tab: Tab) => void} deeds.choose
 * @returns {HTMLElement[]}
 */
export function draftView(language, changeset, { steps, tab, faults, remarks, canEdit, redos, divisionOf, isStale, content }, { back, describe, take, choose }) {
  const { title, reason, state, effective_from, scheduled_at, scheduled_by } = changeset;
  const refusal = refusalOf(language.lang, changeset);
  const effective = effective_from ? language.say("edit.effective", { day: effective_from }) : language.say("edit.effective_on_publish");
  const buttons = steps.map((step, n) =>
    el("button", {
      type: "button", id: `step-${step}`, text: stepWords(language, step, changeset), on: { click: () => take(step) },
      class: `button ${n === 0 && step !== "unschedule" ? "button--strong" : ""} ${step === "reject" ? "button--danger" : ""}`,
    }),
  );
  const tabs = TABS.map((name) =>
    el("button", {
      type: "button", role: "tab", class: "desk-panel__tab", id: `tab-${name}`, "aria-controls": "tab-content",
      "aria-selected": String(name === tab), on: { click: () => choose(name) },
    }, [
      language.say(`edit.tab.${name}`),
      name === "check" && faults ? el("span", { class: "count", text: faults }) : null,
      name === "talk" && remarks ? el("span", { class: "count count--calm", text: remarks }) : null,
    ]),
  );
  return [
    el("button", { type: "button", class: "back", id: "back", text: `‹ ${language.say("edit.back")}`, on: { click: back } }),
    el("div", { class: "draft-head" }, [
      el("h2", { class: "desk-panel__title", text: title }),
      stateTag(language, state),
    ]),
    el("p", { class: "draft-note", text: `${byLine(language, changeset)} · ${effective}` }),
    el("div", { class: "draft-scope" }, [
      el("span", { class: "draft-note", text: changeset.scope.map(divisionOf).join(language.say("past.and")) }),
      canEdit ? el("button", { type: "button", class: "button button--quiet", id: "describe", text: language.say("edit.describe"), on: { click: describe } }) : null,
    ]),
    reason ? el("p", { class: "draft-reason", text: reason }) : null,
    ...(changeset.reviews ?? []).map((review) => verdictNote(language, review)),
    state === "submitted" && changeset.missing_approvals?.length
      ? el("p", { class: "review review--waits", text: language.say("edit.missing", { divisions: changeset.missing_approvals.map(divisionOf).join(language.say("past.and")) }) })
      : null,
    scheduled_at
      ? el("p", { class: "review", id: "scheduled", text: language.say("edit.scheduled_by", { day: effective_from ?? "", name: nameOf(scheduled_by ?? ""), time: language.time(scheduled_at) }) })
      : null,
    refusal ? el("p", { class: "review review--reject", id: "schedule-refusal", role: "alert", text: language.say("edit.schedule_refused", { day: effective_from ?? "", reason: refusal }) }) : null,
    redos,
    isStale ? el("p", { class: "review review--reject", role: "alert", text: language.say("edit.stale") }) : null,
    buttons.length ? el("div", { class: "steps" }, buttons) : null,
    el("div", { class: "desk-panel__tabs", role: "tablist" }, tabs),
    el("div", { class: "desk-panel__content", id: "tab-content", role: "tabpanel", "aria-labelledby": `tab-${tab}` }, content),
  ].filter(Boolean);
}

/**
 * @param {Language} language
 * @param {NonNullable<Changeset["reviews"]>[number]} review
 */
function verdictNote(language, { reviewer, verdict, comment, created_at }) {
  const words = language.say(`edit.verdict_of.${verdict}`, { reviewer: nameOf(reviewer), time: language.time(created_at) });
  return el("p", { class: `review review--${verdict}`, text: comment ? `${words}${language.lang === "zh" ? "：" : ": "}${comment}` : words });
}

/**
 * @param {Language} language
 * @param {any[]} log operations, oldest first
 * @returns {Node[]}
 */
export function logView(language, log) {
  if (!log.length) return [el("p", { class: "empty-note", text: language.say("edit.log.none") })];
  const rows = [...log].reverse().map((entry) =>
    el("li", { class: `log-row${entry.is_undone ? " log-row--undone" : ""}` }, [
      el("span", { class: "log-row__no digits", text: entry.op_no }),
      el("span", { class: "log-row__name", text: language.say(`edit.op.${entry.operation.op}`) }),
      el("span", { class: "log-row__note", text: entry.is_undone ? language.say("edit.log.undone") : `${nameOf(entry.author)} · ${language.time(entry.created_at)}` }),
    ]),
  );
  return [el("ol", { class: "log" }, rows)];
}
