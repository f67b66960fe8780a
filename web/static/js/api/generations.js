// @ts-check
// Boundaries as they were published, one generation after the other, and the way back.
import { getJson, sendJson } from "./client.js";

/**
 * @typedef {object} Generation
 * @property {number} generation
 * @property {number | null} parent
 * @property {"import" | "publish" | "rollback"} kind
 * @property {string} effective_from
 * @property {string} published_at
 * @property {string | null} published_by
 * @property {string | null} note
 * @property {number | null} changeset_id
 */

const GENERATIONS = "/api/v1/generations";

/** @param {number | null} [before] @returns {Promise<Generation[]>} newest first */
export const listGenerations = async (before = null) =>
  (await getJson(GENERATIONS, { query: { before, limit: 100 } })).generations;

/** @param {number} number @returns {Promise<Generation>} */
export const readGeneration = (number) => getJson(`${GENERATIONS}/${number}`);

/** @param {number} number @param {number} against @param {boolean} geometry @returns {Promise<any[]>} */
export const readDifferences = async (number, against, geometry) =>
  (await getJson(`${GENERATIONS}/${number}/diff`, { query: { against, geometry: String(geometry) } })).features;

/** @param {number} number @returns {Promise<any[]>} */
export const readCrosswalk = async (number) => (await getJson(`${GENERATIONS}/${number}/crosswalk`)).rows;

/** @param {number} number */
export const crosswalkFile = (number) => `${GENERATIONS}/${number}/crosswalk?format=csv`;

/** @param {string} code @returns {Promise<any[]>} features, oldest first */
export const readVersions = async (code) => (await getJson(`/api/v1/grids/${code}/history`)).features;

/** @param {string} code @returns {Promise<any[]>} */
export const readLineage = async (code) => (await getJson(`/api/v1/grids/${code}/lineage`)).lineage;

/**
 * @param {number} number
 * @param {{county: string, only: boolean}} asked
 * @returns {Promise<{changeset_id: number}>}
 */
export const draftRollback = (number, asked) => sendJson("POST", `${GENERATIONS}/${number}/rollback`, asked);
