// @ts-check
// What the map of the wall screen asks the server for by itself.
import { getJson } from "./client.js";
import { loadGrid } from "./maps.js";

/**
 * @typedef {object} StageApi
 * @property {(signal: AbortSignal, code: string) => Promise<any>} loadGrid record of a grid
 * @property {((signal: AbortSignal, code: string) => Promise<any>) | null} loadOpenEvents null where
 *   the caller may not see single events
 */

/**
 * @param {AbortSignal} signal
 * @param {string} grid code
 */
export const loadOpenEvents = (signal, grid) =>
  getJson("/api/v1/events", { query: { grid, open: "true", limit: 20 }, signal });

/**
 * @param {boolean} seesEvents whether the caller may see single events
 * @returns {StageApi}
 */
export const stageApi = (seesEvents) => ({ loadGrid, loadOpenEvents: seesEvents ? loadOpenEvents : null });
