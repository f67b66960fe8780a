// @ts-check
// Grids with far more to do than their households would explain.
import { number } from "../../core/i18n.js";
import { enter } from "../../core/screen_state.js";
import { el } from "../../ui/dom.js";
import { Panel } from "../panel.js";
import { Rows } from "../rows.js";

export class Outliers extends Panel {
  /** @param {import("../panel.js").Context} context */
  constructor(context) {
    super("outliers", context);
    this.rows = new Rows(context.beat, (row, place) => this.#row(row, place), this.tools);
    this.body.append(this.rows.element);
    this.most = 1;
  }

  /** @param {any} board */
  draw({ outliers }) {
    this.unit.textContent = this.say("board.outliers_unit");
    this.most = Math.max(1, ...outliers.map((/** @type {any} */ row) => Math.max(row.events, row.expected)));
    this.rows.set(outliers, this.say("board.no_outliers"));
  }

  resize() {
    this.rows.fit();
  }

  /**
   * @param {any} row
   * @param {number} place
   */
  #row({ code, name, division, events, expected }, place) {
    const share = (/** @type {number} */ count) => `${(100 * count) / this.most}%`;
    const { divisions } = this.context.terrain;
    const above = divisions.get(divisions.get(division)?.parent ?? "");
    const told = number(this.lang, expected, expected < 10 ? 1 : 0);
    const go = () => {
      const { terrain, store, open } = this.context;
      if (open && !terrain.byCode.has(code)) open(code);
      else store.set(enter(terrain, code));
    };
    const button = el("button", { type: "button", class: "bar-row bar-row--go", "data-code": code, on: { click: go } }, [
      el("span", { class: "bar-row__place digits", text: String(place + 1) }),
      el("span", { class: "bar-row__name", text: above && above.depth > 0 ? `${above.name} ${name}` : name }),
      el("span", { class: "bar-row__bar", "aria-hidden": "true" }, [
        el("span", { class: "bar-row__part bar-row__part--heavy", style: { width: share(events) } }),
        el("span", { class: "bar-row__tick", style: { left: share(expected) } }),
      ]),
      el("span", { class: "bar-row__value digits", text: number(this.lang, events) }),
      el("span", { class: "bar-row__more digits", text: this.say("board.expected", { count: told }) }),
    ]);
    return el("li", {}, [button]);
  }
}
