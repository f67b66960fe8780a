// @ts-check
// What a gesture means, as the document that the server reads (docs/editing.md).
import { degreesOf } from "./lattice.js";

/** @typedef {import("./lattice.js").Vertex} Vertex */
/** @typedef {import("./mesh.js").Layer} Layer */

/** @param {Layer} layer */
const onLayer = (layer) => (layer === "exclusive" ? { layer } : {});

/** @param {Layer} layer @param {Vertex} from @param {Vertex} to */
export const moveVertex = (layer, from, to) => ({
  op: "move_vertices", ...onLayer(layer), moves: [[degreesOf(from), degreesOf(to)]],
});

/** @param {Layer} layer @param {[Vertex, Vertex]} segment @param {Vertex} at */
export const insertVertex = (layer, segment, at) => ({
  op: "insert_vertices", ...onLayer(layer), inserts: [{ segment: segment.map(degreesOf), at: degreesOf(at) }],
});

/** @param {Layer} layer @param {Vertex} vertex */
export const deleteVertex = (layer, vertex) => ({
  op: "delete_vertices", ...onLayer(layer), vertices: [degreesOf(vertex)],
});

/** @param {string} grid @param {Vertex[]} line */
export const splitGrid = (grid, line) => ({ op: "split", grid, line: line.map(degreesOf) });

/** @param {string} grid @param {Vertex[]} line */
export const reshapeGrid = (grid, line) => ({ op: "reshape", grid, line: line.map(degreesOf) });

/** @param {string[]} grids @param {string | null} keep code that the union keeps; null for a new one */
export const mergeGrids = (grids, keep) => ({ op: "merge", grids, ...(keep ? { keep } : {}) });

/** @param {string} from @param {string} to @param {Vertex[]} polygon */
export const transferArea = (from, to, polygon) => ({ op: "transfer", from, to, polygon: polygon.map(degreesOf) });

/** @param {string} from @param {string} to @param {Vertex[]} line @param {Vertex | null} take a place in the piece that goes; null for the smaller one beside the receiver */
export const transferCut = (from, to, line, take) => ({
  op: "transfer", from, to, line: line.map(degreesOf), ...(take ? { take: degreesOf(take) } : {}),
});

/** @param {string} division_code @param {string} name @param {Vertex[]} ring */
export const drawGrid = (division_code, name, ring) => ({
  op: "draw",
  division_code,
  name,
  geometry: { type: "Polygon", coordinates: [[...ring, ring[0]].map(degreesOf)] },
});

/** @param {string} grid */
export const retireGrid = (grid) => ({ op: "retire", grid });

/** @param {string} grid @param {{name?: string, kind?: string}} attributes */
export const setAttributes = (grid, attributes) => ({ op: "set_attributes", grid, ...attributes });
