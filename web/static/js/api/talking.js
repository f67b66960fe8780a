// @ts-check
// What is said about a draft, and who works on it.
import { getJson, sendJson } from "./client.js";

/**
 * @typedef {object} Remark
 * @property {number} comment_id
 * @property {string} author
 * @property {string} body
 * @property {number | null} lon
 * @property {number | null} lat
 * @property {string} created_at
 * @property {string | null} resolved_at
 */
/** @typedef {{changeset_id: number, actor: string, grids: string[], seen_at: string}} Presence */

/** @param {number} id @param {string} part */
const pathOf = (id, part) => `/api/v1/changesets/${id}/${part}`;

/** @param {number} id of a draft @returns {Promise<Remark[]>} oldest first */
export const listRemarks = async (id) => (await getJson(pathOf(id, "comments"))).items;

/** @param {number} id @param {{body: string, lon?: number, lat?: number}} remark @returns {Promise<Remark>} */
export const addRemark = (id, remark) => sendJson("POST", pathOf(id, "comments"), remark);

/** @param {number} id @param {number} no @param {boolean} is_resolved @returns {Promise<Remark>} */
export const resolveRemark = (id, no, is_resolved) => sendJson("PATCH", pathOf(id, `comments/${no}`), { is_resolved });

/** @param {number} id @param {string[]} grids on which one works @returns {Promise<Presence[]>} */
export const tellPresence = async (id, grids) => (await sendJson("POST", pathOf(id, "presence"), { grids })).items;

/** One has left; also said while the page closes. @param {number} id */
export const endPresence = (id) => sendJson("DELETE", pathOf(id, "presence"), undefined, { isLast: true });
