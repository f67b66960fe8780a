// @ts-check
// Events by class: how many, and how many of them are open.
import { number } from "../../core/i18n.js";
import { el } from "../../ui/dom.js";
import { Panel } from "../panel.js";
import { Rows } from "../rows.js";

export class Classes extends Panel {
  /** @param {import("../panel.js").Context} context */
  constructor(context) {
    super("classes", context);
    this.rows = new Rows(context.beat, (row) => this.#row(row), this.tools);
    this.body.append(this.rows.element);
    this.most = 1;
  }

  /** @param {any} board */
  draw({ classes }) {
    const rows = [...classes].filter((row) => row.total > 0).sort((a, b) => b.total - a.total);
    this.most = Math.max(1, ...rows.map((row) => row.total));
    this.unit.textContent = this.say("board.classes_unit");
    this.rows.set(rows, this.say("board.no_events"));
  }

  resize() {
    this.rows.fit();
  }

  /** @param {any} row */
  #row({ zh, en, total, open }) {
    const share = (/** @type {number} */ count) => `${(100 * count) / this.most}%`;
    return el("li", { class: "bar-row" }, [
      el("span", { class: "bar-row__name", text: this.lang === "zh" ? zh : en }),
      el("span", { class: "bar-row__bar", "aria-hidden": "true" }, [
        el("span", { class: "bar-row__part bar-row__part--closed", style: { width: share(total - open) } }),
        el("span", { class: "bar-row__part bar-row__part--open", style: { width: share(open) } }),
      ]),
      el("span", { class: "bar-row__value digits", text: number(this.lang, total) }),
      el("span", { class: "bar-row__more digits", text: this.say("board.open_count", { count: number(this.lang, open) }) }),
    ]);
  }
}
