// @ts-check
// What the wall screen asks the server for, besides what the map page asks too.
import { getJson } from "./client.js";

/** @typedef {{from: string | null, to: string | null}} Days first and last day of being reported */

/**
 * A board; where there is but one division below (a province of one prefecture), what lies below
 * that one is ranked.
 * @param {AbortSignal} signal
 * @param {string} division
 * @param {Days} days
 * @returns {Promise<any>}
 */
export async function loadBoard(signal, division, days) {
  const ask = (/** @type {string} */ code) => getJson(`/api/v1/divisions/${code}/board`, { query: { ...days }, signal });
  const board = await ask(division);
  const lowest = board.levels.at(-1).slug;
  let { children } = board;
  while (children.length === 1 && children[0].level !== lowest) ({ children } = await ask(children[0].code));
  return { ...board, children };
}

/** So many things on the ground are asked for; a district's cameras are about 2,700. */
const MOST = 5000;

/**
 * @param {AbortSignal} signal
 * @param {string} division
 */
export const loadAssets = (signal, division) => getJson("/api/v1/assets", { query: { division, limit: MOST }, signal });

/**
 * @param {string} division
 * @returns {Promise<boolean>} whether there is any
 */
export async function hasAssets(division) {
  const { features } = await getJson("/api/v1/assets", { query: { division, limit: 1 } });
  return features.length > 0;
}
