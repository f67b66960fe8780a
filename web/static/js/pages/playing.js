// @ts-check
// Plays the chosen period on the map page: colours, heat, sums and boundaries follow the picture.
import { latest, loadBoundaries, loadPlayback } from "../api/maps.js";
import { Figures } from "../core/figures.js";
import { translate } from "../core/i18n.js";
import { classesOf } from "../core/look.js";
import { joined } from "../core/parts.js";
import { Playback, figuresOf, spanOf } from "../core/playback.js";
import { readTopology } from "../core/topology.js";
import { cellFor, readBins } from "../map/heat.js";
import { one } from "../ui/dom.js";
import { PlaybackBar } from "../ui/playback_bar.js";

/** @typedef {import("./map_page.js").MapPage} MapPage */
/** @typedef {import("../core/topology.js").Terrain} Terrain */
/** @typedef {import("../core/playback.js").Frame} Frame */
/** @typedef {import("../core/look.js").ClassCount} ClassCount */

export class Playing {
  /** @param {MapPage} page */
  constructor(page) {
    this.page = page;
    this.bar = new PlaybackBar(one("#playback"), {
      frame: (n) => (n === null ? this.#leave() : this.#picture(n)),
      toggled: () => page.showTime(),
      exported: () => this.#exported(),
    });
    this.request = latest(loadPlayback);
    /** @type {Playback | null} */
    this.playback = null;
    /** Boundaries that the page was opened with. */
    this.own = page.terrain;
    /** @type {Map<number, Terrain>} */
    this.terrains = new Map([[page.terrain.generation, page.terrain]]);
    /** @type {Map<number, {generation: number, effective_from: string}>} */
    this.facts = new Map();
    /** @type {Map<string, ClassCount>} */
    this.classes = new Map();
    /** @type {Figures | null} figures of the whole period */
    this.whole = null;
  }

  /** Whether a picture of the playback is on the map. */
  get isOn() {
    return this.playback !== null;
  }

  get isPlaying() {
    return this.bar.isPlaying;
  }

  /** @returns {{generation: number, effective_from: string} | null} of the picture */
  get boundaries() {
    return (this.isOn && this.facts.get(this.page.terrain.generation)) || null;
  }

  /** @param {import("../core/i18n.js").Lang} lang */
  show(lang) {
    this.bar.show(lang);
    if (this.playback) this.#label();
  }

  async toggle() {
    if (this.isOn) this.bar.toggle();
    else await this.#start();
  }

  /** Back to the whole period. */
  stop() {
    this.bar.close();
  }

  async #start() {
    const { page } = this;
    const { span, state, view } = page;
    if (!span) return;
    if (page.parts && !page.parts.code) {
      page.frame.playing(translate(state.lang, "playback.by_parts"));
      return;
    }
    page.frame.playing(translate(state.lang, "playback.loading"));
    const { own } = this;
    await page.guarded(async () => {
      const { map } = view;
      const cell = cellFor(map.getCenter().lat, map.getZoom());
      const answer = await this.request({
        from: span.first, to: span.last, category: state.category, cell_m: cell, division: page.parts?.code ?? null,
      });
      if (!answer) return;
      for (const one of answer.generations) this.facts.set(one.generation, one);
      await this.#boundaries(answer.generations);
      // Whoever went on to another part meanwhile looks at other grids than these.
      if (own === this.own) this.#begin(new Playback(answer));
    });
    if (!this.isOn) page.frame.playing("");
  }

  /**
   * @param {number} generation
   * @returns {Promise<Terrain>}
   */
  async #past(generation) {
    const { parts } = this.page;
    const code = parts?.code;
    const terrain = readTopology(await loadBoundaries(generation, code), this.own.origin);
    return parts && code ? joined(parts.overview, terrain, code) : terrain;
  }

  /** @param {{generation: number}[]} generations */
  async #boundaries(generations) {
    // Of a part; another one has a map of its own.
    const { terrains } = this;
    for (const { generation } of generations) {
      if (terrains.has(generation)) continue;
      terrains.set(generation, await this.#past(generation));
    }
  }

  /** @param {Playback} playback */
  #begin(playback) {
    const { page } = this;
    this.playback = playback;
    this.whole = page.figures;
    this.classes.clear();
    this.range = null;
    this.bar.load(playback);
    // With plain colours and no heat nothing would move.
    const plain = ["colour", "kind", "households", "overdue"].includes(page.state.mode);
    if (plain) page.store.set({ heat: true });
    this.bar.play();
  }

  /** @param {number} n */
  #picture(n) {
    const { page, playback } = this;
    if (!playback) return;
    const frame = playback.frame(n);
    const terrain = /** @type {Terrain} */ (this.terrains.get(frame.step.generation));
    this.#stand(terrain);
    page.figures = this.#figures(frame, terrain);
    page.paintLook();
    page.showPanel();
    page.showTime();
    page.showCard();
    this.heat();
    this.#label();
  }

  /**
   * @param {Frame} frame
   * @param {Terrain} terrain
   */
  #figures(frame, terrain) {
    const { own, whole } = this;
    const still = (/** @type {string} */ code, /** @type {string} */ name) => {
      const grid = own.byCode.get(code);
      return grid && whole ? whole.columns[name][grid.index] : 0;
    };
    return new Figures(terrain, figuresOf(frame, terrain.grids.map((grid) => grid.code), still));
  }

  /**
   * Change the boundaries of the page; the look is painted next.
   * @param {Terrain} terrain
   */
  #stand(terrain) {
    const { page } = this;
    if (terrain === page.terrain) return;
    page.terrain = terrain;
    for (const part of [page.controls, page.panel, page.card]) part.terrain = terrain;
    page.view.setTerrain(terrain);
    page.view.selected.set(terrain.byCode.get(page.state.grid ?? "") ?? null);
    page.showFacts();
  }

  #label() {
    const { page, playback } = this;
    if (!playback) return;
    const step = playback.steps[this.bar.n];
    page.frame.playing(translate(page.state.lang, `playback.${playback.unit}`, spanOf(step, playback.unit)));
    page.view.map.getContainer().dataset.step = String(step.n);
  }

  /** Paint the heat of the picture, on one scale for all of them. */
  heat() {
    const { page, playback } = this;
    if (!playback || !page.state.heat) return;
    const { view, terrain } = page;
    const bins = (/** @type {number} */ n) => readBins(playback.heatOf(n), terrain.origin);
    if (!this.range) {
      view.setHeat(bins(playback.busiest));
      this.range = view.lastRange;
    }
    view.setHeat(bins(this.bar.n), this.range);
  }

  /** The scale is of what is seen, so another view asks for another one. */
  moved() {
    this.range = null;
    this.heat();
  }

  /**
   * @param {string} mode
   * @returns {ClassCount | null} classes of the last picture: a colour means the same in all
   */
  held(mode) {
    const { playback } = this;
    if (!playback) return null;
    const known = this.classes.get(mode);
    if (known) return known;
    const frame = playback.frame(playback.length - 1);
    const terrain = /** @type {Terrain} */ (this.terrains.get(frame.step.generation));
    const made = classesOf(terrain, this.#figures(frame, terrain), mode);
    this.classes.set(mode, made);
    return made;
  }

  #leave() {
    const { page } = this;
    this.playback = null;
    page.frame.playing("");
    delete page.view.map.getContainer().dataset.step;
    this.#stand(this.own);
    page.showFacts();
    page.figures = this.whole;
    page.paintLook();
    page.showAll();
    page.loadHeat();
  }

  /** @returns {string | null} address of the animation of the chosen period */
  #exported() {
    const { span, state } = this.page;
    if (!this.playback || !span) return null;
    const query = new URLSearchParams({ from: span.first, to: span.last, step: this.playback.unit });
    if (state.category) query.set("category", state.category);
    if (state.scope) query.set("division", state.scope);
    if (state.lang === "en") query.set("lang", "en");
    query.set("mode", state.mode === "closing_rate" ? "closing_rate" : "events");
    return `/api/v1/playback.gif?${query}`;
  }
}
