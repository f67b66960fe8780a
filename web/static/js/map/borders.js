// @ts-check
// Paints the borders, the lowest rank first, so that a county line covers a grid line.
import { INK } from "../core/palette.js";
import { EXCLUSIVE_RANK, GRID_RANK } from "../core/topology.js";
import { meets, toPlane } from "./frame.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {{colour: string, width: number, casing?: number}} Pen widths in design pixels */

/**
 * @param {number} rank
 * @param {number} zoom
 * @param {number[]} tiers ranks of the borders between divisions, ascending
 * @returns {Pen | null}
 */
export function penOf(rank, zoom, tiers) {
  const near = Math.min(1, Math.max(0, (zoom - 9.5) / 4));
  if (rank === EXCLUSIVE_RANK) return zoom < 10 ? null : { colour: INK.exclusive, width: 0.6 + 0.8 * near };
  if (rank === GRID_RANK) return { colour: INK.grid, width: 0.3 + 0.5 * near };
  if (rank === 0) return { colour: INK.county, width: 2.2 + near, casing: 4.6 + near };
  const tier = tiers.indexOf(rank) + 1;
  const colour = INK.borders[Math.min(3, tier)];
  if (tier === 1) return { colour, width: 1.3 + 0.9 * near, casing: 3 + 1.6 * near };
  return { colour, width: tier === tiers.length ? 0.7 + 0.7 * near : 1.1 + 0.9 * near };
}

/**
 * @param {Frame} frame
 * @param {import("./paths.js").Paths} paths
 * @param {number[]} tiers
 * @param {boolean} exclusive whether exclusive grids are shown
 */
export function paintBorders(frame, paths, tiers, exclusive) {
  const { context, scale, unit, zoom, view } = frame;
  toPlane(frame);
  context.lineJoin = "round";
  context.lineCap = "round";
  /** @type {Map<number, import("./paths.js").Batch[]>} */
  const byRank = new Map();
  for (const batch of paths.lines(zoom)) {
    if (meets(batch.box, view)) byRank.set(batch.rank, [...(byRank.get(batch.rank) ?? []), batch]);
  }
  // Outlines of exclusive grids lie over everything else.
  const order = (/** @type {number} */ rank) => (rank === EXCLUSIVE_RANK ? -1 : rank);
  for (const rank of [...byRank.keys()].sort((a, b) => order(b) - order(a))) {
    const same = byRank.get(rank) ?? [];
    const pen = rank === EXCLUSIVE_RANK && !exclusive ? null : penOf(rank, zoom, tiers);
    if (!pen) continue;
    if (pen.casing) stroke(context, same, "rgba(255,255,255,0.9)", (pen.casing * unit) / scale);
    stroke(context, same, pen.colour, (pen.width * unit) / scale);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./paths.js").Batch[]} batches
 * @param {string} colour
 * @param {number} width
 */
function stroke(context, batches, colour, width) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  for (const { path } of batches) context.stroke(path);
}
