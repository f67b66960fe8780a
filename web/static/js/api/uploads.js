// @ts-check
// Files of boundaries on their way into a changeset.
import { getJson, sendFile, sendJson } from "./client.js";

const UPLOADS = "/api/v1/boundary-uploads";

/**
 * @typedef {object} Repair
 * @property {string} id
 * @property {"gap" | "overlap" | "beyond" | "edge"} kind
 * @property {string} detail
 * @property {string} detail_zh
 * @property {boolean} is_accepted
 * @property {any} geometry GeoJSON
 */

/**
 * @typedef {object} Upload
 * @property {number} id
 * @property {string} filename
 * @property {"read" | "confirmed" | "applied"} state
 * @property {string} format
 * @property {string} encoding
 * @property {number} features
 * @property {string | null} crs that is confirmed
 * @property {string | null} crs_said by the file
 * @property {{crs: string, title: string, share_inside: number, border_m: number | null}[]} crs_candidates best first
 * @property {number | null} snap_m
 * @property {{vertices: number, features: number, farthest_m: number} | null} snapped
 * @property {{zh: string, en: string}[]} notes
 * @property {{row: number, value: string, detail: string, detail_zh: string}[]} refused
 * @property {number} outside
 * @property {number[]} homeless
 * @property {Repair[]} repairs
 * @property {Record<string, number> | null} summary
 * @property {{kind: string, before: string[], after: string[], name: string, rows: number[], is_ready: boolean}[]} changes
 * @property {any[]} faults
 */

/**
 * @param {File} file
 * @param {string | null} layer where it has several
 * @param {(share: number) => void} told how much has been sent, from 0 to 1
 * @returns {Promise<Upload>}
 */
export const sendUpload = (file, layer, told) => sendFile(UPLOADS, file, { filename: file.name, layer }, told);

/**
 * @param {number} id
 * @param {string | null} crs as the file would lie in this system; null for what it changes
 * @returns {Promise<any[]>} GeoJSON features
 */
export const readShapes = async (id, crs) => (await getJson(`${UPLOADS}/${id}/features`, { query: { crs } })).features;

/**
 * @param {number} id
 * @param {{crs?: string, snap_m?: number, accept?: string[]}} confirmed
 * @returns {Promise<Upload>}
 */
export const confirmUpload = (id, confirmed) => sendJson("POST", `${UPLOADS}/${id}/confirm`, confirmed);

/** @param {number} id @returns {Promise<import("./changesets.js").Changeset>} */
export const applyUpload = (id) => sendJson("POST", `${UPLOADS}/${id}/apply`, {});
