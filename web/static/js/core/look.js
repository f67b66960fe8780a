// @ts-check
// From a mode to one colour a grid, and to the classes that its legend shows.
import { classOf } from "./classes.js";
import { boundsOfMode, isNone, spread } from "./measures.js";
import { KIND_COLOURS, LAND, MAP_COLOURS, NONE_OVERDUE, NO_DATA, PAPER, RAMPS, mixed } from "./palette.js";

/** @typedef {import("./topology.js").Terrain} Terrain */
/** @typedef {import("./figures.js").Figures} Figures */
/**
 * @typedef {object} ClassCount
 * @property {number[]} bounds upper bounds of the classes
 * @property {number} lowest smallest value
 * @property {number[]} counts grids in each class
 * @property {number} none grids where it is zero, in the modes in which that is no class
 * @property {number} missing grids without a value
 */

/** How much paper is mixed into grids outside the division that is looked into. */
const OUTSIDE = 0.78;

/**
 * Classes come from the basic grids: exclusive grids are few and small, and would take a class
 * of their own.
 * @param {Terrain} terrain
 * @param {Figures} figures
 * @param {string} mode one that `valueOf` measures
 * @param {ClassCount | null} [held] classes to keep, so that colours can be compared
 * @returns {ClassCount}
 */
export function classesOf(terrain, figures, mode, held = null) {
  const found = boundsOfMode(terrain, figures.columns, mode);
  const { bounds } = held ?? found;
  const counts = bounds.map(() => 0);
  let [none, missing] = [0, 0];
  for (const { kind, index, isTract } of terrain.grids) {
    if (kind === "exclusive" || (isTract && terrain.focus)) continue;
    const value = figures.value(index, mode);
    const of = classOf(value, bounds);
    if (isNone(mode, value)) none += 1;
    else if (of < 0) missing += 1;
    else counts[of] += 1;
  }
  return { bounds, lowest: Math.min(found.lowest, held?.lowest ?? Infinity), counts, none, missing };
}

/**
 * @param {string} mode
 * @param {number} count classes
 * @returns {string[]} colours, spread over the ramp where there are fewer classes
 */
export const rampOf = (mode, count) => spread(RAMPS[/** @type {keyof typeof RAMPS} */ (mode)], count);

/**
 * @param {Terrain} terrain
 * @param {string} mode
 * @param {Figures | null} figures
 * @param {ClassCount | null} classes
 * @param {Set<number> | null} inside indices of the grids that are looked into; null for all
 * @returns {string[]} one colour a grid
 */
export function coloursOf(terrain, mode, figures, classes, inside) {
  const ramp = classes ? rampOf(mode, classes.bounds.length) : [];
  return terrain.grids.map((grid) => {
    let colour;
    if (mode === "kind") colour = KIND_COLOURS[grid.kind];
    else if (mode === "colour") {
      colour = grid.kind === "exclusive" ? KIND_COLOURS.exclusive : MAP_COLOURS[grid.colourIndex];
    } else if (figures && classes) {
      const value = figures.value(grid.index, mode);
      colour = isNone(mode, value) ? NONE_OVERDUE : ramp[classOf(value, classes.bounds)] ?? NO_DATA;
    } else colour = NO_DATA;
    return inside && !inside.has(grid.index) ? mixed(colour, PAPER, OUTSIDE) : colour;
  });
}

/**
 * Plain land, so that the one scale on the map is the heat's.
 * @param {Terrain} terrain
 * @param {Set<number> | null} inside
 * @returns {string[]} one colour a grid
 */
export function landColours(terrain, inside) {
  return terrain.grids.map((grid) => (!inside || inside.has(grid.index) ? LAND.inside : LAND.outside));
}
