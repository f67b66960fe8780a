// @ts-check
// Who else works on a draft: names in the bar, and a dot on the map where each of them works.
import { el, one } from "../ui/dom.js";
import { nameOf } from "./draft_list.js";

/** @typedef {import("../ui/language.js").Language} Language */
/** @typedef {import("../api/talking.js").Presence} Presence */

/**
 * The others, each once: who works on this very draft before who works elsewhere on its grids.
 * @param {Presence[]} present
 * @param {string} actor who looks
 * @param {number} id of the draft
 * @returns {Presence[]}
 */
export function othersOf(present, actor, id) {
  /** @type {Map<string, Presence>} */
  const others = new Map();
  for (const one of present) {
    if (one.actor === actor) continue;
    const known = others.get(one.actor);
    if (!known || (known.changeset_id !== id && one.changeset_id === id)) others.set(one.actor, one);
  }
  return [...others.values()].sort((a, b) => a.actor.localeCompare(b.actor));
}

/** @param {string} actor @returns {number} degrees; the same for the same name everywhere */
export const hueOf = (actor) => [...actor].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);

/** @param {string} actor @returns {string} what stands on a dot */
export const initialOf = (actor) => [...nameOf(actor)][0]?.toUpperCase() ?? "?";

/**
 * @param {Language} language
 * @param {Presence[]} others
 * @param {number | null} id of the draft
 * @param {(codes: string[]) => string} namesOf grids
 * @param {(other: Presence) => void} find
 */
export function showCompany(language, others, id, namesOf, find) {
  const list = one("#company");
  list.hidden = others.length === 0;
  list.replaceChildren(...others.map((other) => {
    const title = titleOf(language, other, id, namesOf);
    return el("li", {}, [
      el("button", { type: "button", class: "person", title, "aria-label": title, style: { "--hue": String(hueOf(other.actor)) }, on: { click: () => find(other) } }, [
        el("span", { class: "person__dot", text: initialOf(other.actor), "aria-hidden": "true" }),
        el("span", { class: "person__name", text: nameOf(other.actor) }),
      ]),
    ]);
  }));
}

/**
 * @param {Language} language
 * @param {Presence} other
 * @param {number | null} id
 * @param {(codes: string[]) => string} namesOf
 */
export function titleOf(language, { actor, changeset_id, grids }, id, namesOf) {
  const name = nameOf(actor);
  const where = namesOf(grids);
  if (changeset_id !== id) return language.say("presence.elsewhere", { name, number: changeset_id, grids: where });
  return where ? language.say("presence.here_on", { name, grids: where }) : language.say("presence.here", { name });
}
