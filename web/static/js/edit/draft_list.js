// @ts-check
// The list of drafts: one's own, those that wait for a review, those that wait for publication (by
// somebody, or on their day), all.
import { el } from "../ui/dom.js";

/** @typedef {import("../ui/language.js").Language} Language */
/** @typedef {import("../api/changesets.js").Changeset} Changeset */

const FILTERS = /** @type {const} */ (["own", "review", "publish", "all"]);
/** @typedef {typeof FILTERS[number]} Filter */

/**
 * @param {Changeset[]} changesets
 * @param {Filter} filter
 * @param {string} actor whose list it is
 */
export function filtered(changesets, filter, actor) {
  if (filter === "own") return changesets.filter(({ author }) => author === actor);
  if (filter === "review") return changesets.filter(({ state, author }) => state === "submitted" && author !== actor);
  if (filter === "publish") return changesets.filter(({ state }) => state === "approved");
  return changesets;
}

/**
 * @param {Language} language
 * @param {object} shown
 * @param {Changeset[]} shown.changesets
 * @param {Filter} shown.filter
 * @param {string} shown.actor
 * @param {boolean} shown.mayDraft
 * @param {object} deeds
 * @param {(filter: Filter) => void} deeds.choose
 * @param {(id: number) => void} deeds.open
 * @param {() => void} deeds.add
 * @param {() => void} deeds.past
 * @param {() => void} deeds.bring a file
 * @returns {HTMLElement[]}
 */
export function draftList(language, { changesets, filter, actor, mayDraft }, { choose, open, add, past, bring }) {
  const listed = filtered(changesets, filter, actor);
  const chips = FILTERS.map((name) => {
    const count = filtered(changesets, name, actor).length;
    const text = `${language.say(`edit.filter.${name}`)} ${count || ""}`.trim();
    return el("button", {
      type: "button", class: "chip", "data-filter": name, text,
      "aria-pressed": String(name === filter), on: { click: () => choose(name) },
    });
  });
  const rows = listed.map((changeset) =>
    el("li", {}, [
      el("button", { type: "button", class: "draft-row", "data-changeset": changeset.id, on: { click: () => open(changeset.id) } }, [
        el("span", { class: "draft-row__title", text: changeset.title }),
        stateTag(language, changeset.state),
        el("span", { class: "draft-row__note", text: byLine(language, changeset) }),
        el("span", { class: "draft-row__note draft-row__count", text: language.say("edit.count", { count: changeset.grids }) }),
        changeset.scheduled_at ? el("span", { class: "draft-row__note draft-row__plan", text: language.say("edit.scheduled", { day: changeset.effective_from ?? "" }) }) : null,
        changeset.schedule_refusal ? el("span", { class: "draft-row__note draft-row__plan draft-row__plan--refused", text: language.say("edit.scheduled_in_vain", { day: changeset.effective_from ?? "" }) }) : null,
        changeset.comments ? el("span", { class: "draft-row__talk", "data-comments": changeset.comments, text: language.say("talk.open", { count: changeset.comments }) }) : null,
      ]),
    ]),
  );
  return [
    el("div", { class: "desk-panel__head" }, [
      el("h2", { class: "desk-panel__title", text: language.say("edit.drafts") }),
      mayDraft ? el("button", { type: "button", class: "button button--strong", id: "new-draft", text: language.say("edit.new"), on: { click: add } }) : null,
    ]),
    el("div", { class: "chips desk-panel__chips", role: "group" }, [
      ...chips,
      mayDraft ? el("button", { type: "button", class: "chip", id: "upload-open", text: language.say("upload.title"), on: { click: bring } }) : null,
      el("button", { type: "button", class: "chip chip--past", id: "generations-open", text: language.say("past.generations"), on: { click: past } }),
    ]),
    rows.length
      ? el("ul", { class: "draft-rows" }, rows)
      : el("p", { class: "empty-note", text: language.say(`edit.none.${filter}`) }),
  ];
}

/** @param {Language} language @param {Changeset["state"]} state */
export const stateTag = (language, state) =>
  el("span", { class: `tag state state--${state}`, "data-state": state, text: language.say(`edit.state.${state}`) });

/** @param {Language} language @param {Changeset} changeset */
export const byLine = (language, { author, updated_at }) =>
  language.say("edit.by", { author: nameOf(author), time: language.time(updated_at) });

/** @param {string} author as audits name it: account:wang */
export const nameOf = (author) => author.replace(/^account:/, "");
