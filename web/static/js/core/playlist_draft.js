// @ts-check
// A playlist while somebody works on it: every change makes new stops, so that each can be undone.

/** @typedef {import("./screen_tour.js").Stop} Stop */

/** What the server takes; seconds. */
export const SHORTEST_S = 5;
export const LONGEST_S = 600;
export const MOST_STOPS = 200;
const FIRST = { mode: "colour", heat: false, seconds: 15 };

/**
 * @typedef {object} Draft
 * @property {any[][]} past stops before each change, the last one at the end
 * @property {any[]} stops
 * @property {any[][]} future what was undone, the next one at the end
 */

/**
 * @param {any[]} stops as they are stored
 * @returns {Draft}
 */
export const draftOf = (stops) => ({ past: [], stops, future: [] });

/**
 * @param {Draft} draft
 * @param {any[]} stops
 * @returns {Draft}
 */
export function edit({ past, stops: before }, stops) {
  return { past: [...past, before], stops, future: [] };
}

/**
 * @param {Draft} draft
 * @returns {Draft} the same where there is nothing to undo
 */
export function undo(draft) {
  const before = draft.past.at(-1);
  if (!before) return draft;
  return { past: draft.past.slice(0, -1), stops: before, future: [...draft.future, draft.stops] };
}

/**
 * @param {Draft} draft
 * @returns {Draft}
 */
export function redo(draft) {
  const after = draft.future.at(-1);
  if (!after) return draft;
  return { past: [...draft.past, draft.stops], stops: after, future: draft.future.slice(0, -1) };
}

/**
 * New stops at the end; they look as the last one does.
 * @param {any[]} stops
 * @param {{code: string, name: string}[]} divisions
 * @returns {any[]} not more than a playlist may have
 */
export function added(stops, divisions) {
  const { mode, heat, seconds } = stops.at(-1) ?? FIRST;
  const more = divisions.map(({ code, name }) => ({ division: code, division_name: name, mode, heat, seconds }));
  return [...stops, ...more].slice(0, MOST_STOPS);
}

/**
 * @param {any[]} stops
 * @param {number} at
 * @param {number} step -1 up, 1 down
 * @returns {any[]} the same stops where there is no room
 */
export function moved(stops, at, step) {
  const to = at + step;
  if (to < 0 || to >= stops.length) return stops;
  const result = [...stops];
  [result[at], result[to]] = [result[to], result[at]];
  return result;
}

/**
 * @param {any[]} stops
 * @param {number} at
 * @param {Partial<Stop>} change
 */
export const changed = (stops, at, change) => stops.map((stop, n) => (n === at ? { ...stop, ...change } : stop));

/**
 * @param {any[]} stops
 * @param {number} at
 */
export const removed = (stops, at) => stops.filter((_, n) => n !== at);

/**
 * @param {any[]} one
 * @param {any[]} other
 * @returns {boolean} whether they are the same to a screen
 */
export function isSame(one, other) {
  const told = (/** @type {any[]} */ stops) => JSON.stringify(stops.map((s) => [s.division, s.mode, s.heat, s.seconds]));
  return told(one) === told(other);
}

/**
 * @param {any[]} stops
 * @returns {number} seconds that one round takes
 */
export const roundOf = (stops) => stops.reduce((sum, stop) => sum + stop.seconds, 0);

/**
 * @param {number} seconds
 * @returns {number} what a stop can last, next to what was typed
 */
export const sane = (seconds) => Math.min(LONGEST_S, Math.max(SHORTEST_S, Math.round(seconds) || FIRST.seconds));
