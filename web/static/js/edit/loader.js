// @ts-check
// Fetches the exact boundaries of what is in view, once; far out there is nothing to take hold of.
import { lonOf, latOf } from "../core/mercator.js";
import { meets } from "../map/frame.js";
import { partsOf, withBox } from "./mesh.js";

/** @typedef {import("./mesh.js").EditGrid} EditGrid */
/** @typedef {import("../core/topology.js").Terrain} Terrain */

/** More than this at once nobody can edit. */
const MOST_IN_VIEW = 500;

export class Loader {
  /**
   * @param {Terrain} terrain
   * @param {(box: number[]) => Promise<any[]>} ask features of the grids that meet a box
   */
  constructor(terrain, ask) {
    this.terrain = terrain;
    this.ask = ask;
    /** As published. @type {Map<string, EditGrid>} */
    this.published = new Map();
    /** Whether the view is too wide for editing. */
    this.isFar = false;
  }

  /** @param {Terrain} terrain that is published now */
  setTerrain(terrain) {
    this.terrain = terrain;
    this.published.clear();
  }

  /**
   * @param {import("../core/topology.js").Box} view local plane
   * @returns {string[]} codes of the published grids in it
   */
  codesIn(view) {
    return this.terrain.grids.filter((grid) => meets(grid.box, view)).map(({ code }) => code);
  }

  /**
   * @param {import("../core/topology.js").Box} view local plane
   * @returns {Promise<EditGrid[] | null>} those that are new; null where there are too many
   */
  async load(view) {
    const codes = this.codesIn(view);
    this.isFar = codes.length > MOST_IN_VIEW;
    if (this.isFar) return null;
    if (codes.every((code) => this.published.has(code))) return [];
    const { terrain } = this;
    const { origin } = terrain;
    const box = [lonOf(view.x0 + origin.x), latOf(view.y1 + origin.y), lonOf(view.x1 + origin.x), latOf(view.y0 + origin.y)];
    const told = await this.ask(box);
    if (terrain !== this.terrain) return this.load(view); // others were published meanwhile
    const fresh = told.filter(({ id }) => !this.published.has(id)).map(gridOf);
    for (const grid of fresh) this.published.set(grid.code, grid);
    return fresh;
  }
}

/**
 * @param {any} feature as the server lists grids
 * @returns {EditGrid}
 */
const gridOf = ({ geometry, properties: { code, name, kind, division, area_m2 } }) =>
  withBox({ code, name, kind, division, action: null, areaM2: area_m2, parts: partsOf(geometry) });
