// @ts-check
// Which grid lies under a point: buckets of boxes, then the crossing rule on the arcs.

/** @typedef {import("./topology.js").Terrain} Terrain */
/** @typedef {import("./topology.js").Grid} Grid */

const BUCKETS = 96;

export class HitIndex {
  /** @param {Terrain} terrain */
  constructor(terrain) {
    this.terrain = terrain;
    const { box } = terrain;
    this.cell = Math.max(box.x1 - box.x0, box.y1 - box.y0, 1e-9) / BUCKETS;
    /** @type {Map<number, number[]>} */
    this.buckets = new Map();
    for (const grid of terrain.grids) this.#enter(grid);
  }

  /** @param {Grid} grid */
  #enter(grid) {
    const [c0, r0] = this.#cellOf(grid.box.x0, grid.box.y0);
    const [c1, r1] = this.#cellOf(grid.box.x1, grid.box.y1);
    for (let row = r0; row <= r1; row += 1) {
      for (let column = c0; column <= c1; column += 1) {
        const key = row * 4096 + column;
        const bucket = this.buckets.get(key);
        if (bucket) bucket.push(grid.index);
        else this.buckets.set(key, [grid.index]);
      }
    }
  }

  /**
   * @param {number} x
   * @param {number} y
   * @returns {[number, number]}
   */
  #cellOf(x, y) {
    const { box } = this.terrain;
    return [Math.floor((x - box.x0) / this.cell), Math.floor((y - box.y0) / this.cell)];
  }

  /**
   * The responsible grid: the exclusive one over the point, else the basic one. On a border the
   * lowest code wins, as on the server.
   * @param {number} x local plane
   * @param {number} y
   * @param {boolean} [exclusives] whether exclusive grids are on the map
   * @returns {Grid | null}
   */
  at(x, y, exclusives = true) {
    const [column, row] = this.#cellOf(x, y);
    let basic = null;
    let exclusive = null;
    for (const index of this.buckets.get(row * 4096 + column) ?? []) {
      const grid = this.terrain.grids[index];
      const isExclusive = grid.kind === "exclusive";
      if (isExclusive && (!exclusives || exclusive)) continue;
      if (!isExclusive && basic) continue;
      if (!covers(this.terrain, grid, x, y)) continue;
      if (isExclusive) exclusive = grid;
      else basic = grid;
    }
    return exclusive ?? basic;
  }
}

/**
 * @param {Terrain} terrain
 * @param {Grid} grid
 * @param {number} x
 * @param {number} y
 * @returns {boolean} even number of crossings: outside (order of arcs does not matter)
 */
export function covers(terrain, grid, x, y) {
  const { box } = grid;
  if (x < box.x0 || x > box.x1 || y < box.y0 || y > box.y1) return false;
  let inside = false;
  for (const ref of grid.parts.flat(2)) {
    const { xy } = terrain.arcs[ref < 0 ? ~ref : ref];
    for (let n = 2; n < xy.length; n += 2) {
      const y0 = xy[n - 1];
      const y1 = xy[n + 1];
      if (y0 > y === y1 > y) continue;
      if (x < xy[n - 2] + ((xy[n] - xy[n - 2]) * (y - y0)) / (y1 - y0)) inside = !inside;
    }
  }
  return inside;
}
