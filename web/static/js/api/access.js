// @ts-check
// Sessions, accounts, keys and grants: what the pages /login and /admin ask the server for.
import { getJson, keepProof, sendJson } from "./client.js";

/** @typedef {{role: string, division: string, division_name: string}} Grant */
/**
 * @typedef {object} Account
 * @property {string} login
 * @property {string} display_name
 * @property {boolean} is_disabled
 * @property {boolean} has_password
 * @property {string | null} oidc_subject
 * @property {string | null} locked_until
 * @property {string | null} last_login_at
 * @property {boolean} is_managed
 * @property {Grant[]} grants
 */
/**
 * @typedef {object} Key
 * @property {number} id
 * @property {"key" | "kiosk"} kind
 * @property {string} name
 * @property {string | null} expires_at
 * @property {string | null} last_used_at
 * @property {string | null} revoked_at
 * @property {boolean} is_managed
 * @property {Grant[]} grants
 */

const SESSION = "/api/v1/session";
const ACCOUNTS = "/api/v1/accounts";
const KEYS = "/api/v1/keys";

/** @param {any} session */
function kept(session) {
  keepProof(session.csrf_token);
  return session;
}

/** Who is logged in; to be asked before anything is changed. */
export const whoAmI = async () => kept(await getJson(SESSION));

/**
 * @param {string} login
 * @param {string} password
 */
export const logIn = async (login, password) => kept(await sendJson("POST", SESSION, { login, password }));

export const logOut = () => sendJson("DELETE", SESSION);

/** @param {{old: string, new: string}} passwords */
export const changePassword = async (passwords) => kept(await sendJson("POST", `${SESSION}/password`, passwords));

/** @returns {Promise<Account[]>} */
export const listAccounts = async () => (await getJson(ACCOUNTS)).items;

/** @param {any} account */
export const addAccount = (account) => sendJson("POST", ACCOUNTS, account);

/**
 * @param {string} login
 * @param {any} change
 */
export const changeAccount = (login, change) => sendJson("PATCH", accountPath(login), change);

/** @param {string} login */
export const resetPassword = (login) => sendJson("POST", `${accountPath(login)}/password`);

/**
 * @param {"PUT" | "DELETE"} method to give or to take
 * @param {string} login
 * @param {{role: string, division: string}} grant
 */
export const sendGrant = (method, login, { role, division }) =>
  sendJson(method, `${accountPath(login)}/grants/${role}/${division}`);

/**
 * @param {"key" | "kiosk"} kind
 * @returns {Promise<Key[]>}
 */
export const listKeys = async (kind) => (await getJson(KEYS, { query: { kind } })).items;

/** @param {any} key */
export const addKey = (key) => sendJson("POST", KEYS, key);

/** @param {number} id */
export const revokeKey = (id) => sendJson("DELETE", `${KEYS}/${id}`);

/**
 * @param {string} parent
 * @returns {Promise<{code: string, name: string}[]>} what lies right below a division
 */
export async function listChildren(parent) {
  const query = { parent, geometry: "false", limit: 10000 };
  const found = await getJson("/api/v1/divisions", { query });
  return found.features.map((/** @type {any} */ feature) => feature.properties);
}

/** @param {string} login */
const accountPath = (login) => `${ACCOUNTS}/${encodeURIComponent(login)}`;
