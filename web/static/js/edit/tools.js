// @ts-check
// The tools: what each asks for, step by step, and the operation that comes of it.
import { drawGrid, mergeGrids, reshapeGrid, splitGrid, transferArea, transferCut } from "./operations.js";

/** @typedef {import("./lattice.js").Vertex} Vertex */
/** @typedef {"select" | "split" | "merge" | "transfer" | "reshape" | "draw" | "comment"} ToolName */
/** @typedef {"grid" | "other" | "grids" | "line" | "area" | "piece" | "place"} Asked what a click gives */
/**
 * @typedef {object} Gesture what has been given so far
 * @property {ToolName} tool
 * @property {string[]} chosen codes of grids
 * @property {string | null} other grid that receives
 * @property {Vertex[]} line
 * @property {boolean} isCut of a transfer: whether a line cuts, instead of an area that is drawn
 * @property {boolean} isPicking of such a transfer: whether the piece that goes is asked for
 * @property {Vertex | null} take a place in that piece
 */

/** @type {Record<ToolName, {key: string, icon: string}>} */
export const TOOLS = {
  select: { key: "V", icon: "M6 3l13 9.2-6 1 3.6 6.6-2.6 1.4-3.5-6.7L6 18.6z" },
  split: { key: "S", icon: "M4 4h16v16H4zm2 2v12h4.2l1.5-12zm7.7 0-1.5 12H18V6z" },
  merge: { key: "M", icon: "M3 5h8v5h2V5h8v14h-8v-5h-2v5H3zm2 2v10h4v-5h6v5h4V7h-4v5H9V7z" },
  transfer: { key: "T", icon: "M4 6h9v2H6v8h7v2H4zm11 1 6 5-6 5v-4h-5v-2h5z" },
  reshape: { key: "R", icon: "M3 17c4 0 4-10 9-10s4 8 9 8v2c-6 0-6-8-9-8-3.600 0-4 10-9 10z" },
  draw: { key: "D", icon: "M12 3 4 8.500 7 18h10l3-9.500zm0 2.500 5.600 3.800L15.500 16h-7L6.400 9.300zM11 8h2v3h3v2h-3v3h-2v-3H8v-2h3z" },
  comment: { key: "C", icon: "M4 4h16v12h-8.500L7 20.500V16H4zm2 2v8h3v2.300L11.300 14H18V6z" },
};

/** @returns {Gesture} */
export const begin = (/** @type {ToolName} */ tool, /** @type {string[]} */ chosen = []) => ({
  tool, chosen, other: null, line: [], isCut: false, isPicking: false, take: null,
});

/**
 * @param {Gesture} gesture
 * @returns {Asked} what comes next
 */
export function asks({ tool, chosen, other, isCut, isPicking }) {
  if (tool === "select") return "grid";
  if (tool === "comment") return "place";
  if (tool === "merge") return "grids";
  if (tool === "draw") return "area";
  if (chosen.length === 0) return "grid";
  if (tool === "transfer" && !other) return "other";
  if (tool === "transfer" && !isCut) return "area";
  return isPicking ? "piece" : "line";
}

/**
 * @param {Gesture} gesture
 * @param {string} code of the grid that was clicked
 * @returns {Gesture}
 */
export function withGrid(gesture, code) {
  const { chosen } = gesture;
  switch (asks(gesture)) {
    case "grids":
      return { ...gesture, chosen: chosen.includes(code) ? chosen.filter((other) => other !== code) : [...chosen, code] };
    case "other":
      return chosen.includes(code) ? gesture : { ...gesture, other: code };
    default:
      return { ...gesture, chosen: [code] };
  }
}

/**
 * @param {Gesture} gesture
 * @returns {boolean} whether an operation can come of it as it is
 */
export function isComplete(gesture) {
  if (gesture.tool === "merge") return gesture.chosen.length > 1;
  const asked = asks(gesture);
  if (asked === "line" || asked === "piece") return gesture.line.length > 1;
  return asked === "area" && gesture.line.length > 2;
}

/**
 * @param {Gesture} gesture complete
 * @param {{keep?: string | null, division?: string, name?: string}} [more]
 * @returns {any} the operation's document
 */
export function operationOf({ tool, chosen, other, line, isCut, take }, { keep = null, division = "", name = "" } = {}) {
  switch (tool) {
    case "split":
      return splitGrid(chosen[0], line);
    case "reshape":
      return reshapeGrid(chosen[0], line);
    case "merge":
      return mergeGrids(chosen, keep);
    case "transfer":
      if (isCut) return transferCut(chosen[0], /** @type {string} */ (other), line, take);
      return transferArea(chosen[0], /** @type {string} */ (other), line);
    case "draw":
      return drawGrid(division, name, line);
    default:
      throw new RangeError(`${tool} makes no operation`);
  }
}
