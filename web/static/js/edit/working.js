// @ts-check
// The working state of a draft: the published grids at hand, with what the draft makes of them.
import { Mesh, partsOf, withBox } from "./mesh.js";

/** @typedef {import("./mesh.js").EditGrid} EditGrid */
/**
 * @typedef {object} ShownGrid a grid of a draft, as the server tells it
 * @property {string} code
 * @property {import("./mesh.js").Action} action
 * @property {string | null} name
 * @property {string | null} kind
 * @property {string | null} division
 * @property {number | null} area_m2
 * @property {any} geometry GeoJSON; null where the grid is no more
 */

export class Working {
  constructor() {
    this.mesh = new Mesh();
    /** What the draft says of the grids that it concerns. @type {Map<string, ShownGrid>} */
    this.told = new Map();
    /** @type {Map<string, EditGrid>} */
    this.published = new Map();
  }

  /** Grids that the draft did away with. @returns {Set<string>} */
  get gone() {
    return new Set([...this.told.values()].filter(({ geometry }) => !geometry).map(({ code }) => code));
  }

  /** Other boundaries are published now: nothing of the old ones stays. */
  clear() {
    this.mesh.clear();
    this.told.clear();
    this.published.clear();
  }

  /** @param {EditGrid[]} grids as published */
  add(grids) {
    for (const grid of grids) {
      this.published.set(grid.code, grid);
      if (!this.told.has(grid.code)) this.mesh.put(grid);
    }
  }

  /** @param {ShownGrid[]} grids all that the draft changes; others are as published again */
  reset(grids) {
    for (const code of this.told.keys()) this.mesh.drop(code);
    this.told.clear();
    for (const grid of this.published.values()) this.mesh.put(grid);
    this.apply(grids);
  }

  /** @param {ShownGrid[]} grids that are different now */
  apply(grids) {
    for (const grid of grids) {
      if (grid.geometry) this.mesh.put(editGridOf(grid, this.published.get(grid.code)));
      else this.mesh.drop(grid.code);
      if (grid.action || !grid.geometry) this.told.set(grid.code, grid);
      else this.told.delete(grid.code);
    }
  }
}

/**
 * @param {ShownGrid} grid
 * @param {EditGrid | undefined} before
 * @returns {EditGrid}
 */
const editGridOf = ({ code, action, name, kind, division, area_m2, geometry }, before) =>
  withBox({
    code,
    action,
    name: name ?? before?.name ?? code,
    kind: kind ?? before?.kind ?? "rural",
    division: division ?? before?.division ?? "",
    areaM2: area_m2,
    parts: partsOf(geometry),
  });
