// @ts-check
// What is painted: the land as published, the draft over it, and on top, on a canvas of its own,
// whatever moves under the hand. Only that one is painted anew while something is dragged.
import { borderTiers } from "../core/topology.js";
import { paintBorders } from "../map/borders.js";
import { canvasLayer, meets, toPlane, toScreen } from "../map/frame.js";
import { labelsOf, paintLabels } from "../map/labels.js";
import { Paths } from "../map/paths.js";
import { dots, hatch } from "../map/textures.js";
import { EDIT_COLOURS as COLOURS } from "./colours.js";
import { degreesOf, planeOf } from "./lattice.js";
import { ringsOf } from "./mesh.js";
import { paintLive } from "./paint_live.js";
import { paintPast } from "./paint_past.js";
import { traceRing } from "./trace.js";

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
 * @property {any} guide what is to be drawn anew, GeoJSON; null for nothing
 */

/** @returns {Live} */
export const nothingLive = () => ({
  ghosts: [], chosen: [], marked: [], hovered: null, handles: [], held: null, snapped: null,
  line: [], isArea: false, faults: [], moved: [], guide: null,
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
    /** What was before, in the place of the draft. @type {import("./paint_past.js").Past | null} */
    this.past = null;
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

  /** @param {Terrain} terrain that is published now */
  setTerrain(terrain) {
    this.terrain = terrain;
    this.paths = new Paths(terrain);
    this.tiers = borderTiers(terrain);
    this.made = new WeakMap(); // the plane may begin elsewhere
    for (const layer of [this.land, this.draft, this.top, this.names]) layer.options.origin = terrain.origin;
    this.land.paint();
  }

  /** @param {import("./paint_past.js").Past | null} past */
  setPast(past) {
    this.past = past;
    this.redraw();
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
    const { past } = this;
    const isHidden = past
      ? (/** @type {string} */ code) => past.codes.has(code)
      : (/** @type {string} */ code) => changed.has(code) || this.gone.has(code);
    const kept = terrain.grids.filter(({ code }) => !isHidden(code));
    const anew = [...(past ? [] : changed)].flatMap((code) => {
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
    if (this.past) {
      paintPast(frame, this.past, this.terrain.origin, this.curtain === null ? null : this.#curtainX(frame));
      this.map.getContainer().dataset.changed = "0";
      return;
    }
    const { context, scale, unit, width, height } = frame;
    // Between two drafts, or two generations, some of them may be gone already.
    const grids = [...this.changed].flatMap((code) => this.mesh.grids.get(code) ?? []);
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
