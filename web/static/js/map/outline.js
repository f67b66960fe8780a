// @ts-check
// The outline of one grid or division, as a few SVG paths over the canvases.
import { latOf, lonOf } from "../core/mercator.js";
import { L } from "./leaflet.js";

/** @typedef {import("../core/topology.js").Terrain} Terrain */
/** @typedef {import("../core/topology.js").Grid} Grid */

export class Outline {
  /**
   * @param {any} map
   * @param {Terrain} terrain
   * @param {string} className
   */
  constructor(map, terrain, className) {
    this.terrain = terrain;
    this.polygon = L.polygon([], { className, interactive: false, fill: true, smoothFactor: 0 });
    this.polygon.addTo(map);
    /** @type {Grid | null} */
    this.grid = null;
  }

  /** @param {Terrain} terrain whose grids come next */
  setTerrain(terrain) {
    this.set(null);
    this.terrain = terrain;
  }

  /** @param {Grid | null} grid */
  set(grid) {
    if (grid === this.grid) return;
    this.grid = grid;
    this.polygon.setLatLngs(grid ? latLngs(this.terrain, grid) : []);
    if (grid) this.polygon.bringToFront();
  }
}

/**
 * @param {Terrain} terrain
 * @param {Grid} grid
 * @returns {[number, number][][][]} parts → rings → latitude, longitude
 */
function latLngs({ arcs, origin }, grid) {
  return grid.parts.map((part) =>
    part.map((ring) =>
      ring.flatMap((ref) => {
        const { xy } = arcs[ref < 0 ? ~ref : ref];
        /** @type {[number, number][]} */
        const points = [];
        for (let n = 0; n < xy.length; n += 2) {
          points.push([latOf(xy[n + 1] + origin.y), lonOf(xy[n] + origin.x)]);
        }
        return ref < 0 ? points.reverse() : points;
      }),
    ),
  );
}
