// @ts-check
// From a mode to one colour a grid, and to the classes that its legend shows.
import { classOf, naturalBreaks } from "./classes.js";
import { KIND_COLOURS, LAND, MAP_COLOURS, NO_DATA, PAPER, RAMPS, mixed } from "./palette.js";

/** @typedef {import("./topology.js").Terrain} Terrain */
/** @typedef {import("./figures.js").Figures} Figures */
/**
 * @typedef {object} ClassCount
 * @property {number[]} bounds upper bounds of the classes
 * @property {number} lowest smallest value
 * @property {number[]} counts grids in each class
 * @property {number} missing grids without a value
 */

const CLASSES = 6;
/** How much paper is mixed into grids outside the division that is looked into. */
const OUTSIDE = 0.78;

/**
 * Classes come from the basic grids: exclusive grids are few and small, and would take a class
 * of their own.
 * @param {Terrain} terrain
 * @param {Figures} figures
 * @param {string} mode events, closing_rate or households
 * @returns {ClassCount}
 */
export function classesOf(terrain, figures, mode) {
  const values = terrain.grids
    .filter((grid) => grid.kind !== "exclusive")
    .map((grid) => figures.value(grid.index, mode));
  const known = values.filter(Number.isFinite);
  const bounds = naturalBreaks(known, CLASSES);
  const counts = bounds.map(() => 0);
  for (const value of known) counts[classOf(value, bounds)] += 1;
  return { bounds, lowest: Math.min(...known), counts, missing: values.length - known.length };
}

/**
 * @param {string} mode
 * @param {number} count classes
 * @returns {string[]} colours, spread over the ramp where there are fewer classes
 */
export function rampOf(mode, count) {
  const ramp = RAMPS[/** @type {keyof typeof RAMPS} */ (mode)];
  if (count <= 1) return [ramp[3]];
  return Array.from({ length: count }, (_, n) => ramp[Math.round((n * (ramp.length - 1)) / (count - 1))]);
}

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
      colour = ramp[classOf(figures.value(grid.index, mode), classes.bounds)] ?? NO_DATA;
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
