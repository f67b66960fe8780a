// @ts-check
// Playlists of wall screens: read by screens, kept by the page /admin.
import { getJson, sendJson } from "./client.js";

/**
 * @typedef {object} Stop
 * @property {string} division code
 * @property {string | null} [division_name] null where there is none any more
 * @property {string} mode what the grids are coloured by
 * @property {boolean} heat
 * @property {number} seconds
 */
/** @typedef {{division: string, division_name: string, name: string, stops: Stop[], changed_at: string, etag: string}} Playlist */

const PLAYLISTS = "/api/v1/playlists";

/** @returns {Promise<Playlist[]>} all that one sees */
export const listPlaylists = async () => (await getJson(PLAYLISTS)).items;

/**
 * @param {AbortSignal | undefined} signal
 * @param {string} division code
 * @param {string} name
 * @returns {Promise<{found: Playlist | null}>}
 */
export async function findPlaylist(signal, division, name) {
  const { items } = await getJson(PLAYLISTS, { query: { division, name }, signal });
  return { found: items[0] ?? null };
}

/**
 * @param {string} division
 * @param {string} name
 * @param {Stop[]} stops
 * @param {string | null} etag of the version that was seen; null for a new one
 * @returns {Promise<Playlist>}
 */
export function putPlaylist(division, name, stops, etag) {
  const sent = stops.map((stop) => ({ division: stop.division, mode: stop.mode, heat: stop.heat, seconds: stop.seconds }));
  return sendJson("PUT", pathOf(division, name), { stops: sent }, etag ? { match: etag } : {});
}

/** @param {Playlist} playlist */
export const removePlaylist = ({ division, name, etag }) => sendJson("DELETE", pathOf(division, name), undefined, { match: etag });

/**
 * @param {string} division
 * @param {string} name
 */
const pathOf = (division, name) => `${PLAYLISTS}/${division}/${encodeURIComponent(name)}`;
