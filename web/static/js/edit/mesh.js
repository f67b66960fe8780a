// @ts-check
// The grids that are at hand for editing, and which of them share a vertex. A grid is never changed:
// what an edit makes of it is a new one, so that giving up an edit is forgetting it.
import { boxOf, isSame, keyOf, meet, vertexOf } from "./lattice.js";

/** @typedef {import("./lattice.js").Vertex} Vertex */
/** @typedef {import("./lattice.js").Box} Box */
/** @typedef {"basic" | "exclusive"} Layer */
/** @typedef {"create" | "modify" | "retire" | "node_only" | null} Action */
/**
 * @typedef {object} EditGrid
 * @property {string} code
 * @property {string} name
 * @property {string} kind
 * @property {string} division
 * @property {Action} action what the draft does to it
 * @property {number | null} areaM2
 * @property {Vertex[][][]} parts parts → rings → vertices, the first not repeated
 * @property {Box} box lattice
 */

/** @param {EditGrid} grid @returns {Layer} */
export const layerOf = (grid) => (grid.kind === "exclusive" ? "exclusive" : "basic");

/**
 * @param {{type: string, coordinates: any}} geometry GeoJSON polygon or multipolygon
 * @returns {Vertex[][][]}
 */
export function partsOf(geometry) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return polygons.map((/** @type {number[][][]} */ rings) => rings.map((ring) => ring.slice(0, -1).map(vertexOf)));
}

/**
 * @param {Omit<EditGrid, "box">} grid
 * @returns {EditGrid}
 */
export const withBox = (grid) => ({ ...grid, box: boxOf(grid.parts.flat(2)) });

/** @param {EditGrid} grid @returns {Vertex[][]} */
export const ringsOf = (grid) => grid.parts.flat(1);

export class Mesh {
  constructor() {
    /** @type {Map<string, EditGrid>} */
    this.grids = new Map();
    /** @type {Record<Layer, Map<string, {vertex: Vertex, codes: Set<string>}>>} */
    this.vertices = { basic: new Map(), exclusive: new Map() };
  }

  clear() {
    this.grids.clear();
    this.vertices.basic.clear();
    this.vertices.exclusive.clear();
  }

  /** @param {EditGrid} grid takes the place of the one with its code */
  put(grid) {
    this.drop(grid.code);
    this.grids.set(grid.code, grid);
    const index = this.vertices[layerOf(grid)];
    for (const ring of ringsOf(grid)) {
      for (const vertex of ring) {
        const key = keyOf(vertex);
        const known = index.get(key);
        if (known) known.codes.add(grid.code);
        else index.set(key, { vertex, codes: new Set([grid.code]) });
      }
    }
  }

  /** @param {string} code */
  drop(code) {
    const grid = this.grids.get(code);
    if (!grid) return;
    this.grids.delete(code);
    const index = this.vertices[layerOf(grid)];
    for (const ring of ringsOf(grid)) {
      for (const vertex of ring) {
        const known = index.get(keyOf(vertex));
        known?.codes.delete(code);
        if (known?.codes.size === 0) index.delete(keyOf(vertex));
      }
    }
  }

  /**
   * @param {Layer} layer
   * @param {Vertex} vertex
   * @returns {EditGrid[]} those that have this very vertex
   */
  sharing(layer, vertex) {
    const codes = this.vertices[layer].get(keyOf(vertex))?.codes ?? [];
    return [...codes].map((code) => /** @type {EditGrid} */ (this.grids.get(code)));
  }

  /**
   * @param {Layer} layer
   * @param {Vertex} from
   * @param {Vertex} to
   * @returns {EditGrid[]} what the grids with the vertex become
   */
  moved(layer, from, to) {
    return this.sharing(layer, from).map((grid) => remade(grid, (ring) => ring.map((at) => (isSame(at, from) ? to : at))));
  }

  /**
   * @param {Layer} layer
   * @param {[Vertex, Vertex]} segment
   * @param {Vertex} at
   * @returns {EditGrid[]} what the grids on both sides of the segment become
   */
  inserted(layer, [a, b], at) {
    const both = this.sharing(layer, a).filter((grid) => this.sharing(layer, b).includes(grid));
    return both
      .map((grid) => remade(grid, (ring) => withVertex(ring, a, b, at)))
      .filter((grid) => grid !== this.grids.get(grid.code));
  }

  /**
   * @param {Layer} layer
   * @param {Vertex} vertex
   * @returns {EditGrid[]} what the grids with the vertex become without it
   */
  without(layer, vertex) {
    return this.sharing(layer, vertex).map((grid) => remade(grid, (ring) => ring.filter((at) => !isSame(at, vertex))));
  }

  /**
   * @param {Vertex} at
   * @returns {EditGrid | null} an exclusive one before a basic one
   */
  at(at) {
    /** @type {EditGrid | null} */
    let basic = null;
    for (const grid of this.grids.values()) {
      if (!covers(grid, at)) continue;
      if (grid.kind === "exclusive") return grid;
      basic ??= grid;
    }
    return basic;
  }

  /** @param {Box} box @returns {EditGrid[]} */
  within(box) {
    return [...this.grids.values()].filter((grid) => meet(grid.box, box));
  }
}

/**
 * @param {EditGrid} grid
 * @param {(ring: Vertex[]) => Vertex[]} change returns the ring itself where nothing changes
 * @returns {EditGrid} the grid itself where nothing changes
 */
function remade(grid, change) {
  let isChanged = false;
  const parts = grid.parts.map((part) =>
    part.map((ring) => {
      const made = change(ring);
      isChanged ||= made !== ring;
      return made;
    }),
  );
  return isChanged ? withBox({ ...grid, parts }) : grid;
}

/**
 * @param {Vertex[]} ring
 * @param {Vertex} a
 * @param {Vertex} b
 * @param {Vertex} at
 * @returns {Vertex[]}
 */
function withVertex(ring, a, b, at) {
  for (let n = 0; n < ring.length; n += 1) {
    const next = ring[(n + 1) % ring.length];
    if ((isSame(ring[n], a) && isSame(next, b)) || (isSame(ring[n], b) && isSame(next, a))) {
      return [...ring.slice(0, n + 1), at, ...ring.slice(n + 1)];
    }
  }
  return ring;
}

/**
 * @param {EditGrid} grid
 * @param {Vertex} at
 * @returns {boolean} by the number of crossings
 */
export function covers(grid, [x, y]) {
  const { box } = grid;
  if (x < box.x0 || x > box.x1 || y < box.y0 || y > box.y1) return false;
  let inside = false;
  for (const ring of ringsOf(grid)) {
    for (let n = 0, last = ring.length - 1; n < ring.length; last = n, n += 1) {
      const [[ax, ay], [bx, by]] = [ring[last], ring[n]];
      if (ay > y === by > y) continue;
      if (x < ax + ((bx - ax) * (y - ay)) / (by - ay)) inside = !inside;
    }
  }
  return inside;
}
