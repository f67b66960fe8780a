// @ts-check
// Path2D objects of grids and borders, one set for each level of detail, made when first needed.
import { REFERENCE_ZOOM } from "../core/mercator.js";
import { filtered, importance } from "../core/simplify.js";
import { HIDDEN_RANK, emptyBox, extend, outerRings } from "../core/topology.js";

/** @typedef {import("../core/topology.js").Terrain} Terrain */
/** @typedef {import("../core/topology.js").Box} Box */
/** @typedef {{rank: number, box: Box, path: Path2D}} Batch */

/** Error that a screen may show, in pixels. */
const TOLERANCE_PX = 0.4;
/** From this zoom on every vertex is drawn. */
const FULL_ZOOM = 16;
/** Few enough arcs to a stroke that the rasteriser stays quick; measured best near 50. */
const ARCS_PER_BATCH = 50;
/** A wall that tours a county for a week must not keep every path that it ever drew. */
const REGIONS_KEPT = 64;

export class Paths {
  /** @param {Terrain} terrain */
  constructor(terrain) {
    this.terrain = terrain;
    this.keep = terrain.arcs.map((arc) => importance(arc.xy));
    /** @type {Map<number, {arcs: Float64Array[], grids: (Path2D | undefined)[], lines: Batch[] | null, land: Path2D | null, regions: Map<string, Path2D>}>} */
    this.levels = new Map();
  }

  /** @param {number} zoom */
  #level(zoom) {
    const step = Math.min(FULL_ZOOM, Math.max(6, Math.ceil(zoom)));
    let level = this.levels.get(step);
    if (!level) {
      const tolerance = step >= FULL_ZOOM ? 0 : TOLERANCE_PX / 2 ** (step - REFERENCE_ZOOM);
      const arcs = this.terrain.arcs.map((arc, n) => filtered(arc.xy, this.keep[n], tolerance));
      level = { arcs, grids: [], lines: null, land: null, regions: new Map() };
      this.levels.set(step, level);
    }
    return level;
  }

  /**
   * @param {number} index of a grid
   * @param {number} zoom
   * @returns {Path2D} local plane, all rings; even-odd
   */
  grid(index, zoom) {
    const level = this.#level(zoom);
    let path = level.grids[index];
    if (!path) {
      path = new Path2D();
      for (const ring of this.terrain.grids[index].parts.flat(1)) addRing(path, ring, level.arcs);
      level.grids[index] = path;
    }
    return path;
  }

  /**
   * @param {number} zoom
   * @returns {Batch[]} borders, a few dozen arcs of one rank to a batch
   */
  lines(zoom) {
    const level = this.#level(zoom);
    level.lines ??= batches(this.terrain, level.arcs);
    return level.lines;
  }

  /**
   * @param {number} zoom
   * @returns {Path2D} all the land that basic grids cover; even-odd
   */
  land(zoom) {
    const level = this.#level(zoom);
    if (!level.land) {
      level.land = new Path2D();
      for (const ring of outerRings(this.terrain)) addRing(level.land, ring, level.arcs);
    }
    return level.land;
  }

  /**
   * @param {string} key of the region
   * @param {() => number[][]} rings arc references, asked for once
   * @param {number} zoom
   * @returns {Path2D} local plane; even-odd
   */
  region(key, rings, zoom) {
    const level = this.#level(zoom);
    let path = level.regions.get(key);
    if (!path) {
      path = new Path2D();
      for (const ring of rings()) addRing(path, ring, level.arcs);
      if (level.regions.size >= REGIONS_KEPT) level.regions.clear();
      level.regions.set(key, path);
    }
    return path;
  }
}

/**
 * @param {Path2D} path
 * @param {number[]} ring arc references
 * @param {Float64Array[]} arcs
 */
function addRing(path, ring, arcs) {
  let started = false;
  for (const ref of ring) {
    const xy = arcs[ref < 0 ? ~ref : ref];
    const count = xy.length / 2;
    // The first point of an arc is the last one of the arc before it.
    for (let n = started ? 1 : 0; n < count; n += 1) {
      const at = ref < 0 ? count - 1 - n : n;
      if (started) path.lineTo(xy[2 * at], xy[2 * at + 1]);
      else path.moveTo(xy[2 * at], xy[2 * at + 1]);
      started = true;
    }
  }
  path.closePath();
}

/**
 * @param {Terrain} terrain
 * @param {Float64Array[]} arcs
 * @returns {Batch[]}
 */
function batches(terrain, arcs) {
  const order = terrain.arcs.flatMap(({ rank }, n) => (rank === HIDDEN_RANK ? [] : [n]));
  const column = (/** @type {number} */ n) => Math.floor(terrain.arcs[n].box.x0 / 24);
  order.sort(
    (a, b) =>
      terrain.arcs[a].rank - terrain.arcs[b].rank ||
      column(a) - column(b) ||
      terrain.arcs[a].box.y0 - terrain.arcs[b].box.y0,
  );
  /** @type {Batch[]} */
  const done = [];
  let held = 0;
  for (const n of order) {
    const { rank, box } = terrain.arcs[n];
    let batch = done[done.length - 1];
    if (!batch || batch.rank !== rank || held === ARCS_PER_BATCH) {
      batch = { rank, box: emptyBox(), path: new Path2D() };
      done.push(batch);
      held = 0;
    }
    held += 1;
    extend(batch.box, box);
    const xy = arcs[n];
    batch.path.moveTo(xy[0], xy[1]);
    for (let k = 2; k < xy.length; k += 2) batch.path.lineTo(xy[k], xy[k + 1]);
  }
  return done;
}
