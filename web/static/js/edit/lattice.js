// @ts-check
// Vertices as the server holds them: whole numbers of 1e-7 degree. Two grids share a vertex if, and
// only if, its numbers are the same in both.
import { latOf, lonOf, worldX, worldY } from "../core/mercator.js";

/** @typedef {[number, number]} Vertex longitude and latitude in units of the lattice */
/** @typedef {{x0: number, y0: number, x1: number, y1: number}} Box */

const UNITS_PER_DEGREE = 1e7;

/**
 * @param {number[]} lonLat degrees
 * @returns {Vertex}
 */
export const vertexOf = ([lon, lat]) => [Math.round(lon * UNITS_PER_DEGREE), Math.round(lat * UNITS_PER_DEGREE)];

/**
 * @param {Vertex} vertex
 * @returns {[number, number]} degrees with at most seven decimals
 */
export const degreesOf = ([x, y]) => [x / UNITS_PER_DEGREE, y / UNITS_PER_DEGREE];

/** @param {Vertex} vertex */
export const keyOf = ([x, y]) => `${x},${y}`;

/**
 * @param {Vertex} one
 * @param {Vertex} other
 */
export const isSame = (one, other) => one[0] === other[0] && one[1] === other[1];

/**
 * @param {Vertex} vertex
 * @param {{x: number, y: number}} origin
 * @returns {{x: number, y: number}} local plane of the map
 */
export function planeOf(vertex, origin) {
  const [lon, lat] = degreesOf(vertex);
  return { x: worldX(lon) - origin.x, y: worldY(lat) - origin.y };
}

/**
 * @param {{x: number, y: number}} point local plane
 * @param {{x: number, y: number}} origin
 * @returns {Vertex}
 */
export const vertexAt = (point, origin) => vertexOf([lonOf(point.x + origin.x), latOf(point.y + origin.y)]);

/**
 * @param {Iterable<Vertex>} vertices
 * @returns {Box}
 */
export function boxOf(vertices) {
  const box = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  for (const [x, y] of vertices) {
    if (x < box.x0) box.x0 = x;
    if (x > box.x1) box.x1 = x;
    if (y < box.y0) box.y0 = y;
    if (y > box.y1) box.y1 = y;
  }
  return box;
}

/**
 * @param {Box} one
 * @param {Box} other
 */
export const meet = (one, other) =>
  one.x0 <= other.x1 && one.x1 >= other.x0 && one.y0 <= other.y1 && one.y1 >= other.y0;
