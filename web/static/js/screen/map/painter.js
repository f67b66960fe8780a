// @ts-check
// What the canvases of the wall screen's map show, from the store's state and the data it was told.
import { boundsOfMode, screenLook } from "../../core/screen_look.js";
import { namesOf } from "../../core/screen_names.js";
import { scopeOf } from "../../core/screen_state.js";
import { scopeRings } from "../../core/scope_rings.js";
import { borderTiers } from "../../core/topology.js";
import { Paths } from "../../map/paths.js";
import { paintAssets } from "./assets.js";
import { paintGround } from "./fills.js";
import { Heat } from "./heat_source.js";
import { paintLines } from "./lines.js";
import { paintMarks } from "./marks.js";
import { paintNames } from "./names.js";
import { viewAround } from "./views.js";

/** @typedef {import("../../core/topology.js").Terrain} Terrain */
/** @typedef {import("../../core/topology.js").Division} Division */
/** @typedef {import("../../core/topology.js").Grid} Grid */
/** @typedef {import("../../core/screen_state.js").ScreenState} ScreenState */
/** @typedef {import("../../map/frame.js").Frame} Frame */
/** @typedef {{bounds: number[], lowest: number}} Bounds upper bounds of classes, ascending */
/** @typedef {{columns?: Record<string, ArrayLike<number>>, bounds?: Record<string, Bounds>}} Played
 *   figures of a playback's frame, and the classes of the whole playback */

/** Map colours at the widest view, and by how much they come forward with each zoom. */
const CALM = 0.6;
const FORWARD = 0.14;

export class Painter {
  /**
   * @param {any} map Leaflet's
   * @param {Terrain} terrain
   * @param {import("../../core/store.js").Store<ScreenState>} store
   * @param {object} tell
   * @param {() => void} tell.painted the legend may say something else now
   * @param {() => void} tell.warmed there is other heat to paint
   */
  constructor(map, terrain, store, { painted, warmed }) {
    this.map = map;
    this.terrain = terrain;
    this.store = store;
    this.painted = painted;
    this.paths = new Paths(terrain);
    this.tiers = borderTiers(terrain);
    this.heat = new Heat(terrain, warmed);
    /** Zoom at which all land is in view; near and far are reckoned from it. */
    this.widest = 11;
    /** @type {Record<string, ArrayLike<number>> | null} */
    this.columns = null;
    /** @type {Played | null} */
    this.played = null;
    /** @type {Map<string, Bounds>} */
    this.bounds = new Map();
    /** @type {import("./assets.js").Asset[]} */
    this.assets = [];
    /** @type {Grid | null} */
    this.hovered = null;
    /** @type {Grid | null} */
    this.selected = null;
    /** @type {import("../../core/screen_look.js").ScreenLook | null} */
    this.look = null;
    /** None until they are asked for: the first picture does not wait for its names. @type {import("../../core/screen_names.js").Name[]} */
    this.names = [];
    this.isNamed = false;
    /** How strong map colours were painted last. */
    this.strength = CALM;
  }

  get scope() {
    return scopeOf(this.terrain, this.store.state);
  }

  /**
   * @param {number} zoom
   * @returns {number} how strong map colours are at this zoom, in steps
   */
  #strengthAt(zoom) {
    const more = CALM + (zoom - this.widest) * FORWARD;
    return Math.min(1, Math.max(CALM, Math.round(more * 20) / 20));
  }

  /** @returns {import("./assets.js").Asset[]} those in the division that is looked into */
  get shownAssets() {
    const { scope, store: { state } } = this;
    if (!state.assets) return [];
    return scope.parent ? this.assets.filter(({ path }) => path[scope.depth] === scope.code) : this.assets;
  }

  /** Names are wanted from now on. */
  name() {
    this.isNamed = true;
    this.rename();
  }

  /** Another division is looked into. */
  rename() {
    if (this.isNamed) this.names = namesOf(this.terrain, this.scope);
  }

  /** @param {Record<string, ArrayLike<number>>} columns one number a grid */
  know(columns) {
    this.columns = columns;
    this.bounds.clear();
  }

  /** @returns {Record<import("./layers.js").LayerName, import("./layers.js").Paint>} */
  painters() {
    return {
      fills: (frame) => this.#paintFills(frame),
      heat: (frame) => this.#paintHeat(frame),
      lines: (frame) => this.#paintLines(frame),
      assets: (frame) => this.#note("assets", paintAssets(frame, this.shownAssets)),
      marks: (frame) => {
        paintMarks(frame, this.paths, this.hovered, this.selected);
        return true;
      },
    };
  }

  /**
   * @param {import("../../map/frame.js").View} view
   * @returns {import("../../map/frame.js").View | null} where in it something is marked
   */
  marked(view) {
    const boxes = [this.hovered, this.selected].flatMap((grid) => (grid ? [grid.box] : []));
    return boxes.length > 0 ? viewAround(view, boxes, this.terrain.origin) : null;
  }

  /** @param {Frame} frame */
  #paintHeat(frame) {
    const outline = this.scope.parent ? this.#outline(this.scope, frame.zoom) : null;
    const isWarm = this.#note("heat", this.heat.paint(frame, { land: this.paths.land(frame.zoom), outline }));
    this.painted();
    return isWarm;
  }

  /** @param {Frame} frame */
  *#paintLines(frame) {
    const { scope, tiers, widest, store: { state } } = this;
    // Paths of a level of detail that is new take a while to make.
    this.paths.lines(frame.zoom);
    yield;
    yield* paintLines(frame, this.paths, tiers, { outline: this.#outline(scope, frame.zoom), isRoot: !scope.parent, widest });
    // Under the heat only the names of the level that is looked at.
    const names = state.heat ? this.names.filter((name) => name.role === "main") : this.names;
    this.#note("labels", state.labels ? yield* paintNames(frame, names) : 0);
    return true;
  }

  /** @param {Frame} frame */
  *#paintFills(frame) {
    const { scope, store: { state } } = this;
    this.strength = this.#strengthAt(frame.zoom);
    const columns = /** @type {any} */ (this.played?.columns ?? this.columns);
    this.look = screenLook(this.terrain, state.mode, columns, scope, {
      strength: this.strength,
      plain: state.heat,
      bounds: this.#boundsNow(),
    });
    const outline = this.#outline(scope, frame.zoom);
    yield;
    this.#note("grids", yield* paintGround(frame, this.terrain, this.paths, this.look, scope, outline));
    this.#note("mode", state.mode);
    this.painted();
    return true;
  }

  /** Classes hold for the deployment and for a whole playback: a colour means the same throughout. */
  #boundsNow() {
    const { mode } = this.store.state;
    if (mode === "colour" || mode === "kind") return undefined;
    const kept = this.played?.bounds?.[mode];
    if (kept) return kept;
    let bounds = this.bounds.get(mode);
    if (!bounds) {
      bounds = boundsOfMode(this.terrain, /** @type {any} */ (this.columns), mode);
      this.bounds.set(mode, bounds);
    }
    return bounds;
  }

  /**
   * @param {Division} scope
   * @param {number} zoom
   */
  #outline(scope, zoom) {
    if (!scope.parent) return this.paths.land(zoom);
    return this.paths.region(scope.code, () => scopeRings(this.terrain, scope), zoom);
  }

  /**
   * Say on the map's element what was painted last; tests and people who look for a fault read it.
   * @param {string} what
   * @param {number | string} value
   * @returns {boolean} whether there is any
   */
  #note(what, value) {
    this.map.getContainer().dataset[what] = String(value);
    return value !== 0;
  }
}
