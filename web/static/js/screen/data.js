// @ts-check
// Everything the screen asks the server for, kept fresh: what the board shows, and what the map is
// coloured by. A failure of one does not stop the others.
import { loadFigures, loadFiguresByParts, loadHeat } from "../api/maps.js";
import { loadAssets, loadBoard } from "../api/screen.js";
import { FAR_APART_MS } from "../core/refresh.js";
import { Source } from "./source.js";

/** @typedef {import("../core/screen_state.js").ScreenState} ScreenState */
/** @typedef {import("../core/store.js").Store<ScreenState>} ScreenStore */

export class ScreenData {
  /**
   * @param {ScreenStore} store
   * @param {string} root code of the division at the top
   * @param {() => number} cell metres that a bin of heat should have
   * @param {Promise<any> | null} coming the first answer on the heat, where it was asked for already
   * @param {Record<"board" | "figures" | "heat" | "assets", (source: Source<any>) => void>} changed
   */
  constructor(store, root, cell, coming, changed) {
    this.store = store;
    this.root = root;
    /** Whether heat is seen whatever the store says: on the second map of a very wide wall. */
    this.wantsHeat = false;
    /** Where a deployment is shown by parts. @type {import("./parts.js").Parts | null} */
    this.parts = null;
    this.board = new Source((signal) => loadBoard(signal, this.division, this.days), (source) => {
      changed.board(source);
      this.#askAssets();
    });
    this.figures = new Source((signal) => this.#askFigures(signal), changed.figures, FAR_APART_MS);
    let first = coming;
    const askHeat = (/** @type {AbortSignal} */ signal) => {
      const answer = first ?? loadHeat(signal, { ...this.days, category: null }, cell(), this.parts?.code ?? null);
      first = null;
      return answer;
    };
    this.heat = new Source(askHeat, changed.heat, FAR_APART_MS);
    this.assets = new Source((signal) => loadAssets(signal, this.root), changed.assets, FAR_APART_MS);
    this.#watch();
  }

  /** @returns {string} */
  get division() {
    return this.store.state.division ?? this.root;
  }

  get days() {
    const { from, to } = this.store.state;
    return { from, to };
  }

  /** @param {AbortSignal} signal */
  #askFigures(signal) {
    const choice = { ...this.days, category: null };
    return this.parts ? loadFiguresByParts(signal, choice, this.parts.code) : loadFigures(signal, choice);
  }

  /** Other boundaries are under the map. */
  loadMap() {
    this.figures.load();
    this.askHeat();
  }

  #watch() {
    this.store.watch(["division"], () => this.board.load());
    this.store.watch(["from", "to"], () => this.loadAll());
    this.store.watch(["heat"], () => this.askHeat());
  }

  /** @returns {Promise<any>} when the first answers are there, or have failed */
  async loadFirst() {
    await Promise.all([this.board.load(), this.figures.load()]);
  }

  /** @returns {Promise<any>} when all is asked for anew */
  async loadAll() {
    await Promise.all([this.askHeat(), this.loadFirst()]);
  }

  /** Heat that nobody looks at is not asked for. */
  async askHeat() {
    const wanted = this.store.state.heat || this.wantsHeat;
    this.heat.want(wanted);
    if (wanted) await this.heat.load();
  }

  /** Things on the ground are asked for as soon as a board tells that there are any. */
  #askAssets() {
    const counts = Object.values(this.board.data?.assets ?? {});
    if (this.assets.asked.started === null && counts.some((count) => count > 0)) this.assets.load();
  }

  /** Something has happened: figures are asked for again, soon. */
  poke() {
    this.board.poke();
    this.figures.poke();
    this.heat.poke();
  }
}
