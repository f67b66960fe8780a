// @ts-check
// The map itself: canvases for areas, heat, borders and names, two outlines, and the pointer.
import { HitIndex } from "../core/hit.js";
import { borderTiers } from "../core/topology.js";
import { boundsOf, planePoint, show } from "./camera.js";
import { paintBorders } from "./borders.js";
import { canvasLayer, designUnit } from "./frame.js";
import { paintFills } from "./grid_fill.js";
import { HEAT_RESOLUTION, paintHeat } from "./heat.js";
import { labelsOf, paintLabels } from "./labels.js";
import { Outline } from "./outline.js";
import { Paths } from "./paths.js";

/** @typedef {import("../core/topology.js").Terrain} Terrain */
/** @typedef {import("../core/topology.js").Grid} Grid */
/** @typedef {import("../core/topology.js").Box} Box */

/** So long no piece of the font has come before names are painted in it. */
const FONT_REST_MS = 200;

export class MapView {
  /**
   * @param {any} map Leaflet's
   * @param {Terrain} terrain
   * @param {object} events
   * @param {(grid: Grid | null) => void} events.click
   * @param {(grid: Grid | null, at: {x: number, y: number}) => void} events.hover
   * @param {() => void} events.move after the view has changed
   * @param {(scale: import("./heat.js").HeatScale | null) => void} events.heat after heat is painted
   */
  constructor(map, terrain, events) {
    this.map = map;
    this.events = events;
    /** What follows from boundaries, kept while several of them take turns. */
    this.known = new WeakMap();
    this.#stand(terrain);
    /** @type {import("./grid_fill.js").Look} */
    this.look = { colours: terrain.grids.map(() => "#ffffff"), textured: true, hatched: true, exclusive: true, soft: true };
    this.showLabels = true;
    /** Nothing is painted before the page says where the map stands and how it looks. */
    this.isHeld = true;
    /** The first picture does not wait for its names. */
    this.isNamed = false;
    /** @type {import("./heat.js").Bins | null} */
    this.bins = null;
    /** @type {import("./heat.js").HeatRange | null} */
    this.held = null;
    /** @type {import("./heat.js").HeatRange | null} */
    this.lastRange = null;
    this.#layers();
    this.hovered = new Outline(map, terrain, "outline outline--hover");
    this.selected = new Outline(map, terrain, "outline outline--selected");
    this.#pointer();
  }

  /** @param {Terrain} terrain */
  #stand(terrain) {
    this.terrain = terrain;
    if (!this.known.has(terrain)) {
      this.known.set(terrain, {
        paths: new Paths(terrain),
        hits: new HitIndex(terrain),
        /** @type {ReturnType<typeof labelsOf> | null} made when names are painted */
        labels: null,
        tiers: borderTiers(terrain),
      });
    }
    const { paths, hits, tiers } = this.known.get(terrain);
    /** @type {Paths} */
    this.paths = paths;
    /** @type {HitIndex} */
    this.hits = hits;
    /** @type {ReturnType<typeof borderTiers>} */
    this.tiers = tiers;
  }

  /**
   * Stand on other boundaries; the look for them comes next and paints the areas.
   * @param {Terrain} terrain on the same plane
   */
  setTerrain(terrain) {
    if (terrain === this.terrain) return;
    for (const outline of [this.hovered, this.selected]) outline.setTerrain(terrain);
    this.#stand(terrain);
    this.lines.paint();
    this.map.getContainer().dataset.generation = String(terrain.generation);
  }

  #layers() {
    const { map } = this;
    const common = { map, origin: this.terrain.origin };
    this.fills = canvasLayer({
      ...common, pane: "grid-fill", zIndex: 210, className: "canvas canvas--fill",
      paint: (frame) => {
        if (this.isHeld) return;
        this.#note("grids", paintFills(frame, this.terrain, this.paths, this.look));
        this.fills.getContainer().style.setProperty("--strength", String(this.#strength(frame.zoom)));
      },
    });
    this.heat = canvasLayer({
      ...common, pane: "grid-heat", zIndex: 220, className: "canvas canvas--heat",
      resolution: HEAT_RESOLUTION,
      paint: (frame) => {
        if (!this.bins || this.isHeld) return;
        const scale = paintHeat(frame, this.bins, this.paths.land(frame.zoom), this.held);
        this.lastRange = scale.range;
        this.#note("heat", scale.total);
        this.events.heat(scale);
      },
    });
    this.lines = canvasLayer({
      ...common, pane: "grid-lines", zIndex: 230, className: "canvas canvas--lines",
      paint: (frame) => {
        if (this.isHeld) return;
        paintBorders(frame, this.paths, this.tiers, this.look.exclusive);
        const names = this.showLabels && this.isNamed ? this.#namesShown() : [];
        this.#note("labels", paintLabels(frame, names));
      },
    });
    for (const layer of [this.fills, this.heat, this.lines]) layer.addTo(map);
    map.on("moveend", () => this.events.move());
    // Names come in a font that arrives in pieces, as its characters are met.
    let timer = 0;
    document.fonts.addEventListener("loadingdone", () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => this.lines.paint(), FONT_REST_MS);
    });
  }

  /**
   * Paint the first picture, once.
   * @param {() => void} prepare says where the map stands and how it looks
   */
  begin(prepare) {
    prepare();
    this.isHeld = false;
    for (const layer of [this.fills, this.heat, this.lines]) layer.paint();
  }

  /** Names stand on the map from now on. */
  name() {
    this.isNamed = true;
    if (this.showLabels) this.lines.paint();
  }

  /**
   * Say on the map's element what was painted last; tests and people who look for a fault read it.
   * @param {"grids" | "labels" | "heat"} what
   * @param {number} count
   */
  #note(what, count) {
    this.map.getContainer().dataset[what] = String(count);
  }

  /**
   * Thousands of small areas in full colours are confetti: far away map colours step back. The
   * colours of a legend stay what the legend says.
   * @param {number} zoom
   */
  #strength(zoom) {
    if (!this.look.soft) return 1;
    return Math.min(1, Math.max(0.6, 0.6 + (zoom - 11) * 0.16));
  }

  #namesShown() {
    const known = this.known.get(this.terrain);
    /** @type {ReturnType<typeof labelsOf>} */
    const labels = (known.labels ??= labelsOf(this.terrain));
    return this.look.exclusive ? labels : labels.filter((label) => !label.isExclusive);
  }

  #pointer() {
    const { map } = this;
    const at = (/** @type {any} */ event) => {
      const { x, y } = planePoint(map, event.latlng, this.terrain.origin);
      return this.hits.at(x, y, this.look.exclusive);
    };
    map.on("click", (/** @type {any} */ event) => this.events.click(at(event)));
    map.on("mousemove", (/** @type {any} */ event) => {
      const grid = at(event);
      this.hovered.set(grid);
      this.events.hover(grid, event.containerPoint);
    });
    map.on("mouseout movestart", () => {
      this.hovered.set(null);
      this.events.hover(null, { x: 0, y: 0 });
    });
  }

  /** @param {Partial<import("./grid_fill.js").Look>} look */
  setLook(look) {
    const bordersToo = look.exclusive !== undefined && look.exclusive !== this.look.exclusive;
    this.look = { ...this.look, ...look };
    this.fills.paint();
    if (bordersToo) this.lines.paint();
  }

  /** @param {boolean} visible */
  setLabels(visible) {
    if (visible === this.showLabels) return;
    this.showLabels = visible;
    this.lines.paint();
  }

  /**
   * @param {import("./heat.js").Bins | null} bins null for no heat
   * @param {import("./heat.js").HeatRange | null} [held] scale to keep; null to take it from
   *   the view
   */
  setHeat(bins, held = null) {
    this.bins = bins;
    this.held = held;
    this.map.getContainer().classList.toggle("has-heat", bins !== null);
    this.heat.paint();
    if (bins) return;
    this.#note("heat", 0);
    this.events.heat(null);
  }

  /**
   * @param {Box} box
   * @param {{left: number, right: number, top: number, bottom: number}} padding
   * @param {{maxZoom?: number, animate?: boolean}} [options]
   */
  show(box, padding, options) {
    show(this.map, boundsOf(box, this.terrain.origin), padding, options);
  }

  /**
   * Bring a grid out from under the panels, if it is there; the zoom stays.
   * @param {Grid} grid
   * @param {{left: number, right: number, top: number, bottom: number}} padding
   */
  reveal(grid, padding) {
    const { lat, lon } = grid;
    const at = this.map.latLngToContainerPoint([lat, lon]);
    const { x: width, y: height } = this.map.getSize();
    const inside = (/** @type {number} */ value, /** @type {number} */ low, /** @type {number} */ high) =>
      value - Math.min(Math.max(value, low), Math.max(low, high));
    const dx = inside(at.x, padding.left, width - padding.right);
    const dy = inside(at.y, padding.top, height - padding.bottom);
    if (dx || dy) this.map.panBy([dx, dy]);
  }

  /** @returns {{metres: number, pixels: number}} a round distance and its length on the screen */
  scaleBar() {
    const { x, y } = this.map.getSize();
    const wide = 110 * designUnit();
    const across = this.map.distance(
      this.map.containerPointToLatLng([x / 2, y / 2]),
      this.map.containerPointToLatLng([x / 2 + wide, y / 2]),
    );
    const size = 10 ** Math.floor(Math.log10(across));
    const metres = [5, 2, 1].map((n) => n * size).find((round) => round <= across) ?? size;
    return { metres, pixels: (wide * metres) / across };
  }
}
