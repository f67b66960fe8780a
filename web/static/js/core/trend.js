// @ts-check
// A trend that can be read from afar: days while they are few, weeks or months otherwise.
import { addDays } from "./period.js";

/** Points that a curve on a wall may have. */
const MOST_POINTS = 62;

/**
 * @typedef {object} TrendShown
 * @property {string[]} days first day of each point
 * @property {string} last day of the whole
 * @property {number[]} reported
 * @property {number[]} closed
 */

/**
 * @param {{first_day: string | null, reported: number[], closed: number[]}} trend by day
 * @param {number | null} recent only so many last days; null for all of them
 * @returns {TrendShown}
 */
export function trendOf({ first_day, reported, closed }, recent) {
  const count = reported.length;
  if (first_day === null || count === 0) return { days: [], last: "", reported: [], closed: [] };
  const skip = recent === null ? 0 : Math.max(0, count - recent);
  const days = Array.from({ length: count - skip }, (_, n) => addDays(first_day, skip + n));
  /** @type {TrendShown} */
  const shown = { days: [], last: days[days.length - 1], reported: [], closed: [] };
  const bucket = bucketsOf(days);
  days.forEach((day, n) => {
    if (n === 0 || bucket(n) !== bucket(n - 1)) {
      shown.days.push(day);
      shown.reported.push(0);
      shown.closed.push(0);
    }
    shown.reported[shown.reported.length - 1] += reported[skip + n];
    shown.closed[shown.closed.length - 1] += closed[skip + n];
  });
  return shown;
}

/**
 * @param {string[]} days
 * @returns {(n: number) => number | string} which point the n-th day belongs to; weeks end with the
 *   last day, so that the newest one is whole
 */
function bucketsOf(days) {
  if (days.length <= MOST_POINTS) return (n) => n;
  if (days.length <= MOST_POINTS * 7) return (n) => Math.floor((days.length - 1 - n) / 7);
  return (n) => days[n].slice(0, 7);
}
