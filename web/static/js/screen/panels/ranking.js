// @ts-check
// The divisions below, side by side. A row leads into its division.
import { number } from "../../core/i18n.js";
import { MEASURES, ranked } from "../../core/ranking.js";
import { enter } from "../../core/screen_state.js";
import { el } from "../../ui/dom.js";
import { Panel } from "../panel.js";
import { Rows } from "../rows.js";

export class Ranking extends Panel {
  /** @param {import("../panel.js").Context} context */
  constructor(context) {
    super("ranking", context);
    this.measure = "closing_rate";
    /** @type {any} */
    this.board = null;
    this.choices = MEASURES.map((measure) => el("button", {
      type: "button", class: "choice", on: { click: () => this.#choose(measure) },
    }));
    this.rows = new Rows(context.beat, (row, place) => this.#row(row, place), this.tools);
    this.body.append(el("div", { class: "choices", role: "group" }, this.choices), this.rows.element);
    this.body.addEventListener("keydown", (event) => this.#move(event));
    this.most = 1;
  }

  heading() {
    const first = this.board?.children?.[0];
    const level = this.board?.levels.find((/** @type {any} */ known) => known.slug === first?.level)
      // Below the lowest division lie grids, which the deployment may call something else.
      ?? (first ? this.board.levels.at(-1) : null);
    const name = level ? this.named([level.zh, level.en], "") : "";
    return name ? this.say("board.ranking_of", { level: name }) : this.say("board.ranking");
  }

  /** @param {string} measure */
  #choose(measure) {
    this.measure = measure;
    this.rows.page = 0;
    this.draw(this.board);
  }

  /** @param {any} board */
  draw(board) {
    this.board = board;
    this.title.textContent = this.heading();
    this.choices.forEach((choice, n) => {
      choice.textContent = this.say(`board.by_${MEASURES[n]}`);
      choice.setAttribute("aria-pressed", String(MEASURES[n] === this.measure));
    });
    const rows = ranked(board.children, this.measure);
    this.most = Math.max(1, ...rows.map((row) => row.total));
    this.rows.set(rows, this.say("board.no_children"));
  }

  resize() {
    this.rows.fit();
  }

  /**
   * Up and down go from row to row; the map's own keys stay out of it.
   * @param {KeyboardEvent} event
   */
  #move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") event.stopPropagation();
    const buttons = [...this.rows.element.querySelectorAll("button")];
    const at = buttons.indexOf(/** @type {any} */ (document.activeElement));
    if (!step || at < 0) return;
    event.preventDefault();
    event.stopPropagation();
    buttons[at + step]?.focus();
  }

  /**
   * @param {import("../../core/ranking.js").Ranked} row
   * @param {number} place
   */
  #row({ code, name, total, open, overdue, closed, closing_rate }, place) {
    const share = (/** @type {number} */ count) => `${(100 * count) / this.most}%`;
    const { value } = closing_rate;
    const rate = value === null ? "–" : `${number(this.lang, value, 2)}%`;
    const shown = { closing_rate: rate, total: number(this.lang, total), overdue: number(this.lang, overdue) }[this.measure];
    const more = this.measure === "closing_rate"
      ? `${number(this.lang, closed)} / ${number(this.lang, total)}`
      : this.say("board.open_count", { count: number(this.lang, open) });
    const go = () => this.context.store.set(enter(this.context.terrain, code));
    const button = el("button", { type: "button", class: "bar-row bar-row--go", "data-code": code, on: { click: go } }, [
      el("span", { class: "bar-row__place digits", text: String(place + 1) }),
      el("span", { class: "bar-row__name", text: name }),
      el("span", { class: "bar-row__bar", "aria-hidden": "true" }, [
        el("span", { class: "bar-row__part bar-row__part--closed", style: { width: share(closed) } }),
        el("span", { class: "bar-row__part bar-row__part--open", style: { width: share(Math.max(0, open - overdue)) } }),
        el("span", { class: "bar-row__part bar-row__part--overdue", style: { width: share(overdue) } }),
      ]),
      el("span", { class: "bar-row__value digits", text: shown }),
      el("span", { class: "bar-row__more digits", text: more }),
    ]);
    return el("li", {}, [button]);
  }
}
