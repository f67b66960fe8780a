// @ts-check
// Divisions side by side: the order of a ranking, and which of its rows are shown when not all fit.

export const MEASURES = /** @type {const} */ (["closing_rate", "total", "overdue"]);

/**
 * @typedef {object} Ranked
 * @property {string} code
 * @property {string} name
 * @property {number} total
 * @property {number} open
 * @property {number} overdue
 * @property {number} closed
 * @property {{numerator: number, denominator: number, value: number | null}} closing_rate
 */

/**
 * @param {Ranked[]} rows
 * @param {string} measure one of MEASURES
 * @returns {Ranked[]} highest first; without events last; equal ones in the order of their codes
 */
export function ranked(rows, measure) {
  const value = (/** @type {Ranked} */ row) => {
    if (measure === "overdue") return row.overdue;
    if (measure === "total") return row.total;
    return row.closing_rate.denominator ? row.closing_rate.numerator / row.closing_rate.denominator : -1;
  };
  return [...rows].sort((a, b) => value(b) - value(a) || (a.code < b.code ? -1 : 1));
}

/**
 * @param {number} count rows
 * @param {number} room rows that fit
 * @returns {number} pages; at least one
 */
export const pagesOf = (count, room) => Math.max(1, Math.ceil(count / Math.max(1, room)));

/**
 * Whole pages: the last one is filled up from the one before, so that no wall stands half empty.
 * @param {number} count
 * @param {number} room
 * @param {number} page counts up for ever
 * @returns {{first: number, last: number}} rows first … last - 1
 */
export function pageAt(count, room, page) {
  const fits = Math.max(1, room);
  const first = Math.max(0, Math.min((page % pagesOf(count, fits)) * fits, count - fits));
  return { first, last: Math.min(count, first + fits) };
}
