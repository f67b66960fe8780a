// @ts-check
// Things on the ground, by kind: cameras, centres.
import { number } from "../../core/i18n.js";
import { el } from "../../ui/dom.js";
import { Figure } from "./overview.js";
import { Panel } from "../panel.js";

/** Kinds that have a word of their own; others are called by their slug. */
const KNOWN = ["camera", "centre", "road", "shelter"];

export class Assets extends Panel {
  /** @param {import("../panel.js").Context} context */
  constructor(context) {
    super("assets", context);
    /** @type {Map<string, Figure>} */
    this.figures = new Map();
    this.list = el("dl", { class: "figures" });
    this.more = el("p", { class: "panel__more" });
    this.body.append(this.list, this.more);
  }

  /** @param {any} board */
  draw({ assets, grids, people }) {
    for (const [kind, count] of Object.entries(assets)) {
      const figure = this.figures.get(kind) ?? new Figure(kind);
      this.figures.set(kind, figure);
      figure.set(this.lang, KNOWN.includes(kind) ? this.say(`asset.${kind}`) : kind, count);
    }
    this.list.replaceChildren(...Object.keys(assets).map((kind) => /** @type {Figure} */ (this.figures.get(kind)).element));
    const total = Object.values(assets).reduce((sum, count) => sum + count, 0);
    this.more.textContent = this.say("board.assets_per_grid", {
      count: number(this.lang, grids.basic ? total / grids.basic : 0, 1),
      households: people.households ? number(this.lang, people.households) : "–",
    });
  }
}
