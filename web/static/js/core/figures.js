// @ts-check
// Figures by grid, as the server sends them in columns, added up by division.

/** @typedef {import("./topology.js").Terrain} Terrain */
/** @typedef {import("./topology.js").Division} Division */

/**
 * @typedef {object} Sums
 * @property {number} rural
 * @property {number} community
 * @property {number} exclusive
 * @property {number} events
 * @property {number} closed
 * @property {number} disputes
 * @property {number} resolved
 * @property {number} households
 * @property {number} people
 * @property {number} party_members
 */

export const COLUMNS = /** @type {const} */ ([
  "events", "closed", "disputes", "resolved", "households", "people", "party_members",
]);

export class Figures {
  /**
   * @param {Terrain} terrain
   * @param {any} answer of `/api/v1/statistics/grids`
   */
  constructor(terrain, answer) {
    this.terrain = terrain;
    /** @type {Record<string, Float64Array>} */
    this.columns = {};
    const places = answer.codes.map((/** @type {string} */ code) => terrain.byCode.get(code)?.index);
    for (const name of COLUMNS) {
      const column = new Float64Array(terrain.grids.length);
      places.forEach((/** @type {number | undefined} */ place, /** @type {number} */ n) => {
        if (place !== undefined) column[place] = answer[name][n];
      });
      this.columns[name] = column;
    }
    /** @type {Map<string, Sums>} */
    this.sums = new Map();
  }

  /**
   * @param {number} grid index
   * @param {string} mode events, closing_rate or households
   * @returns {number} NaN where there is nothing to say
   */
  value(grid, mode) {
    const { events, closed, households } = this.columns;
    if (mode === "events") return events[grid];
    if (mode === "households") return households[grid];
    return events[grid] > 0 ? closed[grid] / events[grid] : NaN;
  }

  /**
   * @param {Division} division
   * @returns {Sums} of its basic grids; exclusive grids lie over them and would count twice
   */
  of(division) {
    const known = this.sums.get(division.code);
    if (known) return known;
    /** @type {Sums} */
    const sums = {
      rural: 0, community: 0, exclusive: 0,
      events: 0, closed: 0, disputes: 0, resolved: 0, households: 0, people: 0, party_members: 0,
    };
    for (const index of division.grids) {
      const { kind } = this.terrain.grids[index];
      sums[kind] += 1;
      if (kind === "exclusive") continue;
      for (const name of COLUMNS) sums[name] += this.columns[name][index];
    }
    this.sums.set(division.code, sums);
    return sums;
  }
}
