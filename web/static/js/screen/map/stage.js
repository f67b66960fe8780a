// @ts-check
// The map in the middle of the wall screen: it paints what the store says, and changes the store
// when somebody clicks, touches or presses a key.
import { stageApi } from "../../api/stage.js";
import { HitIndex } from "../../core/hit.js";
import { worldX, worldY } from "../../core/mercator.js";
import { pressed } from "../../core/screen_keys.js";
import { PULSE_COLOURS } from "../../core/screen_palette.js";
import { click, enter, scopeOf } from "../../core/screen_state.js";
import { boundsOf, cuts, planePoint, show } from "../../map/camera.js";
import { readAssets } from "./assets.js";
import { Furniture } from "./furniture.js";
import { Layers } from "./layers.js";
import { Painter } from "./painter.js";
import { Pulses } from "./pulses.js";
import { SelectedGrid } from "./selected.js";

/** @typedef {import("../../core/topology.js").Terrain} Terrain */
/** @typedef {import("../../core/topology.js").Division} Division */
/** @typedef {import("../../core/topology.js").Grid} Grid */
/** @typedef {import("../../core/screen_state.js").ScreenState} ScreenState */
/** @typedef {import("../../core/store.js").Store<ScreenState>} ScreenStore */
/** @typedef {import("./painter.js").Played & {bins?: import("../../map/heat.js").Bins | null,
 *   densest?: number | null}} PlayedFrame heat of the frame, and where it is densest in the whole
 *   playback */

/** So long no piece of the font has come before names are painted in it. */
const FONT_REST_MS = 200;

export class Stage {
  /**
   * @param {any} map Leaflet's
   * @param {Terrain} terrain
   * @param {ScreenStore} store
   * @param {object} options
   * @param {HTMLElement} options.element that the map and what stands over it are in
   * @param {Partial<import("../../api/stage.js").StageApi>} [options.api]
   * @param {{sees_events?: boolean, levels?: Record<string, [string, string]>}} [options.config]
   * @param {import("../../map/heat.js").Bins | null} [options.bins] of the heat, for the first picture
   */
  constructor(map, terrain, store, { element, api = {}, config = {}, bins = null }) {
    this.map = map;
    /** What levels are called, in Chinese and in English. @type {Record<string, [string, string]>} */
    this.levels = config.levels ?? {};
    this.terrain = terrain;
    this.store = store;
    this.element = element;
    this.hits = new HitIndex(terrain);
    this.hasTour = false;
    this.queued = false;
    this.goes = false;
    this.closing = new AbortController();
    this.painter = new Painter(map, terrain, store, {
      painted: () => this.furniture.legend(),
      warmed: () => this.#want("heat"),
    });
    this.card = new SelectedGrid(terrain, { ...stageApi(config.sees_events === true), ...api }, () => store.set({ grid: null }));
    this.furniture = new Furniture(this);
    this.pulses = new Pulses(map, terrain.origin, { pane: "stage-pulses", zIndex: 260, colours: PULSE_COLOURS });
    this.layers = new Layers(map, terrain.origin, this.painter.painters(), (view) => this.painter.marked(view));
    this.#pointer();
    this.#keys();
    this.#watch();
    if (bins) this.setHeat(bins);
    this.#open();
  }

  get state() {
    return this.store.state;
  }

  get scope() {
    return scopeOf(this.terrain, this.state);
  }

  /** @returns {boolean} whether the map flies, or paints what it flew to */
  get isBusy() {
    return this.layers.isBusy;
  }

  get bar() {
    return this.furniture.bar;
  }

  #open() {
    const { map, store, terrain } = this;
    // An address may name a grid alone; it lies in a village.
    if (terrain.byCode.has(this.state.grid ?? "")) store.set(enter(terrain, this.state.grid ?? ""));
    for (const handler of ["doubleClickZoom", "keyboard", "boxZoom"]) map[handler].disable();
    // Its keys are heard everywhere on the page; nothing is done by standing on the map.
    map.getContainer().removeAttribute("tabindex");
    this.#chosen();
    this.goes = false;
    this.painter.heat.on = this.state.heat;
    this.furniture.show();
    this.#fit();
    const { signal } = this.closing;
    const size = new ResizeObserver(() => this.resize());
    size.observe(map.getContainer());
    signal.addEventListener("abort", () => size.disconnect());
    // Names come in a font that arrives in many pieces, as its characters are met.
    let timer = 0;
    const lettered = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => this.layers.refresh("lines"), FONT_REST_MS);
    };
    document.fonts.addEventListener("loadingdone", lettered, { signal });
  }

  /** Names stand on the map from now on. */
  name() {
    this.painter.name();
    this.#want("lines");
  }

  /** @param {import("./layers.js").LayerName[]} names */
  #want(...names) {
    this.layers.want(...names);
    this.#soon();
  }

  /** However many things change at once, the map is painted once. */
  #soon() {
    if (this.queued) return;
    this.queued = true;
    queueMicrotask(() => {
      this.queued = false;
      if (!this.goes) {
        this.layers.paint();
        return;
      }
      this.goes = false;
      // What was clicked says so in the next picture; the map moves in the one after.
      requestAnimationFrame(() => setTimeout(() => this.#go()));
    });
  }

  #go() {
    if (this.closing.signal.aborted) return;
    // A cut paints everything at its end; a flight begins at once, with what was chosen.
    if (cuts(this.map)) this.layers.once(() => this.#place(true));
    else {
      this.layers.mark();
      this.#place(true);
    }
  }

  #pointer() {
    const { map } = this;
    const heard = {
      click: (/** @type {any} */ event) => this.store.set(click(this.terrain, this.state, this.#under(event.latlng))),
      mousemove: (/** @type {any} */ event) => {
        // The hand that drags the map points at nothing.
        if (!this.layers.moving && !map.dragging.moving()) this.#hover(this.#under(event.latlng));
      },
      mouseout: () => this.#hover(null),
      movestart: () => this.#hover(null),
      moveend: () => this.furniture.scale(),
    };
    map.on(heard);
    this.closing.signal.addEventListener("abort", () => map.off(heard));
  }

  /** @param {any} latlng */
  #under(latlng) {
    const { x, y } = planePoint(this.map, latlng, this.terrain.origin);
    return this.hits.at(x, y);
  }

  /** @param {Grid | null} grid */
  #hover(grid) {
    if (grid === this.painter.hovered) return;
    this.painter.hovered = grid;
    this.#want("marks");
  }

  #keys() {
    const own = (/** @type {KeyboardEvent} */ event) => {
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
      const target = /** @type {HTMLElement} */ (event.target);
      if (target.closest("input, select, textarea, [role=slider], dialog")) return;
      if (event.key === "Enter" && target.closest("button, a")) return;
      const change = pressed(this.terrain, this.state, event.key);
      if (!change) return;
      event.preventDefault();
      this.store.set(change);
    };
    document.addEventListener("keydown", own, { signal: this.closing.signal });
  }

  #watch() {
    const watch = (/** @type {(keyof ScreenState)[]} */ keys, /** @type {(state: ScreenState) => void} */ run) => {
      this.closing.signal.addEventListener("abort", this.store.watch(keys, run));
    };
    watch(["division", "grid"], () => this.#chosen());
    watch(["division"], () => {
      this.painter.rename();
      this.#want("fills", "heat", "lines", "assets");
    });
    watch(["mode", "heat"], ({ heat }) => {
      this.painter.heat.on = heat;
      this.#want("fills", "heat", "lines");
    });
    watch(["labels"], () => this.#want("lines"));
    watch(["assets"], () => this.#want("assets"));
    watch(["lang"], () => this.card.tell(this.state.lang, this.painter.columns));
    const shown = ["lang", "division", "grid", "mode", "heat", "labels", "assets", "touring", "alert"];
    watch(/** @type {(keyof ScreenState)[]} */ (shown), () => this.furniture.show());
  }

  #chosen() {
    const { grid, lang } = this.state;
    this.card.tell(lang, this.painter.columns);
    this.painter.selected = this.terrain.byCode.get(grid ?? "") ?? null;
    this.card.choose(this.painter.selected);
    this.goes = true;
    this.#want("marks");
  }

  /** Where the whole land is in view, from which near and far are reckoned. */
  #measure() {
    const bounds = boundsOf(this.terrain.focus ?? this.terrain.box, this.terrain.origin);
    this.painter.widest = this.map.getBoundsZoom(bounds, false);
  }

  /** @param {boolean} animate */
  #place(animate) {
    const { terrain, map } = this;
    const grid = this.card.grid;
    const box = grid ? roomAround(grid.box) : this.scope.box;
    const bounds = boundsOf(box, terrain.origin);
    const flies = (/** @type {any} */ center, /** @type {number} */ zoom) => this.layers.fly(center, zoom);
    show(map, bounds, this.furniture.padding(bounds), { animate, maxZoom: 17, flies });
  }

  /** @param {{columns: Record<string, Float64Array>}} figures */
  setFigures(figures) {
    this.painter.know(figures.columns);
    this.card.tell(this.state.lang, this.painter.columns);
    if (!["colour", "kind"].includes(this.state.mode)) this.#want("fills");
  }

  /** @returns {number} side of a bin of heat that the server should be asked for, metres */
  get heatCell() {
    return this.painter.heat.cell;
  }

  /**
   * @param {import("../../map/heat.js").Bins | null} bins
   * @param {number | null} [densest] events per km² where it is densest, to keep the scale by
   */
  setHeat(bins, densest = null) {
    this.painter.heat.set(bins, densest);
  }

  /**
   * @param {PlayedFrame | null} frame of a playback; null for now
   */
  setFrame(frame) {
    const { painter } = this;
    painter.played = frame;
    painter.heat.play(frame?.bins ?? null, frame?.densest ?? null);
    this.#want("fills", "heat");
  }

  /** @param {any} geojson answer of `/api/v1/assets` */
  setAssets(geojson) {
    this.painter.assets = readAssets(geojson, this.terrain, this.hits);
    this.#want("assets");
    const { offsetHeight } = this.furniture.top;
    this.furniture.show();
    // One switch more may need a line more: the land stands clear of it.
    if (this.furniture.top.offsetHeight !== offsetHeight) this.#fit();
  }

  /**
   * @param {{lon?: number | null, lat?: number | null, level?: number | null, division?: string | null,
   *   basic?: string | null, exclusive?: string | null}} event
   */
  pulse(event) {
    const { lon, lat, level } = event;
    if (Number.isFinite(lon) && Number.isFinite(lat)) {
      this.pulses.add({ x: worldX(Number(lon)) - this.terrain.origin.x, y: worldY(Number(lat)) - this.terrain.origin.y, level });
    } else {
      // Who may not know the place is told the division.
      const label = this.terrain.divisions.get(event.division ?? "")?.label;
      if (label) this.pulses.add({ ...label, level });
    }
    this.card.refresh(event.exclusive ?? event.basic ?? null);
  }

  /**
   * @param {number | null} lon
   * @param {number | null} lat
   * @returns {Grid | null} the responsible grid there
   */
  gridAt(lon, lat) {
    if (lon === null || lat === null) return null;
    const { origin } = this.terrain;
    return this.hits.at(worldX(lon) - origin.x, worldY(lat) - origin.y);
  }

  /** @param {string} code of a division or a grid */
  enter(code) {
    this.store.set(enter(this.terrain, code));
  }

  /** @param {boolean} has whether there is anything to tour */
  setTour(has) {
    this.hasTour = has;
    this.furniture.show();
  }

  /**
   * @param {"off" | "alert" | "paused" | "hidden" | "running"} phase
   * @param {number} share
   * @param {number} seconds
   */
  showTour(phase, share, seconds) {
    this.bar.tourRing(this.state.lang, phase, share, seconds);
  }

  /** The element may have another size: fit the same place into it. */
  resize() {
    const { x, y } = this.map.getSize();
    const { clientWidth, clientHeight } = this.map.getContainer();
    if (x === clientWidth && y === clientHeight) return;
    this.#fit();
  }

  #fit() {
    this.layers.once(() => {
      this.map.invalidateSize({ pan: false, animate: false });
      this.#measure();
      this.#place(false);
    });
    this.furniture.scale();
  }

  destroy() {
    this.closing.abort();
    this.pulses.close();
    this.layers.remove();
    this.furniture.remove();
  }
}

/**
 * @param {import("../../core/topology.js").Box} box
 * @returns {import("../../core/topology.js").Box} with its neighbours around it
 */
function roomAround({ x0, y0, x1, y1 }) {
  const [dx, dy] = [(x1 - x0) * 0.7, (y1 - y0) * 0.7];
  return { x0: x0 - dx, y0: y0 - dy, x1: x1 + dx, y1: y1 + dy };
}

