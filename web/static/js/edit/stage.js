// @ts-check
// What is painted: the land as published, the draft over it, and on top, on a canvas of its own,
// whatever moves under the hand. Only that one is painted anew while something is dragged.
import { worldX, worldY } from "../core/mercator.js";
import { borderTiers } from "../core/topology.js";
import { paintBorders } from "../map/borders.js";
import { canvasLayer, meets, toPlane, toScreen } from "../map/frame.js";
import { labelsOf, paintLabels } from "../map/labels.js";
import { Paths } from "../map/paths.js";
import { dots, hatch } from "../map/textures.js";
import { EDIT_COLOURS as COLOURS } from "./colours.js";
import { degreesOf, planeOf } from "./lattice.js";
import { ringsOf } from "./mesh.js";

/** @typedef {import("./mesh.js").EditGrid} EditGrid */
/** @typedef {import("./mesh.js").Mesh} Mesh */
/** @typedef {import("./lattice.js").Vertex} Vertex */
/** @typedef {import("../map/frame.js").Frame} Frame */
/** @typedef {import("../core/topology.js").Terrain} Terrain */

/**
 * @typedef {object} Live what moves or is pointed at
 * @property {EditGrid[]} ghosts what grids would become
 * @property {EditGrid[]} chosen
 * @property {EditGrid[]} marked second choice of a tool: into which, with which
 * @property {EditGrid | null} hovered
 * @property {import("./handles.js").Handle[]} handles
 * @property {Vertex | null} held vertex under the hand, or chosen
 * @property {Vertex | null} snapped
 * @property {Vertex[]} line drawn so far
 * @property {boolean} isArea whether the line closes
 * @property {any[]} faults GeoJSON geometries
 * @property {any[]} moved areas that change owner, GeoJSON
 */

/** @returns {Live} */
export const nothingLive = () => ({
  ghosts: [], chosen: [], marked: [], hovered: null, handles: [], held: null, snapped: null,
  line: [], isArea: false, faults: [], moved: [],
});

export class Stage {
  /**
   * @param {any} map Leaflet's
   * @param {Terrain} terrain as published
   * @param {Mesh} mesh
   */
  constructor(map, terrain, mesh) {
    this.map = map;
    this.terrain = terrain;
    this.mesh = mesh;
    this.paths = new Paths(terrain);
    this.tiers = borderTiers(terrain);
    /** @type {WeakMap<EditGrid, Path2D>} */
    this.made = new WeakMap();
    this.live = nothingLive();
    /** Codes of grids that the draft did away with. @type {Set<string>} */
    this.gone = new Set();
    /** Codes that the draft changes. @type {Set<string>} */
    this.changed = new Set();
    /** Share of the width left of which the land is shown as published; null for nowhere. @type {number | null} */
    this.curtain = null;
    this.frames = 0;
    this.asked = 0;
    this.writeLabels();
    this.#layers();
  }

  #layers() {
    const common = { map: this.map, origin: this.terrain.origin };
    this.land = canvasLayer({
      ...common, pane: "edit-land", zIndex: 210, className: "canvas canvas--land",
      paint: (frame) => this.#paintLand(frame),
    });
    this.draft = canvasLayer({
      ...common, pane: "edit-draft", zIndex: 220, className: "canvas canvas--draft",
      paint: (frame) => this.#paintDraft(frame),
    });
    this.top = canvasLayer({
      ...common, pane: "edit-top", zIndex: 240, className: "canvas canvas--top",
      margin: 0, // the smaller, the quicker it is painted while something is dragged
      paint: (frame) => {
        this.frames += 1;
        paintLive(this, frame);
      },
    });
    // Above what is dragged: names say what it is that is dragged.
    this.names = canvasLayer({
      ...common, pane: "edit-names", zIndex: 250, className: "canvas canvas--names",
      paint: (frame) => {
        this.map.getContainer().dataset.labels = String(paintLabels(frame, this.labels));
      },
    });
    for (const layer of [this.land, this.draft, this.top, this.names]) layer.addTo(this.map);
    document.fonts.addEventListener("loadingdone", () => this.names.paint());
  }

  /** Paint what moves, with the next picture of the screen. @param {Partial<Live>} [change] */
  show(change = {}) {
    Object.assign(this.live, change);
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      this.top.paint();
    });
  }

  /** The draft is another one now. */
  redraw() {
    this.changed = new Set([...this.mesh.grids.values()].filter(isTouched).map(({ code }) => code));
    this.writeLabels();
    this.draft.paint();
    this.names.paint();
    this.show();
  }

  /** @param {number | null} share */
  setCurtain(share) {
    this.curtain = share;
    this.draft.paint();
    this.show();
  }

  /** @param {EditGrid} grid @returns {Path2D} local plane */
  pathOf(grid) {
    let path = this.made.get(grid);
    if (!path) {
      path = new Path2D();
      for (const ring of ringsOf(grid)) traceRing(path, ring, this.terrain.origin, true);
      this.made.set(grid, path);
    }
    return path;
  }

  writeLabels() {
    const { terrain, mesh, changed } = this;
    const kept = terrain.grids.filter(({ code }) => !changed.has(code) && !this.gone.has(code));
    const anew = [...changed].flatMap((code) => {
      const grid = mesh.grids.get(code);
      return grid ? [asTerrainGrid(grid, terrain.origin)] : [];
    });
    this.labels = labelsOf({ ...terrain, grids: /** @type {any} */ ([...kept, ...anew]) });
  }

  /** @param {Frame} frame */
  #paintLand(frame) {
    const { context, view, zoom } = frame;
    toPlane(frame);
    for (const grid of this.terrain.grids) {
      if (!meets(grid.box, view)) continue;
      const path = this.paths.grid(grid.index, zoom);
      context.fillStyle = COLOURS.kinds[/** @type {keyof typeof COLOURS.kinds} */ (grid.kind)] ?? COLOURS.kinds.rural;
      context.fill(path, "evenodd");
      if (zoom > 12.5) texture(frame, path, grid.kind);
    }
    paintBorders(frame, this.paths, this.tiers, true);
  }

  /** @param {Frame} frame */
  #paintDraft(frame) {
    const { context, scale, unit, width, height } = frame;
    const grids = [...this.changed].map((code) => /** @type {EditGrid} */ (this.mesh.grids.get(code)));
    toScreen(frame);
    context.save();
    if (this.curtain !== null) {
      context.beginPath();
      const from = this.#curtainX(frame);
      context.rect(from, 0, width - from, height);
      context.clip();
    }
    toPlane(frame);
    // Basic grids first: what lies over them must not be covered.
    for (const grid of grids.sort((a, b) => Number(a.kind === "exclusive") - Number(b.kind === "exclusive"))) {
      const path = this.pathOf(grid);
      context.fillStyle = COLOURS.actions[/** @type {"create" | "modify"} */ (grid.action)];
      context.fill(path, "evenodd");
      texture(frame, path, grid.kind);
    }
    context.lineJoin = "round";
    for (const [colour, line] of [["#ffffff", 4.5], [COLOURS.changed, 2]]) {
      context.strokeStyle = String(colour);
      context.lineWidth = (Number(line) * unit) / scale;
      for (const grid of grids) context.stroke(this.pathOf(grid));
    }
    context.restore();
    this.map.getContainer().dataset.changed = String(grids.length);
  }

  /** @param {Frame} frame */
  #curtainX(frame) {
    // The canvas is wider than the screen by a margin on both sides.
    const screen = this.map.getSize().x;
    return (frame.width - screen) / 2 + screen * (this.curtain ?? 0);
  }
}

/** @param {EditGrid} grid */
const isTouched = (grid) => grid.action === "create" || grid.action === "modify";

/**
 * @param {Path2D | CanvasRenderingContext2D} path
 * @param {Vertex[]} ring
 * @param {{x: number, y: number}} origin
 * @param {boolean} closes
 */
export function traceRing(path, ring, origin, closes) {
  ring.forEach((vertex, n) => {
    const { x, y } = planeOf(vertex, origin);
    if (n === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  });
  if (closes) path.closePath();
}

/**
 * @param {Frame} frame
 * @param {Path2D} path
 * @param {string} kind
 */
function texture({ context, ratio, unit, scale, dx, dy }, path, kind) {
  if (kind === "rural") return;
  const pattern = (kind === "exclusive" ? hatch : dots)(ratio * unit);
  const undo = 1 / (scale * ratio);
  pattern.setTransform(new DOMMatrix([undo, 0, 0, undo, -dx / scale, -dy / scale]));
  context.globalAlpha = 0.55;
  context.fillStyle = pattern;
  context.fill(path, "evenodd");
  context.globalAlpha = 1;
}

/**
 * @param {Stage} stage
 * @param {Frame} frame
 */
function paintLive(stage, frame) {
  const { live } = stage;
  toPlane(frame);
  frame.context.lineJoin = "round";
  frame.context.lineCap = "round";
  for (const grid of live.ghosts) area(stage, frame, grid, COLOURS.ghost, COLOURS.changed, 2);
  for (const geometry of live.moved) shape(stage, frame, geometry, COLOURS.moved, null);
  if (live.hovered) area(stage, frame, live.hovered, COLOURS.hover, COLOURS.chosen, 1.5);
  const ghosts = new Map(live.ghosts.map((grid) => [grid.code, grid]));
  for (const grid of live.marked) area(stage, frame, ghosts.get(grid.code) ?? grid, COLOURS.markedFill, COLOURS.marked, 3);
  for (const grid of live.chosen) area(stage, frame, ghosts.get(grid.code) ?? grid, COLOURS.chosenFill, COLOURS.chosen, 3);
  for (const geometry of live.faults) shape(stage, frame, geometry, COLOURS.faultFill, COLOURS.fault);
  drawnLine(stage, frame);
  toScreen(frame);
  paintHandles(stage, frame);
}

/**
 * @param {Stage} stage
 * @param {Frame} frame
 * @param {EditGrid} grid
 * @param {string} fill
 * @param {string} line
 * @param {number} width
 */
function area(stage, { context, scale, unit }, grid, fill, line, width) {
  const path = stage.pathOf(grid);
  context.fillStyle = fill;
  context.fill(path, "evenodd");
  context.strokeStyle = COLOURS.casing;
  context.lineWidth = ((width + 2) * unit) / scale;
  context.stroke(path);
  context.strokeStyle = line;
  context.lineWidth = (width * unit) / scale;
  context.stroke(path);
}

/**
 * @param {Stage} stage
 * @param {Frame} frame
 * @param {any} geometry GeoJSON
 * @param {string} fill
 * @param {string | null} line
 */
function shape(stage, frame, geometry, fill, line) {
  const { context, scale, unit } = frame;
  const { origin } = stage.terrain;
  const place = ([lon, lat]) => ({ x: worldX(lon) - origin.x, y: worldY(lat) - origin.y });
  const path = new Path2D();
  const trace = (/** @type {number[][]} */ points) => points.forEach((point, n) => {
    const { x, y } = place(point);
    if (n === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  });
  const radius = (9 * unit) / scale;
  const spot = (/** @type {number[]} */ point) => {
    const { x, y } = place(point);
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, 2 * Math.PI);
  };
  const { type, coordinates, geometries } = geometry;
  if (type === "GeometryCollection") {
    for (const part of geometries) shape(stage, frame, part, fill, line);
    return;
  }
  if (type === "Point") spot(coordinates);
  if (type === "MultiPoint") coordinates.forEach(spot);
  if (type === "LineString") trace(coordinates);
  if (type === "MultiLineString" || type === "Polygon") coordinates.forEach(trace);
  if (type === "MultiPolygon") coordinates.flat(1).forEach(trace);
  if (!type.endsWith("LineString")) {
    context.fillStyle = fill;
    context.fill(path, "evenodd");
  }
  if (!line) return;
  context.strokeStyle = COLOURS.casing;
  context.lineWidth = (5 * unit) / scale;
  context.stroke(path);
  context.strokeStyle = line;
  context.lineWidth = (2.5 * unit) / scale;
  context.stroke(path);
}

/**
 * @param {Stage} stage
 * @param {Frame} frame
 */
function drawnLine({ live, terrain }, { context, scale, unit }) {
  if (live.line.length < 2) return;
  const path = new Path2D();
  traceRing(path, live.line, terrain.origin, live.isArea && live.line.length > 2);
  if (live.isArea && live.line.length > 2) {
    context.fillStyle = COLOURS.drawnFill;
    context.fill(path);
  }
  for (const [colour, width] of /** @type {[string, number][]} */ ([["#ffffff", 5], [COLOURS.drawn, 2.5]])) {
    context.strokeStyle = colour;
    context.lineWidth = (width * unit) / scale;
    context.stroke(path);
  }
}

/**
 * @param {Stage} stage
 * @param {Frame} frame
 */
function paintHandles({ live, terrain, map }, { context, scale, unit, dx, dy }) {
  const coarse = matchMedia("(pointer: coarse)").matches ? 1.35 : 1;
  const place = (/** @type {Vertex} */ vertex) => {
    const { x, y } = planeOf(vertex, terrain.origin);
    return { x: x * scale + dx, y: y * scale + dy };
  };
  const dot = (/** @type {Vertex} */ vertex, /** @type {number} */ radius, /** @type {string} */ fill, /** @type {string} */ rim) => {
    const { x, y } = place(vertex);
    context.beginPath();
    context.arc(x, y, radius * unit * coarse, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
    context.lineWidth = 2 * unit;
    context.strokeStyle = rim;
    context.stroke();
  };
  for (const { type, vertex } of live.handles) {
    if (type === "middle") dot(vertex, 3.5, "rgba(255,255,255,0.85)", COLOURS.middle);
  }
  for (const { type, vertex, isCorner } of live.handles) {
    if (type === "vertex") dot(vertex, isCorner ? 6.5 : 5.5, isCorner ? COLOURS.corner : "#ffffff", isCorner ? "#ffffff" : COLOURS.chosen);
  }
  for (const vertex of live.line) dot(vertex, 4.5, "#ffffff", COLOURS.drawn);
  if (live.held) dot(live.held, 8, COLOURS.chosen, "#ffffff");
  if (live.snapped) {
    const { x, y } = place(live.snapped);
    context.strokeStyle = COLOURS.snap;
    context.lineWidth = 3 * unit;
    context.strokeRect(x - 9 * unit, y - 9 * unit, 18 * unit, 18 * unit);
  }
  map.getContainer().dataset.handles = String(live.handles.length);
}

/**
 * @param {EditGrid} grid
 * @param {{x: number, y: number}} origin
 */
function asTerrainGrid(grid, origin) {
  const { box } = grid;
  const at = planeOf([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2], origin);
  const [, lat] = degreesOf([box.x0, box.y0]);
  const across = Math.min((box.x1 - box.x0) * Math.cos((lat * Math.PI) / 180), box.y1 - box.y0);
  return { code: grid.code, name: grid.name, kind: grid.kind, division: grid.division, ...at, radiusM: across * 0.0111 * 0.33 };
}
