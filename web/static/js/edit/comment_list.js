// @ts-check
// What is said about a draft: who, where on the map, and whether it is settled.
import { el } from "../ui/dom.js";
import { nameOf } from "./draft_list.js";

/** @typedef {import("../ui/language.js").Language} Language */
/** @typedef {import("../api/talking.js").Remark} Remark */

/**
 * Open ones first, the newest first.
 * @param {Remark[]} remarks
 */
export const inOrder = (remarks) =>
  [...remarks].sort((a, b) => Number(Boolean(a.resolved_at)) - Number(Boolean(b.resolved_at)) || b.comment_id - a.comment_id);

/**
 * @param {Language} language
 * @param {Remark[]} remarks
 * @param {(remark: Remark) => string | null} placeOf name of the grid that it is pinned to
 * @param {object} deeds
 * @param {() => void} deeds.write about the whole draft
 * @param {() => void} deeds.pin to a place on the map
 * @param {(remark: Remark) => void} deeds.zoom
 * @param {(remark: Remark) => void} deeds.settle or open again
 * @returns {Node[]}
 */
export function commentList(language, remarks, placeOf, { write, pin, zoom, settle }) {
  const rows = inOrder(remarks).map((remark) => {
    const { comment_id, author, body, lon, created_at, resolved_at } = remark;
    const isPinned = lon !== null;
    return el("li", { class: `remark${resolved_at ? " remark--settled" : ""}`, "data-remark": comment_id, "data-settled": String(Boolean(resolved_at)) }, [
      el("p", { class: "remark__head" }, [
        el("span", { class: "remark__no digits", text: comment_id }),
        el("strong", { text: nameOf(author) }),
        el("span", { class: "draft-note", text: language.time(created_at) }),
        resolved_at ? el("span", { class: "tag tag--create", text: language.say("talk.settled") }) : null,
      ]),
      el("p", { class: "remark__body", text: body }),
      isPinned ? el("p", { class: "draft-note", text: language.say("talk.at", { place: placeOf(remark) ?? "–" }) }) : null,
      el("div", { class: "fault__end" }, [
        isPinned ? button("zoom", language.say("talk.zoom"), () => zoom(remark)) : null,
        button("settle", language.say(resolved_at ? "talk.reopen" : "talk.settle"), () => settle(remark)),
      ]),
    ]);
  });
  return [
    el("div", { class: "steps steps--top" }, [
      button("pin", language.say("talk.pin"), pin, "button--strong"),
      button("write", language.say("talk.write"), write),
    ]),
    rows.length ? el("ul", { class: "remarks" }, rows) : el("p", { class: "empty-note", text: language.say("talk.none") }),
  ];
}

/**
 * @param {string} deed
 * @param {string} text
 * @param {() => void} click
 * @param {string} [look]
 */
const button = (deed, text, click, look = "") =>
  el("button", { type: "button", class: `button ${look}`, "data-deed": deed, text, on: { click } });
