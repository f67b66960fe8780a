// @ts-check
// An operation that did not fit the newest boundaries, to be drawn anew: with what, and where.

/** @typedef {import("./tools.js").ToolName} ToolName */
/**
 * @typedef {object} Redo
 * @property {number} no of the operation that was left out
 * @property {string} op
 * @property {ToolName} tool
 * @property {string[]} chosen codes of grids
 * @property {string | null} other grid that receives
 * @property {any} geometry GeoJSON of what had been drawn; null for nothing
 */

/**
 * @param {number} no
 * @param {any} operation as the log holds it
 * @returns {Redo}
 */
export function redoOf(no, operation) {
  const { op } = operation;
  const from = [operation.from ?? []].flat();
  const made = { no, op, other: null, chosen: operation.grids && op === "merge" ? operation.grids : [operation.grid ?? from].flat() };
  return { ...made, tool: toolOf(op), other: op === "transfer" ? operation.to : null, geometry: geometryOf(operation) };
}

/** @param {string} op @returns {ToolName} */
function toolOf(op) {
  const known = /** @type {const} */ (["split", "merge", "transfer", "reshape", "draw"]);
  return known.find((name) => name === op) ?? "select";
}

/**
 * @param {any} operation
 * @returns {any} GeoJSON
 */
function geometryOf({ op, line, polygon, moves, inserts, vertices, geometry, grids }) {
  if (line) return { type: "LineString", coordinates: line };
  if (polygon) return { type: "Polygon", coordinates: [[...polygon, polygon[0]]] };
  if (moves) return { type: "MultiLineString", coordinates: moves };
  if (inserts) return { type: "MultiPoint", coordinates: inserts.map((/** @type {any} */ { at }) => at) };
  if (vertices) return { type: "MultiPoint", coordinates: vertices };
  if (op === "replace") return { type: "GeometryCollection", geometries: grids.map((/** @type {any} */ one) => one.geometry) };
  return geometry ?? null;
}
