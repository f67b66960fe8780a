// @ts-check
// Time is played back on the wall: one slider for the map's colours, its heat, the figures over it,
// and, across a change of boundaries, the grids of then.
import { ProblemError } from "../api/client.js";
import { latest, loadBoundaries, loadPlayback } from "../api/maps.js";
import { Figures } from "../core/figures.js";
import { translate } from "../core/i18n.js";
import { joined } from "../core/parts.js";
import { Playback, figuresOf, spanOf } from "../core/playback.js";
import { boundsOfMode } from "../core/screen_look.js";
import { readTopology } from "../core/topology.js";
import { readBins } from "../map/heat.js";
import { el, one } from "../ui/dom.js";
import { PlaybackBar } from "../ui/playback_bar.js";
import { scaleOf } from "./map/heat.js";

/** @typedef {import("../core/topology.js").Terrain} Terrain */
/** @typedef {import("../core/playback.js").Frame} Frame */
/** @typedef {import("./wall.js").Wall} Wall */

export class Playing {
  /**
   * @param {Wall} wall
   * @param {string} today day with which the offered periods end
   */
  constructor(wall, today) {
    this.wall = wall;
    this.request = latest(loadPlayback);
    this.own = wall.terrain;
    /** @type {Map<number, Terrain>} */
    this.terrains = new Map([[this.own.generation, this.own]]);
    /** @type {Playback | null} */
    this.playback = null;
    /** @type {{from: string, to: string, hours: number | null, step: string | null} | null} */
    this.range = null;
    this.opener = el("button", { type: "button", class: "opener", "aria-expanded": "false", on: { click: () => this.#toggle() } });
    this.told = el("p", { class: "playing__told", role: "status" });
    const host = el("div");
    this.box = el("div", { class: "playing__box", hidden: true }, [this.told, host]);
    one("#stage-time").replaceChildren(this.box, this.opener);
    this.bar = new PlaybackBar(host, {
      today,
      frame: (n) => (n === null ? this.#leave() : this.#picture(n)),
      choose: (range) => this.#start(range),
      exported: () => this.#exported(),
    });
  }

  /** @param {import("../core/i18n.js").Lang} lang */
  show(lang) {
    this.opener.textContent = translate(lang, "playback.title");
    this.bar.show(lang);
  }

  #toggle() {
    const opens = this.box.hidden;
    this.box.hidden = !opens;
    this.opener.setAttribute("aria-expanded", String(opens));
    if (!opens) this.bar.close();
  }

  /** @param {{from: string, to: string, hours: number | null, step: string | null}} range */
  async #start(range) {
    const { lang, division } = this.wall.store.state;
    if (this.wall.parts && !this.wall.parts.code) {
      this.told.textContent = translate(lang, "playback.by_parts");
      return;
    }
    this.told.textContent = translate(lang, "playback.loading");
    const { own } = this;
    try {
      const answer = await this.request({ ...range, division, category: null, cell_m: this.wall.stage.heatCell });
      if (!answer) return;
      const isStill = own === this.own && (await this.#boundaries(answer.steps));
      this.told.textContent = "";
      // Whoever went on to another part meanwhile looks at other grids than these.
      if (isStill) this.#begin(new Playback(answer), range);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.told.textContent = error.status === 0 ? translate(lang, "app.offline") : error.text(lang);
    }
  }

  /**
   * @param {number} generation
   * @returns {Promise<Terrain>}
   */
  async #past(generation) {
    const { parts } = this.wall;
    const code = parts?.code;
    const terrain = readTopology(await loadBoundaries(generation, code), this.own.origin);
    return parts && code ? joined(parts.overview, terrain, code) : terrain;
  }

  /**
   * Other grids are under the map from now on.
   * @param {Terrain} terrain
   */
  leaveFor(terrain) {
    if (this.playback) this.bar.close();
    this.own = terrain;
    this.terrains = new Map([[terrain.generation, terrain]]);
  }

  /**
   * @param {{generation: number}[]} steps
   * @returns {Promise<boolean>} whether they belong to what is under the map
   */
  async #boundaries(steps) {
    const { own } = this;
    const wanted = new Map([[own.generation, own]]);
    for (const generation of new Set(steps.map((step) => step.generation))) {
      const known = wanted.get(generation) ?? this.terrains.get(generation);
      wanted.set(generation, known ?? (await this.#past(generation)));
    }
    if (own !== this.own) return false;
    this.terrains = wanted;
    return true;
  }

  /**
   * @param {Playback} playback
   * @param {{from: string, to: string, hours: number | null, step: string | null}} range
   */
  #begin(playback, range) {
    const { store } = this.wall;
    this.playback = playback;
    this.range = range;
    /** @type {Map<string, {bounds: number[], lowest: number}>} */
    this.bounds = new Map();
    const busiest = this.#bins(playback.busiest);
    this.densest = busiest ? scaleOf(busiest, this.wall.map.getCenter().lat).top : null;
    // With plain colours and no heat nothing would move.
    if (["colour", "kind"].includes(store.state.mode)) store.set({ heat: true });
    this.bar.load(playback);
    this.bar.play();
  }

  /** @param {number} n */
  #bins(n) {
    const heat = this.playback?.heatOf(n);
    return heat ? readBins(heat, this.own.origin) : null;
  }

  /** @param {number} n */
  #picture(n) {
    const { playback, wall } = this;
    if (!playback) return;
    const frame = playback.frame(n);
    const terrain = /** @type {Terrain} */ (this.terrains.get(frame.step.generation));
    wall.stand(terrain);
    const { reported, closed, open } = frame.step;
    wall.store.set({
      playing: {
        step: n,
        words: translate(wall.store.state.lang, `playback.${playback.unit}`, spanOf(frame.step, playback.unit)),
        totals: { reported, closed, open },
        columns: this.#columns(frame, terrain),
        bounds: this.#boundsOf(wall.store.state.mode),
        bins: this.#bins(n),
        densest: this.densest,
      },
    });
  }

  /**
   * @param {Frame} frame
   * @param {Terrain} terrain
   */
  #columns(frame, terrain) {
    const now = this.wall.figures;
    const still = (/** @type {string} */ code, /** @type {string} */ name) => {
      const grid = this.own.byCode.get(code);
      return grid && now ? now.columns[name][grid.index] : 0;
    };
    return new Figures(terrain, figuresOf(frame, terrain.grids.map((grid) => grid.code), still)).columns;
  }

  /**
   * A colour means the same in all pictures: classes are those of the last one.
   * @param {string} mode
   */
  #boundsOf(mode) {
    const { playback } = this;
    if (!playback || mode === "colour" || mode === "kind") return undefined;
    if (!this.bounds?.has(mode)) {
      const last = playback.frame(playback.length - 1);
      const terrain = /** @type {Terrain} */ (this.terrains.get(last.step.generation));
      this.bounds?.set(mode, boundsOfMode(terrain, this.#columns(last, terrain), mode));
    }
    return Object.fromEntries(this.bounds ?? []);
  }

  #leave() {
    this.playback = null;
    this.range = null;
    this.wall.stand(this.own);
    this.wall.store.set({ playing: null });
    // Boundaries of the past are large, and a wall is never closed.
    this.terrains = new Map([[this.own.generation, this.own]]);
    this.bounds = new Map();
  }

  /** @returns {string | null} address of the animation of what is shown */
  #exported() {
    if (!this.playback || !this.range) return null;
    const { lang, division, mode } = this.wall.store.state;
    const { from, to } = this.range;
    const query = new URLSearchParams({ from, to, step: this.playback.unit });
    if (division) query.set("division", division);
    if (lang === "en") query.set("lang", "en");
    query.set("mode", mode === "closing_rate" ? "closing_rate" : "events");
    return `/api/v1/playback.gif?${query}`;
  }
}
