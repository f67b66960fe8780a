// @ts-check
// The map as a drawing board: what is clicked, drawn and dragged becomes an operation.
import { planePoint, show } from "../map/camera.js";
import { designUnit } from "../map/frame.js";
import { L } from "../map/leaflet.js";
import { Hand } from "./hand.js";
import { handlesOf } from "./handles.js";
import { degreesOf, keyOf, planeOf, vertexAt } from "./lattice.js";
import { layerOf } from "./mesh.js";
import { deleteVertex, insertVertex, moveVertex } from "./operations.js";
import { SnapIndex } from "./snapping.js";
import { Stage, nothingLive } from "./stage.js";
import { asks, begin, isComplete, withGrid } from "./tools.js";

/** @typedef {import("./lattice.js").Vertex} Vertex */
/** @typedef {import("./mesh.js").EditGrid} EditGrid */
/** @typedef {import("./handles.js").Handle} Handle */
/** @typedef {import("./tools.js").Gesture} Gesture */
/**
 * @typedef {object} Told what the page does about it
 * @property {(operation: any) => Promise<boolean>} operate whether it was accepted
 * @property {(operation: any) => void} attempt while something is dragged
 * @property {(gesture: Gesture) => void} gesture changed
 * @property {() => void} finish the gesture is complete and wanted
 * @property {(at: Vertex) => void} place that was asked for
 * @property {() => void} moved the view changed
 * @property {(asked: Promise<EditGrid[] | null>) => Promise<EditGrid[] | null>} fetched tells what went wrong
 */

/** How near an existing vertex draws the pointer to itself; design pixels. */
const SNAP = 10;

export class Board {
  /**
   * @param {any} map Leaflet's
   * @param {import("../core/topology.js").Terrain} terrain
   * @param {import("./working.js").Working} working
   * @param {import("./loader.js").Loader} loader
   * @param {Told} told
   */
  constructor(map, terrain, working, loader, told) {
    this.map = map;
    this.origin = terrain.origin;
    this.working = working;
    this.mesh = working.mesh;
    this.loader = loader;
    this.told = told;
    this.stage = new Stage(map, terrain, working.mesh);
    this.gesture = begin("select");
    this.canEdit = false;
    /** Vertex that the keyboard means. @type {Vertex | null} */
    this.held = null;
    /** @type {SnapIndex | null} */
    this.snaps = null;
    /** The pointer's place while a line is drawn. @type {Vertex | null} */
    this.loose = null;
    this.hand = new Hand(map, {
      handles: () => (this.isBusy ? [] : this.stage.live.handles),
      drag: (handle, at) => this.#drag(handle, at),
      drop: (handle, at) => this.#drop(handle, at),
      cancel: () => this.#still(),
      choose: (handle) => this.hold(handle.type === "vertex" ? handle.vertex : null),
      remove: (handle) => this.remove(handle.vertex),
    });
    this.isBusy = false;
    /** What is being fetched. @type {Promise<void>} */
    this.loading = Promise.resolve();
    map.doubleClickZoom.disable();
    map.on("click", (/** @type {any} */ event) => this.#click(event));
    map.on("mousemove", (/** @type {any} */ event) => this.#hover(event));
    map.on("mouseout", () => this.stage.show({ hovered: null, snapped: null }));
    map.on("moveend zoomend", () => this.#moved());
  }

  /** @param {import("../core/topology.js").Terrain} terrain that is published now */
  setTerrain(terrain) {
    this.origin = terrain.origin;
    this.loader.setTerrain(terrain);
    this.stage.setTerrain(terrain);
    this.redraw();
  }

  /** @returns {EditGrid | null} the one that is chosen */
  get chosen() {
    return this.gesture.chosen.length === 1 ? this.mesh.grids.get(this.gesture.chosen[0]) ?? null : null;
  }

  /** The part of the local plane on the screen. */
  get view() {
    const { x, y } = this.map.getSize();
    const [from, to] = [[0, 0], [x, y]].map((at) => planePoint(this.map, this.map.containerPointToLatLng(at), this.origin));
    return { x0: from.x, y0: from.y, x1: to.x, y1: to.y };
  }

  /** @param {{x: number, y: number}} point pixels of the map @returns {Vertex} */
  vertexUnder(point) {
    return vertexAt(planePoint(this.map, this.map.containerPointToLatLng([point.x, point.y]), this.origin), this.origin);
  }

  /** @param {Vertex} vertex @returns {{x: number, y: number}} pixels of the map */
  place(vertex) {
    const [lon, lat] = degreesOf(vertex);
    return this.map.latLngToContainerPoint([lat, lon]);
  }

  /** @param {Gesture} gesture */
  setGesture(gesture) {
    this.gesture = gesture;
    this.loose = null;
    this.held = null;
    this.refresh();
    this.told.gesture(gesture);
  }

  /** The draft changed, or what is chosen. */
  refresh() {
    const { gesture, stage, mesh } = this;
    const kept = gesture.chosen.filter((code) => mesh.grids.has(code));
    if (kept.length < gesture.chosen.length) this.gesture = { ...gesture, chosen: kept };
    const grids = (/** @type {(string | null)[]} */ codes) => codes.flatMap((code) => mesh.grids.get(code ?? "") ?? []);
    Object.assign(stage.live, {
      ...nothingLive(), faults: stage.live.faults, moved: stage.live.moved, guide: stage.live.guide,
      chosen: grids(this.gesture.chosen), marked: grids([gesture.other]),
      held: this.held, line: this.#line(), isArea: asks(gesture) === "area",
    });
    this.#handles();
    stage.show();
  }

  /** The draft is another one now: what was made of the old one goes. */
  redraw() {
    this.snaps = null;
    this.stage.gone = this.working.gone;
    this.stage.redraw();
    this.refresh();
  }

  #handles() {
    const { chosen, stage } = this;
    const isShown = this.canEdit && stage.curtain === null && !stage.past && chosen && this.gesture.tool === "select";
    const { x: width, y: height } = this.map.getSize();
    stage.live.handles = isShown
      ? handlesOf(chosen, (vertex) => this.place(vertex), { width, height }, (vertex) => this.mesh.sharing(layerOf(chosen), vertex).length)
      : [];
  }

  #line() {
    return this.loose && this.gesture.line.length ? [...this.gesture.line, this.loose] : this.gesture.line;
  }

  /** @param {Vertex | null} vertex */
  hold(vertex) {
    this.held = vertex;
    this.stage.show({ held: vertex });
    this.told.gesture(this.gesture);
  }

  /** @param {Handle} handle @param {{x: number, y: number}} at */
  #drag(handle, at) {
    const made = this.#made(handle, at);
    if (!made) return;
    this.stage.show({ ...made.live, handles: [] });
    this.told.attempt(made.operation);
  }

  /** @param {Handle} handle @param {{x: number, y: number}} at */
  async #drop(handle, at) {
    const made = this.#made(handle, at);
    if (!made) return this.#still();
    this.isBusy = true;
    this.stage.show({ ...made.live, snapped: null });
    const isDone = await this.told.operate(made.operation);
    this.isBusy = false;
    this.hold(isDone ? made.to : null);
    this.#still();
  }

  /** What a handle makes where it is now. @param {Handle} handle @param {{x: number, y: number}} at */
  #made(handle, at) {
    const grid = this.chosen;
    if (!grid) return null;
    const layer = layerOf(grid);
    const own = new Set(grid.parts.flat(2).map(keyOf));
    const snapped = this.#snap(at, own);
    const to = snapped ?? this.vertexUnder(at);
    const ghosts = handle.segment ? this.mesh.inserted(layer, handle.segment, to) : this.mesh.moved(layer, handle.vertex, to);
    const operation = handle.segment ? insertVertex(layer, handle.segment, to) : moveVertex(layer, handle.vertex, to);
    return { to, operation, live: { ghosts, held: to, snapped } };
  }

  #still() {
    this.stage.show({ ghosts: [], snapped: null, held: this.held });
    this.refresh();
  }

  /** @param {Vertex} vertex */
  async remove(vertex) {
    const grid = this.chosen;
    if (!grid || this.isBusy) return;
    this.isBusy = true;
    this.held = null;
    const layer = layerOf(grid);
    this.stage.show({ ghosts: this.mesh.without(layer, vertex), held: null });
    await this.told.operate(deleteVertex(layer, vertex));
    this.isBusy = false;
    this.#still();
  }

  /** @param {{x: number, y: number}} at @param {Set<string>} [not] */
  #snap(at, not) {
    this.snaps ??= new SnapIndex(
      [...this.mesh.vertices.basic.values(), ...this.mesh.vertices.exclusive.values()].map(({ vertex }) => vertex),
    );
    const here = this.vertexUnder(at);
    const edge = this.vertexUnder({ x: at.x + SNAP * designUnit(), y: at.y + SNAP * designUnit() });
    return this.snaps.nearest(here, { x: Math.abs(edge[0] - here[0]) || 1, y: Math.abs(edge[1] - here[1]) || 1 }, not);
  }

  /** @param {any} event Leaflet's */
  async #click({ containerPoint: at, latlng }) {
    if (this.hand.isBusy || this.isBusy) return undefined;
    const vertex = this.vertexUnder(at);
    const asked = asks(this.gesture);
    if (asked === "line" || asked === "area") return this.#point(at);
    if (asked === "place") return this.told.place(vertex);
    if (asked === "piece") {
      this.setGesture({ ...this.gesture, take: vertex });
      return this.told.finish();
    }
    await this.loading; // whoever clicks before the boundaries are there means them all the same
    const grid = this.mesh.at(vertex);
    if (grid) return this.setGesture(withGrid(this.gesture, grid.code));
    if (this.loader.isFar) return this.map.setView(latlng, Math.max(this.map.getZoom() + 2, 14));
    return asked === "grid" ? this.setGesture(begin(this.gesture.tool)) : undefined;
  }

  /** @param {{x: number, y: number}} at where a line goes on, or ends */
  #point(at) {
    const { gesture } = this;
    const near = (/** @type {Vertex | undefined} */ vertex) => {
      if (!vertex) return false;
      const { x, y } = this.place(vertex);
      return Math.hypot(x - at.x, y - at.y) < 9 * designUnit();
    };
    const { line } = gesture;
    const closes = asks(gesture) === "area" && near(line[0]);
    if (isComplete(gesture) && (closes || near(line[line.length - 1]))) return this.told.finish();
    if (near(line[line.length - 1])) return undefined;
    const vertex = this.#snap(at) ?? this.vertexUnder(at);
    return this.setGesture({ ...gesture, line: [...line, vertex] });
  }

  /** @param {any} event Leaflet's */
  #hover({ containerPoint: at }) {
    if (this.hand.held || this.isBusy) return;
    const asked = asks(this.gesture);
    if (asked === "line" || asked === "area") {
      const snapped = this.#snap(at);
      this.loose = snapped ?? this.vertexUnder(at);
      this.stage.show({ snapped, line: this.#line(), hovered: null });
      return;
    }
    const hovered = this.mesh.at(this.vertexUnder(at));
    if (hovered !== this.stage.live.hovered) this.stage.show({ hovered });
  }

  #moved() {
    this.refresh();
    this.loading = this.load();
  }

  /** Fetch what is in view. */
  async load() {
    const found = await this.told.fetched(this.loader.load(this.view));
    if (found?.length) {
      this.working.add(found);
      this.redraw();
    }
    this.told.moved();
  }

  /** @param {any} geometry GeoJSON or a lattice box @param {{left: number, right: number, top: number, bottom: number}} padding */
  zoomTo(geometry, padding) {
    const bounds = geometry.x0 === undefined ? boundsOf(geometry) : boundsOfBox(geometry);
    show(this.map, bounds, padding, { maxZoom: 18 });
  }

  /** @param {Vertex} vertex @returns {{x: number, y: number}} local plane */
  plane(vertex) {
    return planeOf(vertex, this.origin);
  }
}

/** @param {any} geometry GeoJSON */
function boundsOf(geometry) {
  const bounds = L.latLngBounds([]);
  const walk = (/** @type {any} */ part) => {
    if (typeof part[0] === "number") bounds.extend([part[1], part[0]]);
    else part.forEach(walk);
  };
  for (const part of geometry.geometries ?? [geometry]) walk(part.coordinates);
  return bounds;
}

/** @param {import("./lattice.js").Box} box */
function boundsOfBox({ x0, y0, x1, y1 }) {
  const [[west, south], [east, north]] = [degreesOf([x0, y0]), degreesOf([x1, y1])];
  return L.latLngBounds([south, west], [north, east]);
}
