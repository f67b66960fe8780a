// @ts-check
// When to ask the server again: soon after it said that something changed, never too often, later
// and later while it does not answer, and now and then in any case.

/** Two requests for the same thing lie so far apart, however much happens. */
export const APART_MS = 3000;
/** The same for what covers the whole map and is long. */
export const FAR_APART_MS = 15_000;
/** What has happened is shown first; its figures wait so long, for whatever else happens with it. */
export const SETTLE_MS = 1200;
/** Without any message it is asked again after this. */
export const POLL_MS = 60_000;
const FIRST_RETRY_MS = 2000;
const LAST_RETRY_MS = 30_000;

/**
 * @typedef {object} Asked
 * @property {number | null} started when it was asked last, ms; null for never
 * @property {number} failures in a row
 * @property {number | null} poked when something changed for the first time since, ms
 */

/**
 * @param {Asked} asked
 * @param {number} now ms
 * @param {number} [apart] ms between two requests
 * @returns {number} ms to wait before it is asked again
 */
export function waitFor({ started, failures, poked }, now, apart = APART_MS) {
  if (started === null) return 0;
  const retry = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
  const gap = failures > 0 ? retry : poked === null ? POLL_MS : apart;
  const settled = failures > 0 || poked === null ? 0 : poked + SETTLE_MS;
  return Math.max(0, started + gap - now, settled - now);
}
