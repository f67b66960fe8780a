// @ts-check
// What the map asks the server for.
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
 * @param {AbortSignal} signal
 * @param {string | null} category
 */
export const loadTimeline = (signal, category) =>
  getJson("/api/v1/statistics/timeline", { query: { category }, signal });

/**
 * @param {AbortSignal} signal
 * @param {Choice} choice
 * @param {number} cell_m
 */
export const loadHeat = (signal, choice, cell_m) =>
  getJson("/api/v1/heat", { query: { ...choice, cell_m }, signal });

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

/** @param {number} generation */
export const loadBoundaries = (generation) => getJson(`/tiles/grids/${generation}.topojson`, { query: { form: "packed" } });

/**
 * @param {AbortSignal} signal
 * @param {string} code
 */
export const loadGrid = (signal, code) => getJson(`/api/v1/grids/${code}`, { signal });
