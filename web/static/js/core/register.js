// @ts-check
// The server's record of a grid, in the words of the register (一览表).

/**
 * @typedef {object} RegisterRow
 * @property {string[]} heads
 * @property {number} full_time
 * @property {number} part_time
 * @property {string} bounds
 * @property {number} generation
 */

/**
 * @param {any} feature answer of `/api/v1/grids/{code}`
 * @returns {RegisterRow}
 */
export function readRegister(feature) {
  const known = feature.properties;
  const count = (/** @type {string} */ role) => known.workers[role]?.length ?? 0;
  return {
    heads: known.heads.map((/** @type {{name: string}} */ worker) => worker.name),
    full_time: count("full_time_member"),
    part_time: count("part_time_member"),
    bounds: known.bounds_text,
    generation: known.generation,
  };
}
