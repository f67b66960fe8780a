// @ts-check
// Web Mercator by hand: the world as pixels at one reference zoom, relative to a near origin, so
// that the 32-bit floats inside Path2D still resolve millimetres.

/** Zoom at which one unit of the local plane is one pixel. */
export const REFERENCE_ZOOM = 12;

const WORLD = 256 * 2 ** REFERENCE_ZOOM;
const EQUATOR_M = 40075016.68557849;

/** @typedef {{x: number, y: number}} Point */

/**
 * @param {number} lon degrees
 * @returns {number} pixels at the reference zoom, from the date line
 */
export function worldX(lon) {
  return ((lon + 180) / 360) * WORLD;
}

/**
 * @param {number} lat degrees
 * @returns {number} pixels at the reference zoom, from the north
 */
export function worldY(lat) {
  const s = Math.sin((lat * Math.PI) / 180);
  return (0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)) * WORLD;
}

/**
 * @param {number} x world pixels
 * @returns {number} degrees
 */
export function lonOf(x) {
  return (x / WORLD) * 360 - 180;
}

/**
 * @param {number} y world pixels
 * @returns {number} degrees
 */
export function latOf(y) {
  const n = Math.PI * (1 - (2 * y) / WORLD);
  return (Math.atan(Math.sinh(n)) * 180) / Math.PI;
}

/**
 * @param {number} lat degrees
 * @param {number} zoom
 * @returns {number} metres of ground under one CSS pixel
 */
export function metresPerPixel(lat, zoom) {
  return (EQUATOR_M * Math.cos((lat * Math.PI) / 180)) / (256 * 2 ** zoom);
}
