// @ts-check
// From a mode of the wall screen to one colour a grid, and to the classes that its legend shows.
import { classOf } from "./classes.js";
import { kindsOf } from "./figures.js";
import { boundsOfMode, isNone, spread, valueOf } from "./measures.js";
import {
  NONE_OVERDUE, NO_FIGURE, OUTSIDE, SCREEN_COLOURS, SCREEN_KINDS, SCREEN_RAMPS, UNDER_HEAT, calmed,
} from "./screen_palette.js";

export { boundsOfMode } from "./measures.js";

/** @typedef {import("./topology.js").Terrain} Terrain */
/** @typedef {import("./topology.js").Division} Division */
/** @typedef {import("./measures.js").Columns} Columns */
/**
 * @typedef {object} Entry a line of the legend
 * @property {string} colour
 * @property {"class" | "none" | "missing" | "rural" | "community" | "exclusive"} what
 * @property {number} [from]
 * @property {number} [to]
 * @property {number} count basic grids of the division that is looked into
 */
/**
 * @typedef {object} ScreenLook
 * @property {string[]} colours one a grid
 * @property {Entry[]} legend
 * @property {boolean} textured whether community grids are dotted
 */

/**
 * @param {Terrain} terrain
 * @param {string} mode one of SCREEN_MODES
 * @param {Columns | null} columns
 * @param {Division} scope
 * @param {{strength?: number, plain?: boolean, bounds?: {bounds: number[], lowest: number}}} [how]
 *   strength of map colours; `plain` under the heat; `bounds` to keep while a playback runs
 * @returns {ScreenLook}
 */
export function screenLook(terrain, mode, columns, scope, { strength = 1, plain = false, bounds } = {}) {
  const colours = terrain.grids.map(() => OUTSIDE);
  if (plain) {
    for (const index of scope.grids) colours[index] = UNDER_HEAT;
    return { colours, legend: [], textured: false };
  }
  if (mode === "colour") {
    const calm = SCREEN_COLOURS.map((colour) => calmed(colour, strength));
    return byKind(terrain, scope, colours, ({ kind, colourIndex }) =>
      kind === "exclusive" ? SCREEN_KINDS.exclusive : calm[colourIndex]);
  }
  if (mode === "kind") return byKind(terrain, scope, colours, ({ kind }) => SCREEN_KINDS[kind]);
  return byClass(terrain, mode, columns, scope, colours, bounds ?? boundsOfMode(terrain, columns, mode));
}

/**
 * @param {Terrain} terrain
 * @param {Division} scope
 * @param {string[]} colours are filled
 * @param {(grid: import("./topology.js").Grid) => string} colourOf
 * @returns {ScreenLook}
 */
function byKind({ grids }, scope, colours, colourOf) {
  for (const index of scope.grids) colours[index] = colourOf(grids[index]);
  const counts = kindsOf({ grids }, scope);
  const kinds = /** @type {(keyof typeof counts)[]} */ (Object.keys(counts)).filter((kind) => counts[kind] > 0);
  const legend = kinds.map((kind) => ({ colour: SCREEN_KINDS[kind], what: kind, count: counts[kind] }));
  return { colours, legend, textured: true };
}

/**
 * @param {Terrain} terrain
 * @param {string} mode
 * @param {Columns | null} columns
 * @param {Division} scope
 * @param {string[]} colours are filled
 * @param {{bounds: number[], lowest: number}} classes
 * @returns {ScreenLook}
 */
function byClass({ grids }, mode, columns, scope, colours, { bounds, lowest }) {
  const ramp = spread(SCREEN_RAMPS[/** @type {keyof typeof SCREEN_RAMPS} */ (mode)], bounds.length);
  const counts = bounds.map(() => 0);
  let [none, missing] = [0, 0];
  for (const index of scope.grids) {
    const value = valueOf(columns, mode, index);
    const one = grids[index].kind === "exclusive" ? 0 : 1;
    const found = classOf(value, bounds);
    if (isNone(mode, value)) {
      colours[index] = NONE_OVERDUE;
      none += one;
    } else if (found < 0) {
      colours[index] = NO_FIGURE;
      missing += one;
    } else {
      colours[index] = ramp[found];
      counts[found] += one;
    }
  }
  /** @type {Entry[]} */
  const legend = bounds.map((to, n) => ({ colour: ramp[n], what: "class", from: n ? bounds[n - 1] : lowest, to, count: counts[n] }));
  if (none) legend.unshift({ colour: NONE_OVERDUE, what: "none", count: none });
  if (missing) legend.push({ colour: NO_FIGURE, what: "missing", count: missing });
  return { colours, legend, textured: false };
}
