// @ts-check
// Paints the heat of events: kernel density from the server's bins, a quarter of the resolution.
import { densityField, percentile } from "../core/density.js";
import { metresPerPixel, worldX, worldY } from "../core/mercator.js";
import { heatTable, rampPlace } from "../core/palette.js";
import { toPlane } from "./frame.js";

/** @typedef {import("./frame.js").Frame} Frame */

export const HEAT_RESOLUTION = 0.25;
/** Where the ramp bends: what most of the view is below (measured). */
const KNEE_SHARE = 0.985;
const BANDWIDTH_PX = 12;

/**
 * @typedef {object} Bins
 * @property {Float64Array} xs local plane
 * @property {Float64Array} ys
 * @property {number[]} events
 * @property {number} total
 * @property {number} cellM
 */

/**
 * @param {any} answer of `/api/v1/heat`
 * @param {{x: number, y: number}} origin
 * @returns {Bins}
 */
export function readBins(answer, origin) {
  return {
    xs: Float64Array.from(answer.lon, (/** @type {number} */ lon) => worldX(lon) - origin.x),
    ys: Float64Array.from(answer.lat, (/** @type {number} */ lat) => worldY(lat) - origin.y),
    events: answer.events,
    total: answer.total,
    cellM: answer.cell_m,
  };
}

/** @typedef {import("../core/palette.js").HeatRange} HeatRange */
/**
 * @typedef {object} HeatScale
 * @property {HeatRange} range
 * @property {number} bandwidthM
 * @property {number} total
 */

const TABLE = new Uint32Array(heatTable().buffer);

/**
 * @param {Frame} frame whose canvas has HEAT_RESOLUTION
 * @param {Bins} bins
 * @param {Path2D} land local plane; nothing is painted outside it
 * @param {HeatRange | null} held a scale to keep while playing; null to take it from the view
 * @returns {HeatScale}
 */
export function paintHeat(frame, bins, land, held) {
  const { context, scale, dx, dy, latitude, zoom, unit } = frame;
  const { width, height } = context.canvas;
  const r = width / frame.width;
  const metres = metresPerPixel(latitude, zoom);
  const sigma = Math.max(BANDWIDTH_PX * unit, (1.2 * bins.cellM) / metres);
  const xs = bins.xs.map((x) => (x * scale + dx) * r);
  const ys = bins.ys.map((y) => (y * scale + dy) * r);
  const field = densityField(width, height, xs, ys, bins.events, sigma * r);
  const cellKm2 = (metres / r / 1000) ** 2;
  const { at, top } = percentile(field.values, KNEE_SHARE);
  const range = held ?? { knee: at / cellKm2, top: top / cellKm2 };
  if (top > 0) {
    context.putImageData(coloured(field, cellKm2, range), 0, 0);
    keepInside(frame, land);
  }
  return { range, bandwidthM: sigma * metres, total: bins.total };
}

/**
 * @param {Frame} frame
 * @param {Path2D} land
 */
function keepInside(frame, land) {
  const { context } = frame;
  toPlane(frame);
  context.globalCompositeOperation = "destination-in";
  context.fillStyle = "#000";
  context.fill(land, "evenodd");
  context.globalCompositeOperation = "source-over";
}

/**
 * @param {import("../core/density.js").Field} field
 * @param {number} cellKm2 ground under a raster cell
 * @param {HeatRange} range
 * @returns {ImageData}
 */
function coloured({ values, width, height }, cellKm2, range) {
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let n = 0; n < values.length; n += 1) {
    if (values[n] > 0) pixels[n] = TABLE[Math.round(rampPlace(values[n] / cellKm2, range) * 255)];
  }
  return image;
}

/** Sides of a cell that the server offers, in metres. */
export const CELLS_M = [75, 150, 300, 600, 1200, 2400];

/**
 * @param {number} latitude
 * @param {number} zoom
 * @returns {number} a cell of about five pixels
 */
export function cellFor(latitude, zoom) {
  const wanted = metresPerPixel(latitude, zoom) * 5;
  return CELLS_M.find((cell) => cell >= wanted) ?? CELLS_M[CELLS_M.length - 1];
}
