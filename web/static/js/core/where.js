// @ts-check
// What follows from a position that a device has told: the question, the answer, the refusals.
import { worldX, worldY, metresPerPixel, REFERENCE_ZOOM } from "./mercator.js";

/**
 * @typedef {object} Fix what a device says of its place; WGS 84, which is CGCS2000 to the decimetre
 * @property {number} lon degrees
 * @property {number} lat
 * @property {number} accuracy_m radius in which the device probably is
 */
/**
 * @typedef {object} Whereabouts
 * @property {{code: string, name: string}} grid the responsible one
 * @property {{code: string, name: string} | null} under the basic grid below an exclusive one
 * @property {{code: string, name: string, distance_m: number}[]} near others that may be meant
 */

/** Whoever stands this near to a border should be told, however good the device claims to be. */
const LEAST_M = 15;
/** The server measures no further. */
const MOST_M = 1000;
/** Grids of a town are about this wide: a fix that is worse does not say which one. */
export const COARSE_M = 100;

/**
 * @param {Fix} fix
 * @returns {Record<string, string | number>} query of `/api/v1/locate`
 */
export function questionOf({ lon, lat, accuracy_m }) {
  const metres = Math.min(MOST_M, Math.max(LEAST_M, Math.ceil(accuracy_m)));
  return { lon: lon.toFixed(7), lat: lat.toFixed(7), crs: "EPSG:4490", accuracy_m: metres };
}

/**
 * @param {any} answer of `/api/v1/locate`
 * @returns {Whereabouts}
 */
export function readWhereabouts({ responsible, basic, near }) {
  const own = [responsible.code, basic?.code];
  return {
    grid: responsible,
    under: basic && basic.code !== responsible.code ? basic : null,
    near: near.filter((/** @type {{code: string}} */ grid) => !own.includes(grid.code)),
  };
}

/** By the number that the browser gives. */
const TROUBLES = ["", "denied", "unavailable", "timeout"];

/**
 * @param {number} code of a GeolocationPositionError
 * @param {boolean} isSecure whether the page came by HTTPS or from this machine
 * @returns {string} message of the family `where`
 */
export function troubleOf(code, isSecure) {
  if (!isSecure) return "insecure";
  return TROUBLES[code] || "unavailable";
}

/**
 * @param {Fix} fix
 * @param {{x: number, y: number}} origin of the local plane
 * @returns {import("./topology.js").Box} what lies within its accuracy, on the local plane
 */
export function boxOfFix({ lon, lat, accuracy_m }, origin) {
  const reach = Math.min(accuracy_m, 5 * MOST_M) / metresPerPixel(lat, REFERENCE_ZOOM);
  const [x, y] = [worldX(lon) - origin.x, worldY(lat) - origin.y];
  return { x0: x - reach, y0: y - reach, x1: x + reach, y1: y + reach };
}

/**
 * @param {import("./topology.js").Box} a
 * @param {import("./topology.js").Box} b
 * @returns {import("./topology.js").Box}
 */
export function union(a, b) {
  return { x0: Math.min(a.x0, b.x0), y0: Math.min(a.y0, b.y0), x1: Math.max(a.x1, b.x1), y1: Math.max(a.y1, b.y1) };
}

/**
 * @typedef {object} OpenEvent
 * @property {string} event_no
 * @property {string} title
 * @property {boolean} is_overdue
 * @property {string | null} due_day
 * @property {string} reported_day
 */

/**
 * @param {any} answer of `/api/v1/events?open=true`
 * @returns {{events: OpenEvent[], overdue: number, isAll: boolean}} overdue ones first, then what is
 *   due first
 */
export function readOpen({ features, links }) {
  const events = features.map((/** @type {any} */ { properties: event }) => ({
    event_no: String(event.event_no),
    title: String(event.title),
    is_overdue: Boolean(event.is_overdue),
    due_day: event.due_at ? String(event.due_at).slice(0, 10) : null,
    reported_day: String(event.reported_at).slice(0, 10),
  }));
  const key = (/** @type {OpenEvent} */ event) => `${event.is_overdue ? 0 : 1}${event.due_day ?? "9999"}`;
  events.sort((/** @type {OpenEvent} */ a, /** @type {OpenEvent} */ b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  const isAll = !(links ?? []).some((/** @type {any} */ link) => link.rel === "next");
  return { events, overdue: events.filter((/** @type {OpenEvent} */ event) => event.is_overdue).length, isAll };
}
