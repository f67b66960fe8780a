// @ts-check
// Paints the heat of the wall screen by the one scale of core/heat_scale.js.
import { densityField } from "../../core/density.js";
import { densestOf, densityPlace, densityScale } from "../../core/heat_scale.js";
import { metresPerPixel } from "../../core/mercator.js";
import { screenHeatTable } from "../../core/screen_palette.js";
import { toPlane } from "../../map/frame.js";
import { dimOutside } from "./lines.js";

/** @typedef {import("../../map/frame.js").Frame} Frame */
/** @typedef {import("../../map/heat.js").Bins} Bins */
/** @typedef {import("../../core/heat_scale.js").DensityScale} DensityScale */

/** A quarter of the screen's resolution: a density has no edges to lose. */
export const HEAT_RESOLUTION = 0.25;
const BANDWIDTH_PX = 8;
/** The narrowest kernel, in sides of a bin: narrower ones would show the bins. */
const NARROWEST = 1.2;
const STEPS = 256;
/** How much of the heat is taken away beside what is looked into. */
const TAKEN_OUTSIDE = 0.78;

const TABLE = new Uint32Array(screenHeatTable().buffer);

/**
 * @param {Bins} bins
 * @param {number} latitude of the middle
 * @returns {DensityScale}
 */
export function scaleOf({ xs, ys, events, cellM }, latitude) {
  const metres = metresPerPixel(latitude, 12);
  const inMetres = (/** @type {Float64Array} */ values) => values.map((value) => value * metres);
  return densityScale(densestOf(inMetres(xs), inMetres(ys), events, NARROWEST * cellM));
}

/**
 * @param {Frame} frame whose canvas has HEAT_RESOLUTION
 * @param {Bins} bins
 * @param {{land: Path2D, outline: Path2D | null}} where nothing is painted outside the land, and
 *   little outside the outline; null for the whole land
 * @param {DensityScale} scale
 * @returns {number} metres of the kernel's bandwidth
 */
export function paintDensity(frame, bins, { land, outline }, scale) {
  const { context, latitude, zoom, unit } = frame;
  const { width, height } = context.canvas;
  const r = width / frame.width;
  const metres = metresPerPixel(latitude, zoom);
  const sigma = Math.max(BANDWIDTH_PX * unit, (NARROWEST * bins.cellM) / metres);
  // What lies just beyond the edge of the canvas still warms it.
  const spare = Math.ceil(3 * sigma * r);
  const { xs, ys, events } = near(frame, bins, r, spare);
  const field = densityField(width + 2 * spare, height + 2 * spare, xs, ys, events, sigma * r);
  const image = new ImageData(field.width, field.height);
  colour(field, new Uint32Array(image.data.buffer), 1 / (metres / r / 1000) ** 2, scale);
  context.putImageData(image, -spare, -spare);
  toPlane(frame);
  context.globalCompositeOperation = "destination-in";
  context.fillStyle = "#000";
  context.fill(land, "evenodd");
  context.globalCompositeOperation = "source-over";
  if (outline) dimOutside(frame, outline, TAKEN_OUTSIDE);
  return sigma * metres;
}

/**
 * @param {import("../../core/density.js").Field} field
 * @param {Uint32Array} pixels are filled
 * @param {number} perKm2 events per km² of one event in a raster cell
 * @param {DensityScale} scale
 */
function colour({ values }, pixels, perKm2, scale) {
  const low = scale.low / perKm2;
  for (let n = 0; n < values.length; n += 1) {
    if (values[n] > low) pixels[n] = TABLE[Math.round(densityPlace(values[n] * perKm2, scale) * (STEPS - 1))];
  }
}

/**
 * @param {Frame} frame
 * @param {Bins} bins
 * @param {number} r raster cells per CSS pixel
 * @param {number} spare raster cells beyond each edge
 * @returns {{xs: Float64Array, ys: Float64Array, events: Float64Array}} cells of the spared raster
 */
function near({ scale, dx, dy, width, height }, bins, r, spare) {
  const count = bins.xs.length;
  const xs = new Float64Array(count);
  const ys = new Float64Array(count);
  const events = new Float64Array(count);
  let held = 0;
  for (let n = 0; n < count; n += 1) {
    const x = (bins.xs[n] * scale + dx) * r + spare;
    const y = (bins.ys[n] * scale + dy) * r + spare;
    if (x < 0 || y < 0 || x > width * r + 2 * spare || y > height * r + 2 * spare) continue;
    xs[held] = x;
    ys[held] = y;
    events[held] = bins.events[n];
    held += 1;
  }
  return { xs: xs.subarray(0, held), ys: ys.subarray(0, held), events: events.subarray(0, held) };
}
