// @ts-check
// Drafts of boundary changes: what the page /edit asks the server for.
import { getJson, sendJson } from "./client.js";

const CHANGESETS = "/api/v1/changesets";

/**
 * @typedef {object} Changeset
 * @property {number} id
 * @property {string} etag with its quotes
 * @property {string} title
 * @property {string} reason
 * @property {"draft" | "submitted" | "approved" | "published" | "rejected" | "withdrawn"} state
 * @property {string} author
 * @property {number} version
 * @property {string | null} effective_from
 * @property {string} updated_at
 * @property {string | null} scheduled_at when it was decided that it be published on `effective_from`
 * @property {string | null} scheduled_by
 * @property {{at: string, detail: string, detail_zh: string} | null} schedule_refusal why it was not
 * @property {number} operations that hold
 * @property {number} undone that can be redone
 * @property {number} grids changed
 * @property {number} comments that are open
 * @property {"edit" | "import" | "rollback"} kind
 * @property {string[]} scope codes of townships
 * @property {number | null} published_generation
 * @property {{reviewer: string, verdict: "approve" | "reject", comment: string, created_at: string}[]} [reviews]
 * @property {string[]} [missing_approvals] divisions whose reviewers have not approved yet
 */

/** @param {number} id */
const pathOf = (id) => `${CHANGESETS}/${id}`;

/** @returns {Promise<Changeset[]>} */
export const listChangesets = async () => (await getJson(CHANGESETS, { query: { limit: 200 } })).items;

/**
 * @param {{title: string, reason: string, effective_from: string | null, scope: string[]}} draft
 * @returns {Promise<Changeset>}
 */
export const openChangeset = (draft) => sendJson("POST", CHANGESETS, draft);

/**
 * @param {Changeset} changeset
 * @param {{title?: string, reason?: string, effective_from?: string | null, scope?: string[]}} change
 * @returns {Promise<Changeset>}
 */
export const describeChangeset = (changeset, change) =>
  sendJson("PATCH", pathOf(changeset.id), change, { match: changeset.etag });

/** @param {number} id @returns {Promise<any>} with its verdicts */
export const readChangeset = (id) => getJson(pathOf(id));

/** @param {number} id @returns {Promise<import("../edit/working.js").ShownGrid[]>} */
export async function readDraftGrids(id) {
  const { features } = await getJson(`${pathOf(id)}/grids`);
  return features.map(shownGrid);
}

/** @param {any} feature @returns {import("../edit/working.js").ShownGrid} */
const shownGrid = ({ geometry, properties }) => ({ ...properties, geometry });

/** @param {any} outcome of an operation; that of a publication counts grids, and names none */
const withGrids = (outcome) => (Array.isArray(outcome.changed) ? { ...outcome, changed: outcome.changed.map(shownGrid) } : outcome);

/**
 * @param {Changeset} changeset
 * @param {any} operation
 * @param {{signal?: AbortSignal, isTrial?: boolean}} [options] a trial changes nothing
 */
export async function operate(changeset, operation, { signal, isTrial = false } = {}) {
  const path = `${pathOf(changeset.id)}/ops${isTrial ? "?dry_run=true" : ""}`;
  return withGrids(await sendJson("POST", path, operation, { match: changeset.etag, signal }));
}

/**
 * @param {Changeset} changeset
 * @param {"undo" | "redo" | "rebase" | "submit" | "approve" | "reject" | "withdraw" | "publish" | "schedule" | "unschedule"} step
 * @param {any} [body]
 */
export const takeStep = async (changeset, step, body) =>
  withGrids(await sendJson("POST", `${pathOf(changeset.id)}/${step}`, body, { match: changeset.etag }));

/** @param {number} id @returns {Promise<any[]>} oldest first */
export const readLog = async (id) => (await getJson(`${pathOf(id)}/ops`)).items;

/** @param {number} id */
export const readPreview = (id) => getJson(`${pathOf(id)}/preview`);

/** @param {number} id */
export const readValidation = (id) => getJson(`${pathOf(id)}/validation`);

/**
 * @param {number[]} box west, south, east, north; degrees
 * @returns {Promise<any[]>} features of published grids, exact
 */
export async function listGridsIn(box) {
  const bbox = box.map((value) => value.toFixed(7)).join();
  return (await getJson("/api/v1/grids", { query: { bbox, limit: 2000 } })).features;
}
