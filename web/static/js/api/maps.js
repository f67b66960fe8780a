// @ts-check
// What the map asks the server for.
import { joinedFigures } from "../core/parts.js";
import { getJson } from "./client.js";

/**
 * @typedef {object} Choice which events
 * @property {string | null} from first day
 * @property {string | null} to last day
 * @property {string | null} category
 */

/**
 * A request that replaces the one before it: an answer that came too late is never shown.
 * @template T
 * @param {(signal: AbortSignal, ...rest: any[]) => Promise<T>} ask
 * @returns {(...rest: any[]) => Promise<T | null>} null where a newer request took over
 */
export function latest(ask) {
  let current = new AbortController();
  return async (...rest) => {
    current.abort();
    const own = new AbortController();
    current = own;
    try {
      const answer = await ask(own.signal, ...rest);
      return own.signal.aborted ? null : answer;
    } catch (error) {
      if (own.signal.aborted) return null;
      throw error;
    }
  };
}

/** @param {string} url versioned address of the boundaries */
export const loadTopology = (url) => getJson(url);

/**
 * @param {AbortSignal} signal
 * @param {Choice} choice
 */
export const loadFigures = (signal, choice) =>
  getJson("/api/v1/statistics/grids", { query: { ...choice }, signal });

/**
 * Figures of a deployment that is shown by parts: of its tracts, and of the part's grids.
 * @param {AbortSignal} signal
 * @param {Choice} choice
 * @param {string | null} division the part; null for none
 */
export async function loadFiguresByParts(signal, choice, division) {
  const [tracts, grids] = await Promise.all([
    getJson("/api/v1/statistics/tracts", { query: { ...choice }, signal }),
    division === null ? null : getJson("/api/v1/statistics/grids", { query: { ...choice, division }, signal }),
  ]);
  return joinedFigures(tracts, grids);
}

/**
 * @param {AbortSignal} signal
 * @param {string} q
 */
export const search = (signal, q) => getJson("/api/v1/search", { query: { q, limit: 8 }, signal });

/**
 * @param {AbortSignal} signal
 * @param {number} generation
 * @param {string} division
 */
export const loadPart = (signal, generation, division) =>
  getJson(`/tiles/grids/${generation}.topojson`, { query: { form: "packed", division }, signal });

/**
 * @param {AbortSignal} signal
 * @param {string} code of a division or a grid
 * @returns {Promise<string[]>} codes of the divisions that it lies in, from the root down
 */
export async function loadPath(signal, code) {
  const division = code.length > 12 ? (await getJson(`/api/v1/grids/${code}`, { signal })).properties.division : code;
  return (await getJson(`/api/v1/divisions/${division}`, { signal })).properties.path;
}

/**
 * @param {AbortSignal} signal
 * @param {string | null} category
 */
export const loadTimeline = (signal, category) =>
  getJson("/api/v1/statistics/timeline", { query: { category }, signal });

/**
 * @param {AbortSignal} signal
 * @param {Choice} choice
 * @param {number} cell_m
 * @param {string | null} [division] only its events
 */
export const loadHeat = (signal, choice, cell_m, division = null) =>
  getJson("/api/v1/heat", { query: { ...choice, cell_m, division }, signal });

/**
 * @typedef {object} PlaybackChoice
 * @property {string} from first day
 * @property {string} to last day
 * @property {string | null} [step] hour, day, week or month; the server chooses without it
 * @property {number | null} [hours] only the last so many
 * @property {string | null} [category]
 * @property {string | null} [division]
 * @property {number | null} [cell_m] without it there is no heat
 */

/**
 * @param {AbortSignal} signal
 * @param {PlaybackChoice} choice
 */
export const loadPlayback = (signal, choice) =>
  getJson("/api/v1/playback", { query: { ...choice }, signal });

/**
 * @param {number} generation
 * @param {string | null} [division] the part; null for everything
 */
export const loadBoundaries = (generation, division = null) =>
  getJson(`/tiles/grids/${generation}.topojson`, { query: { form: "packed", division } });

/**
 * @param {AbortSignal} signal
 * @param {string} code
 */
export const loadGrid = (signal, code) => getJson(`/api/v1/grids/${code}`, { signal });
