// @ts-check
// The selected grid: its card, shown at once, and what the server adds to it.
import { ProblemError } from "../../api/client.js";
import { latest } from "../../api/maps.js";
import { shortDivision } from "../../core/names.js";
import { readRegister } from "../../core/register.js";
import { el } from "../../ui/dom.js";
import { cardParts } from "./card.js";

/** @typedef {import("../../core/topology.js").Terrain} Terrain */
/** @typedef {import("../../core/topology.js").Grid} Grid */
/** @typedef {import("../../api/stage.js").StageApi} StageApi */

export class SelectedGrid {
  /**
   * @param {Terrain} terrain
   * @param {StageApi} api
   * @param {() => void} close
   */
  constructor(terrain, api, close) {
    this.terrain = terrain;
    this.close = close;
    this.askRecord = latest(api.loadGrid);
    this.askOpen = api.loadOpenEvents ? latest(api.loadOpenEvents) : null;
    this.element = el("article", { class: "stage-card", hidden: true });
    /** @type {Grid | null} */
    this.grid = null;
    /** @type {"zh" | "en"} */
    this.lang = "zh";
    /** @type {Record<string, ArrayLike<number>> | null} */
    this.columns = null;
    /** @type {import("./card.js").Known} */
    this.known = { record: null, open: null };
  }

  /**
   * @param {"zh" | "en"} lang
   * @param {Record<string, ArrayLike<number>> | null} columns one number a grid
   */
  tell(lang, columns) {
    this.lang = lang;
    this.columns = columns;
    this.#show();
  }

  /** @param {Grid | null} grid */
  choose(grid) {
    if (grid === this.grid) return;
    this.grid = grid;
    this.known = { record: null, open: this.askOpen ? null : "hidden" };
    this.#show();
    if (!grid) return;
    this.#ask(this.askRecord(grid.code), (answer) => ({ record: answer ? { heads: readRegister(answer).heads } : "failed" }));
    if (this.askOpen) this.#ask(this.askOpen(grid.code), (answer) => ({ open: answer ? openOf(answer) : "failed" }));
  }

  /** Something has happened in a grid. @param {string | null} code */
  refresh(code) {
    const { grid } = this;
    if (!grid || !this.askOpen || code !== grid.code) return;
    this.#ask(this.askOpen(grid.code), (answer) => ({ open: answer ? openOf(answer) : "failed" }));
  }

  /**
   * @param {Promise<any>} asked
   * @param {(answer: any | null) => Partial<import("./card.js").Known>} read what the answer adds;
   *   null for none
   */
  async #ask(asked, read) {
    const { grid } = this;
    let answer = null;
    try {
      answer = await asked;
      if (answer === null) return;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
    }
    if (grid !== this.grid) return;
    this.known = { ...this.known, ...read(answer) };
    this.#show();
  }

  #show() {
    const { grid, element } = this;
    element.hidden = !grid;
    if (!grid) {
      element.replaceChildren();
      delete element.dataset.grid;
      return;
    }
    const above = this.terrain.divisions.get(grid.division)?.path.slice(1) ?? [];
    const place = above.map((code) => shortDivision(this.terrain.divisions.get(code)?.name ?? "")).join(" · ");
    const figures = this.columns && Object.fromEntries(
      Object.entries(this.columns).map(([name, column]) => [name, column[grid.index]]),
    );
    element.replaceChildren(...cardParts(this.lang, grid, place, figures, this.known, this.close));
    element.dataset.grid = grid.code;
    element.dataset.known = String(this.known.record !== null);
  }
}

/** @param {any} answer of `/api/v1/events` */
function openOf(answer) {
  const titles = answer.features.map((/** @type {any} */ feature) => String(feature.properties.title));
  return { total: titles.length, titles };
}
