// @ts-check
// The bins behind the heat: of one size of cell, whatever the zoom.
import { densityScale } from "../../core/heat_scale.js";
import { latOf, metresPerPixel } from "../../core/mercator.js";
import { CELLS_M } from "../../map/heat.js";
import { paintDensity, scaleOf } from "./heat.js";

/** @typedef {import("../../core/topology.js").Terrain} Terrain */
/** @typedef {import("../../map/heat.js").Bins} Bins */
/** @typedef {import("../../core/heat_scale.js").DensityScale} DensityScale */

/** As many cells as an answer should have at most. */
const MOST_CELLS = 60_000;

/**
 * @param {import("../../core/topology.js").Box} box local plane
 * @param {number} latitude of its middle
 * @returns {number} side of a bin that the server should be asked for, metres
 */
export function binOf(box, latitude) {
  const km = metresPerPixel(latitude, 12) / 1000;
  const area = (box.x1 - box.x0) * (box.y1 - box.y0) * km * km;
  return CELLS_M.find((side) => area / (side / 1000) ** 2 <= MOST_CELLS) ?? 2400;
}

export class Heat {
  /**
   * @param {Terrain} terrain
   * @param {() => void} changed
   */
  constructor({ box: whole, focus, origin }, changed) {
    const box = focus ?? whole;
    this.changed = changed;
    this.latitude = latOf((box.y0 + box.y1) / 2 + origin.y);
    this.cell = binOf(box, this.latitude);
    this.on = false;
    /** @type {Bins | null} */
    this.bins = null;
    /** @type {DensityScale | null} */
    this.scale = null;
    /** @type {{bins: Bins, scale: DensityScale | null} | null} */
    this.played = null;
    this.bandwidthM = 0;
  }

  /**
   * @param {Bins | null} bins
   * @param {number | null} densest events per km², to keep the scale by
   */
  set(bins, densest) {
    this.bins = bins;
    this.scale = bins && (densest === null ? scaleOf(bins, this.latitude) : densityScale(densest));
    this.changed();
  }

  /**
   * @param {Bins | null} bins of a frame of a playback
   * @param {number | null} densest
   */
  play(bins, densest) {
    this.played = bins && { bins, scale: densest === null ? this.scale ?? scaleOf(bins, this.latitude) : densityScale(densest) };
    this.changed();
  }

  /**
   * @param {import("../../map/frame.js").Frame} frame
   * @param {{land: Path2D, outline: Path2D | null}} where
   * @returns {number} events behind what was painted
   */
  paint(frame, where) {
    const { bins, scale } = this.played ?? this;
    if (!this.on || !bins || !scale) return 0;
    this.bandwidthM = paintDensity(frame, bins, where, scale);
    return bins.total;
  }

  /** @returns {{scale: DensityScale, bandwidthM: number, total: number} | null} what the legend says */
  get legend() {
    const { bins, scale } = this.played ?? this;
    return bins && scale && { scale, bandwidthM: this.bandwidthM, total: bins.total };
  }
}
