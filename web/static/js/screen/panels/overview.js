// @ts-check
// What there is: grids by kind, who works in them, who lives in them.
import { number } from "../../core/i18n.js";
import { el } from "../../ui/dom.js";
import { Panel } from "../panel.js";
import { Ticker } from "../ticker.js";

const KINDS = /** @type {const} */ (["rural", "community", "exclusive"]);

export class Overview extends Panel {
  /** @param {import("../panel.js").Context} context */
  constructor(context) {
    super("overview", context);
    this.total = new Ticker("figure__value figure__value--hero");
    this.totalLabel = el("dt", { class: "figure__label" });
    this.tree = el("p", { class: "overview__tree" });
    this.bar = el("div", { class: "share", "aria-hidden": "true" }, KINDS.map((kind) => el("span", { class: `share__part share__part--${kind}` })));
    this.kinds = el("ul", { class: "kinds" });
    this.figures = new Map(["staff", "households", "residents", "party_members"].map((name) => [name, new Figure(name)]));
    this.body.append(
      el("div", { class: "overview__head" }, [
        el("dl", { class: "figure" }, [this.totalLabel, el("dd", {}, [this.total.element])]),
        this.tree,
      ]),
      this.bar,
      this.kinds,
      el("dl", { class: "figures" }, [...this.figures.values()].map((figure) => figure.element)),
    );
  }

  /** @param {any} board */
  draw({ grids, divisions, staff, people }) {
    this.totalLabel.textContent = this.say("board.grids_total");
    this.total.set(this.lang, grids.total);
    const { levels } = this.context.config;
    const names = Object.entries(divisions).slice(1).map(([level, count]) =>
      this.say("board.level_count", { name: this.named(levels[level], level), count: number(this.lang, /** @type {any} */ (count)) }));
    this.tree.replaceChildren(...names.map((text) => el("span", { text })));
    this.#kinds(grids);
    const workers = Object.values(staff).reduce((sum, count) => sum + count, 0);
    this.#figure("staff", workers);
    this.#figure("households", people.households);
    this.#figure("residents", people.residents);
    this.#figure("party_members", people.party_members);
  }

  /** @param {any} grids */
  #kinds(grids) {
    const present = KINDS.filter((kind) => grids[kind] > 0);
    for (const [n, kind] of KINDS.entries()) this.bar.children[n].style.flexGrow = String(grids[kind]);
    this.kinds.replaceChildren(...present.map((kind) =>
      el("li", { class: "kinds__item" }, [
        el("span", { class: `kinds__mark share__part--${kind}`, "aria-hidden": "true" }),
        el("span", { text: this.say(`kind.${kind}`) }),
        el("span", { class: "kinds__count digits", text: number(this.lang, grids[kind]) }),
      ])));
  }

  /**
   * @param {string} name
   * @param {number | null} value
   */
  #figure(name, value) {
    this.figures.get(name)?.set(this.lang, this.say(`board.${name}`), value);
  }
}

/** A labelled figure. */
export class Figure {
  /**
   * @param {string} name
   * @param {string} [className]
   */
  constructor(name, className = "") {
    this.label = el("dt", { class: "figure__label" });
    this.value = new Ticker("figure__value");
    this.element = el("div", { class: `figure figure--${name} ${className}` }, [
      this.label, el("dd", {}, [this.value.element]),
    ]);
  }

  /**
   * @param {"zh" | "en"} lang
   * @param {string} label
   * @param {number | null} value
   */
  set(lang, label, value) {
    if (this.label.textContent !== label) this.label.textContent = label;
    this.value.set(lang, value);
  }
}
