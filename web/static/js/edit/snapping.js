// @ts-check
// The existing vertex nearest to where the pointer is: buckets of a lattice of their own.
import { keyOf } from "./lattice.js";

/** @typedef {import("./lattice.js").Vertex} Vertex */

/** Units of a bucket's side: about 70 m. */
const BUCKET = 65536;

export class SnapIndex {
  /** @param {Iterable<Vertex>} vertices */
  constructor(vertices) {
    /** @type {Map<string, Vertex[]>} */
    this.buckets = new Map();
    for (const vertex of vertices) {
      const key = bucketOf(vertex).join();
      const bucket = this.buckets.get(key);
      if (bucket) bucket.push(vertex);
      else this.buckets.set(key, [vertex]);
    }
  }

  /**
   * @param {Vertex} at
   * @param {{x: number, y: number}} reach half axes of the ellipse that looks like a circle on the
   *   map, in units
   * @param {Set<string>} [not] keys of vertices to leave out
   * @returns {Vertex | null}
   */
  nearest(at, reach, not) {
    const [c0, r0] = bucketOf([at[0] - reach.x, at[1] - reach.y]);
    const [c1, r1] = bucketOf([at[0] + reach.x, at[1] + reach.y]);
    /** @type {Vertex | null} */
    let best = null;
    let least = 1;
    for (let column = c0; column <= c1; column += 1) {
      for (let row = r0; row <= r1; row += 1) {
        for (const vertex of this.buckets.get(`${column},${row}`) ?? []) {
          const far = ((vertex[0] - at[0]) / reach.x) ** 2 + ((vertex[1] - at[1]) / reach.y) ** 2;
          if (far > least || not?.has(keyOf(vertex))) continue;
          best = vertex;
          least = far;
        }
      }
    }
    return best;
  }
}

/** @param {Vertex} vertex @returns {[number, number]} */
const bucketOf = ([x, y]) => [Math.floor(x / BUCKET), Math.floor(y / BUCKET)];
