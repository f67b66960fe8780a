// @ts-check
// The tour's clock, without a clock of its own: it is told the time, and says where to be.

/** @typedef {import("./topology.js").Terrain} Terrain */

/** The tour rests so long after somebody touched the screen. */
export const PAUSE_MS = 60_000;
/** An alert holds the screen so long. */
export const ALERT_MS = 8_000;

/**
 * @typedef {object} Stop
 * @property {string} division code
 * @property {string} [mode] what the grids are coloured by there; as they are where it is left out
 * @property {boolean} [heat]
 * @property {number} [seconds] how long the screen stays; the tour's interval where it is left out
 */

/**
 * @typedef {object} TourClock
 * @property {Stop[]} stops
 * @property {number} at place in `stops`
 * @property {number} since when this stop began, ms
 * @property {number} interval ms
 * @property {number} pausedUntil ms; 0 where nobody touched the screen
 * @property {number} alertUntil ms; 0 where there is no alert
 */

/**
 * @param {Terrain} terrain
 * @param {Stop[]} playlist empty for the root and the first level that parts it
 * @param {boolean} [reachesAll] whether divisions that the terrain does not know are found elsewhere
 * @returns {Stop[]} those that there are
 */
export function stopsOf(terrain, playlist, reachesAll = false) {
  const { divisions, root } = terrain;
  const known = playlist.filter((stop) => reachesAll || divisions.has(stop.division));
  if (known.length > 0 || !root) return known;
  let parted = root;
  while (parted.children.length === 1) parted = parted.children[0];
  const inhabited = parted.children.filter((child) => child.grids.length > 0);
  return [root, ...inhabited].map(({ code }) => ({ division: code }));
}

/**
 * @param {Stop[]} stops
 * @param {number} interval ms
 * @param {number} now ms
 * @param {string | null} [current] code of what is shown
 * @returns {TourClock}
 */
export function startTour(stops, interval, now, current = null) {
  const at = Math.max(0, placeOf(stops, current));
  return { stops, at, since: now, interval, pausedUntil: 0, alertUntil: 0 };
}

/**
 * Other stops under a tour that runs, rests or yields to an alert: as soon as it goes on, it goes
 * to the one where the screen is, or to the first.
 * @param {TourClock} tour
 * @param {Stop[]} stops
 * @param {string | null} current code of what is shown
 * @returns {TourClock}
 */
export function follow(tour, stops, current) {
  return { ...tour, stops, at: Math.max(0, placeOf(stops, current)) - 1, since: -Infinity };
}

/**
 * @param {Stop[]} stops
 * @param {string | null} code
 */
const placeOf = (stops, code) => stops.findIndex((stop) => stop.division === code);

/** @param {TourClock} tour */
const lengthOf = ({ stops, at, interval }) => (stops[at]?.seconds ?? interval / 1000) * 1000;

/**
 * @param {TourClock} tour
 * @param {number} now
 * @returns {TourClock} somebody touched the screen
 */
export const touched = (tour, now) => ({ ...tour, pausedUntil: now + PAUSE_MS, alertUntil: 0 });

/**
 * @param {TourClock} tour
 * @param {number} now
 * @returns {TourClock} something urgent has happened
 */
export const alerted = (tour, now) => ({ ...tour, alertUntil: now + ALERT_MS });

/**
 * @typedef {object} Tick
 * @property {TourClock} tour
 * @property {"alert" | "paused" | "hidden" | "running"} phase
 * @property {Stop | null} go where to go now, or null to stay
 * @property {boolean} alertEnded
 * @property {number} share of this phase that is over, 0 to 1
 */

/**
 * @param {TourClock} tour
 * @param {number} now
 * @param {boolean} hidden whether nobody can see the page
 * @returns {Tick}
 */
export function tick(tour, now, hidden) {
  const { stops, pausedUntil, alertUntil } = tour;
  const interval = lengthOf(tour);
  if (alertUntil > now) {
    return { tour, phase: "alert", go: null, alertEnded: false, share: 1 - (alertUntil - now) / ALERT_MS };
  }
  const alertEnded = alertUntil > 0;
  if (pausedUntil > now) {
    const share = 1 - (pausedUntil - now) / PAUSE_MS;
    return { tour: { ...tour, alertUntil: 0 }, phase: "paused", go: null, alertEnded, share };
  }
  // Nothing runs on behind a hidden page, or it would race through its stops when it comes back.
  if (hidden) return { tour: { ...tour, since: now, alertUntil: 0 }, phase: "hidden", go: null, alertEnded, share: 0 };
  if (alertEnded) {
    // Back to where it was, for a whole interval.
    const back = { ...tour, since: now, alertUntil: 0 };
    return { tour: back, phase: "running", go: stops[tour.at] ?? null, alertEnded, share: 0 };
  }
  if (now - tour.since < interval && pausedUntil === 0) {
    return { tour, phase: "running", go: null, alertEnded, share: (now - tour.since) / interval };
  }
  const at = stops.length ? (tour.at + 1) % stops.length : 0;
  return {
    tour: { ...tour, at, since: now, pausedUntil: 0 },
    phase: "running",
    go: stops[at] ?? null,
    alertEnded,
    share: 0,
  };
}
