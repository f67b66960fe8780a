// @ts-check
// The levels of the deployment, from the top to the grids, and who works at them.
import { number } from "../../core/i18n.js";
import { el } from "../../ui/dom.js";
import { Panel } from "../panel.js";

export class Structure extends Panel {
  /** @param {import("../panel.js").Context} context */
  constructor(context) {
    super("structure", context);
    this.levels = el("ol", { class: "levels" });
    this.roles = el("ul", { class: "pills" });
    this.body.append(this.levels, this.roles);
  }

  /** @param {any} board */
  draw({ divisions, grids, staff, levels }) {
    const { names } = this.context.config;
    const known = levels.filter((/** @type {any} */ level) => divisions[level.slug] > 0 || level === levels.at(-1));
    const steps = known.map((/** @type {any} */ level) => [level, divisions[level.slug] ?? grids.basic]);
    this.unit.textContent = this.say("board.structure_unit", { count: steps.length });
    this.levels.replaceChildren(...steps.map((/** @type {any[]} */ [level, count], /** @type {number} */ n) =>
      step(this.named([level.zh, level.en], level.slug), number(this.lang, count), (n + 1) / steps.length)));
    const roles = Object.entries(staff).sort((a, b) => b[1] - a[1]);
    this.roles.replaceChildren(...roles.map(([role, count]) => pill(this.named(names.roles[role], role), number(this.lang, count))));
  }
}

/**
 * @param {string} name
 * @param {string} count
 * @param {number} share how far down it is, up to 1
 */
export const step = (name, count, share) => el("li", { class: "levels__row", style: { "--step": String(share) } }, [
  el("span", { class: "levels__name", text: name }), el("span", { class: "levels__count digits", text: count }),
]);

/**
 * @param {string} name
 * @param {string} count
 */
export const pill = (name, count) => el("li", { class: "pill" }, [
  el("span", { class: "pill__name", text: name }), el("span", { class: "pill__count digits", text: count }),
]);
