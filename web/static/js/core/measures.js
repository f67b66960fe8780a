// @ts-check
// What a mode measures of a grid, and the classes that follow: the same on the desk and on walls.
import { naturalBreaks } from "./classes.js";

/** @typedef {import("./topology.js").Terrain} Terrain */
/**
 * @typedef {object} Columns one number a grid; NaN where there is nothing to say
 * @property {ArrayLike<number>} events
 * @property {ArrayLike<number>} closed
 * @property {ArrayLike<number>} households
 * @property {ArrayLike<number>} [open]
 * @property {ArrayLike<number>} [overdue]
 */

const CLASSES = 6;

/**
 * @param {Columns | null} columns
 * @param {string} mode events, households, density, closing_rate or overdue
 * @param {number} grid index
 * @returns {number} NaN where there is nothing to say
 */
export function valueOf(columns, mode, grid) {
  if (!columns) return NaN;
  const { events, closed, households, overdue } = columns;
  if (mode === "events") return events[grid];
  if (mode === "households") return households[grid];
  if (mode === "density") return households[grid] > 0 ? events[grid] / households[grid] : NaN;
  if (mode === "closing_rate") return events[grid] > 0 ? closed[grid] / events[grid] : NaN;
  if (mode === "overdue") return overdue ? overdue[grid] : NaN;
  return NaN;
}

/**
 * Most grids have no overdue work: that is good news and no class.
 * @param {string} mode
 * @param {number} value
 * @returns {boolean}
 */
export const isNone = (mode, value) => mode === "overdue" && value === 0;

/**
 * Bounds come from the basic grids of the whole deployment: a colour means the same in every
 * township. Exclusive grids are few and small, and would take a class of their own. Where a part's
 * grids lie among tracts, they alone are measured: sums of a tract are of another size.
 * @param {Terrain} terrain
 * @param {Columns | null} columns
 * @param {string} mode
 * @returns {{bounds: number[], lowest: number}} upper bounds, ascending
 */
export function boundsOfMode({ grids, focus }, columns, mode) {
  const known = grids
    .filter((grid) => grid.kind !== "exclusive" && !(focus && grid.isTract))
    .map((grid) => valueOf(columns, mode, grid.index))
    .filter((value) => Number.isFinite(value) && !isNone(mode, value));
  return { bounds: naturalBreaks(known, CLASSES), lowest: known.reduce((a, b) => Math.min(a, b), Infinity) };
}

/**
 * @param {string[]} ramp
 * @param {number} count of classes
 * @returns {string[]} spread over the ramp where there are fewer classes than colours
 */
export function spread(ramp, count) {
  if (count <= 1) return [ramp[3]];
  return Array.from({ length: count }, (_, n) => ramp[Math.round((n * (ramp.length - 1)) / (count - 1))]);
}
