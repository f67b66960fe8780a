// @ts-check
// Outlines in the local plane of the map: of rings on the lattice, and of GeoJSON.
import { worldX, worldY } from "../core/mercator.js";
import { planeOf } from "./lattice.js";

/** @typedef {import("./lattice.js").Vertex} Vertex */

/**
 * @param {Path2D | CanvasRenderingContext2D} path
 * @param {Vertex[]} ring
 * @param {{x: number, y: number}} origin
 * @param {boolean} closes
 */
export function traceRing(path, ring, origin, closes) {
  ring.forEach((vertex, n) => {
    const { x, y } = planeOf(vertex, origin);
    if (n === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  });
  if (closes) path.closePath();
}

/**
 * @param {any} geometry GeoJSON of any type
 * @param {{x: number, y: number}} origin
 * @param {number} radius of a point, local plane
 * @returns {Path2D}
 */
export function pathOf(geometry, origin, radius) {
  const path = new Path2D();
  traceGeometry(path, geometry, ([lon, lat]) => ({ x: worldX(lon) - origin.x, y: worldY(lat) - origin.y }), radius);
  return path;
}

/**
 * @param {Path2D} path
 * @param {any} geometry
 * @param {(point: number[]) => {x: number, y: number}} place
 * @param {number} radius
 */
function traceGeometry(path, { type, coordinates, geometries }, place, radius) {
  const line = (/** @type {number[][]} */ points) => points.forEach((point, n) => {
    const { x, y } = place(point);
    if (n === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  });
  const spot = (/** @type {number[]} */ point) => {
    const { x, y } = place(point);
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, 2 * Math.PI);
  };
  if (type === "GeometryCollection") for (const part of geometries) traceGeometry(path, part, place, radius);
  if (type === "Point") spot(coordinates);
  if (type === "MultiPoint") coordinates.forEach(spot);
  if (type === "LineString") line(coordinates);
  if (type === "MultiLineString" || type === "Polygon") coordinates.forEach(line);
  if (type === "MultiPolygon") coordinates.flat(1).forEach(line);
}

/**
 * @param {any} geometry GeoJSON
 * @returns {boolean} whether it has an inside
 */
export const hasArea = ({ type, geometries }) =>
  type === "GeometryCollection" ? geometries.some(hasArea) : !type.endsWith("LineString");
