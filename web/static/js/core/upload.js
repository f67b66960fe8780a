// @ts-check
// What an upload is at, as far as it follows from what the server said.

/** @typedef {import("../api/uploads.js").Upload} Upload */

/** Beyond this a file does not lie where the stored borders are, metres. */
const FAR_M = 20;
/** How a change of grids is counted, in this order. */
export const COUNTED = /** @type {const} */ (["modified", "split", "merged", "new", "retired"]);
export const STILL = /** @type {const} */ (["unchanged", "node_only", "untold"]);

/**
 * @param {Upload} upload
 * @returns {string | null} the system to look at first: what the file says if it fits, else the best
 */
export function firstCandidate({ crs, crs_said, crs_candidates }) {
  if (crs) return crs;
  const said = crs_candidates.find((one) => one.crs === crs_said);
  const isNear = said && (said.border_m === null || said.border_m < FAR_M);
  return isNear ? said.crs : crs_candidates[0]?.crs ?? null;
}

/** @param {Upload} upload @returns {boolean} whether a changeset can be made of it */
export function canApply({ state, changes, faults }) {
  return state === "confirmed" && faults.length === 0 && changes.some(({ is_ready }) => is_ready);
}

/**
 * @param {Upload} upload
 * @param {string} id of a repair
 * @param {boolean} isAccepted from now on
 * @returns {string[]} all that are accepted then
 */
export function accepting({ repairs }, id, isAccepted) {
  return repairs.filter((one) => (one.id === id ? isAccepted : one.is_accepted)).map((one) => one.id);
}

/**
 * @param {any[]} geometries GeoJSON
 * @returns {[number, number, number, number] | null} west, south, east, north
 */
export function boxOf(geometries) {
  let box = /** @type {[number, number, number, number] | null} */ (null);
  const visit = (/** @type {any} */ part) => {
    if (typeof part[0] !== "number") return part.forEach(visit);
    const [x, y] = part;
    box = box ? [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)] : [x, y, x, y];
    return undefined;
  };
  for (const geometry of geometries) for (const one of geometry.geometries ?? [geometry]) visit(one.coordinates);
  return box;
}
