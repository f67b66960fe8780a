// @ts-check
// The outline of a division: the arcs that have it on one side only.
import { chained } from "./topology.js";

/** @typedef {import("./topology.js").Terrain} Terrain */
/** @typedef {import("./topology.js").Division} Division */

/**
 * @param {Terrain} terrain
 * @param {Division} division
 * @returns {number[][]} rings of arc references
 */
export function scopeRings({ arcs, grids }, division) {
  const inside = new Set(division.grids.filter((index) => grids[index].kind !== "exclusive"));
  /** @type {Set<number>} */
  const open = new Set();
  for (const index of inside) {
    for (const ref of grids[index].parts.flat(2)) {
      const n = ref < 0 ? ~ref : ref;
      if (arcs[n].owners.filter((owner) => inside.has(owner)).length === 1) open.add(n);
    }
  }
  return chained(arcs, open);
}
