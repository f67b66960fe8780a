// @ts-check
// Everything the screen asks the server for, kept fresh: what the board shows, and what the map is
// coloured by. A failure of one does not stop the others.
import { loadFigures, loadHeat } from "../api/maps.js";
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
   * @param {Record<"board" | "figures" | "heat" | "assets", (source: Source<any>) => void>} changed
   */
  constructor(store, root, cell, changed) {
    this.store = store;
    this.root = root;
    this.board = new Source((signal) => loadBoard(signal, this.division, this.days), changed.board);
    this.figures = new Source((signal) => loadFigures(signal, { ...this.days, category: null }), changed.figures, FAR_APART_MS);
    const askHeat = (/** @type {AbortSignal} */ signal) => loadHeat(signal, { ...this.days, category: null }, cell());
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

  #watch() {
    this.store.watch(["division"], () => this.board.load());
    this.store.watch(["from", "to"], () => this.loadAll());
    this.store.watch(["heat"], () => this.#askHeat());
  }

  /** @returns {Promise<any>} when the first answers are there, or have failed */
  async loadAll() {
    await Promise.all([this.board.load(), this.figures.load(), this.#askHeat()]);
    await this.#loadAssets();
  }

  /** Heat that nobody looks at is not asked for. */
  async #askHeat() {
    const { heat } = this.store.state;
    this.heat.want(heat);
    if (heat) await this.heat.load();
  }

  /** Things on the ground are asked for where there are any. */
  async #loadAssets() {
    const counts = Object.values(this.board.data?.assets ?? {});
    if (counts.some((count) => count > 0)) await this.assets.load();
  }

  /** Something has happened: figures are asked for again, soon. */
  poke() {
    this.board.poke();
    this.figures.poke();
    this.heat.poke();
  }
}
