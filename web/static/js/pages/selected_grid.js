// @ts-check
// The grid that is chosen on the map page: its row of the register, and what is open in it.
import { ProblemError } from "../api/client.js";
import { latest, loadGrid } from "../api/maps.js";
import { loadOpenEvents } from "../api/stage.js";
import { translate } from "../core/i18n.js";
import { readRegister } from "../core/register.js";
import { readOpen } from "../core/where.js";

/** @typedef {import("./map_page.js").MapPage} MapPage */

export class SelectedGrid {
  /** @param {MapPage} page */
  constructor(page) {
    this.page = page;
    this.askRecord = latest(loadGrid);
    this.askOpen = latest(loadOpenEvents);
    /** @type {any} */
    this.record = null;
    /** @type {string | null} */
    this.failure = null;
    /** @type {ReturnType<typeof readOpen> | "hidden" | "failed" | null} */
    this.open = null;
  }

  get grid() {
    return this.page.terrain.byCode.get(this.page.state.grid ?? "") ?? null;
  }

  /** Another grid is chosen, or the same is to be read anew. */
  async load() {
    const { page, grid } = this;
    page.view.selected.set(grid);
    this.record = null;
    this.failure = null;
    this.open = page.config.sees_events ? null : "hidden";
    this.show();
    if (grid) await Promise.all([this.#record(grid.code), this.loadOpen()]);
  }

  /** @param {string} code */
  async #record(code) {
    const { page } = this;
    try {
      const answer = await this.askRecord(code);
      if (!answer) return;
      this.record = readRegister(answer);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.failure = page.frame.reason(page.state.lang, error);
    }
    this.show();
  }

  /** What was known stays on the card until the answer is there. */
  async loadOpen() {
    const { grid } = this;
    if (!grid || this.open === "hidden") return;
    try {
      const answer = await this.askOpen(grid.code);
      if (!answer) return;
      this.open = readOpen(answer);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.open = "failed";
    }
    this.show();
  }

  show() {
    const { page, grid } = this;
    if (!grid) {
      page.card.hide();
      return;
    }
    const { figures, span } = page;
    const { lang } = page.state;
    /** @type {Record<string, number> | null} */
    const values = figures && Object.fromEntries(
      Object.entries(figures.columns).map(([name, column]) => [name, column[grid.index]]),
    );
    const words = span ? translate(lang, "time.span", { first: span.first, last: span.last }) : "–";
    const { record, failure, open } = this;
    page.card.show(lang, { grid, record, failure, open, figures: values, span: words });
  }
}
