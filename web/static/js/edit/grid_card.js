// @ts-check
// The grid that is chosen: what it is, and what can be done with it besides drawing.
import { number } from "../core/i18n.js";
import { el, one } from "../ui/dom.js";
import { surface } from "./impact.js";
import { layerOf } from "./mesh.js";

/** @typedef {import("../ui/language.js").Language} Language */
/** @typedef {import("./mesh.js").EditGrid} EditGrid */

/**
 * @param {Language} language
 * @param {EditGrid | null} grid
 * @param {object} shown
 * @param {import("./mesh.js").Mesh} shown.mesh
 * @param {string} shown.division name
 * @param {boolean} shown.canEdit
 * @param {boolean} shown.hasVertex whether a vertex is chosen
 * @param {boolean} shown.canTalk
 * @param {{edit: () => void, retire: () => void, zoom: () => void, removeVertex: () => void, history: () => void, talk: () => void}} deeds
 */
export function showGrid(language, grid, { mesh, division, canEdit, hasVertex, canTalk }, { edit, retire, zoom, removeVertex, history, talk }) {
  const card = one("#grid-card");
  card.hidden = !grid;
  if (!grid) return;
  const { code, name, kind, action, areaM2 } = grid;
  const vertices = grid.parts.flat(2);
  const shared = vertices.filter((vertex) => mesh.sharing(layerOf(grid), vertex).length > 1).length;
  const facts = /** @type {[string, string][]} */ ([
    ["code", code],
    ["division", division],
    ["area", areaM2 === null ? "–" : surface(language.lang, areaM2)],
    ["vertices", `${number(language.lang, vertices.length)} · ${language.say("edit.grid.shared", { count: number(language.lang, shared) })}`],
  ]).flatMap(([key, value]) => [el("dt", { text: language.say(`edit.grid.${key}`) }), el("dd", { text: value })]);
  const buttons = [
    canEdit ? button("grid-edit", language.say("edit.grid.edit"), edit) : null,
    button("grid-zoom", language.say("edit.grid.zoom"), zoom),
    action === "create" ? null : button("grid-history", language.say("past.open"), history),
    canTalk ? button("grid-talk", language.say("talk.pin_grid"), talk) : null,
    canEdit && hasVertex ? button("vertex-remove", language.say("edit.grid.remove_vertex"), removeVertex) : null,
    canEdit && kind === "exclusive" ? button("grid-retire", language.say("edit.grid.retire"), retire) : null,
  ];
  card.dataset.grid = code;
  card.replaceChildren(
    el("div", { class: "grid-card__head" }, [
      el("h2", { class: "grid-card__name", text: name }),
      el("span", { class: `tag tag--${kind}`, text: language.say(`kind.${kind}`) }),
      action && action !== "node_only" ? el("span", { class: `tag tag--${action}`, text: language.say(`edit.action.${action}`) }) : null,
    ].filter(Boolean)),
    el("dl", { class: "grid-card__facts" }, facts),
    el("div", { class: "grid-card__end" }, buttons.filter(Boolean)),
  );
}

/**
 * @param {string} id
 * @param {string} text
 * @param {() => void} click
 */
const button = (id, text, click) => el("button", { type: "button", class: "button", id, text, on: { click } });
