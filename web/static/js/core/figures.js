// @ts-check
// Figures by grid, as the server sends them in columns, added up by division.
import { valueOf } from "./measures.js";

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
 * @property {number} [open] where it is known
 * @property {number} [overdue]
 * @property {number} [on_time]
 */

export const COLUMNS = /** @type {const} */ ([
  "events", "closed", "disputes", "resolved", "households", "people", "party_members",
]);

/** Columns that an answer may lack: frames of a playback know no deadlines. */
const MAYBE = /** @type {const} */ (["open", "overdue", "on_time"]);

/**
 * @param {Pick<Terrain, "grids">} terrain
 * @param {Division} division
 * @returns {Record<"rural" | "community" | "exclusive", number>} grids by kind; where tracts stand for
 *   them, as the server counted them
 */
export function kindsOf({ grids }, division) {
  if (division.kinds) return division.kinds;
  const counts = { rural: 0, community: 0, exclusive: 0 };
  for (const index of division.grids) counts[grids[index].kind] += 1;
  return counts;
}

export class Figures {
  /**
   * @param {Terrain} terrain
   * @param {any} answer of `/api/v1/statistics/grids`
   */
  constructor(terrain, answer) {
    this.terrain = terrain;
    /** NaN where a small count is not told. @type {Record<string, Float64Array>} */
    this.columns = {};
    const places = answer.codes.map((/** @type {string} */ code) => terrain.byCode.get(code)?.index ?? terrain.tracts?.get(code));
    for (const name of [...COLUMNS, ...MAYBE.filter((known) => answer[known])]) {
      const column = new Float64Array(terrain.grids.length);
      places.forEach((/** @type {number | undefined} */ place, /** @type {number} */ n) => {
        if (place !== undefined) column[place] = answer[name][n] ?? NaN;
      });
      this.columns[name] = column;
    }
    /** @type {Map<string, Sums>} */
    this.sums = new Map();
  }

  /**
   * @param {number} grid index
   * @param {string} mode one that `valueOf` measures
   * @returns {number} NaN where there is nothing to say
   */
  value(grid, mode) {
    return valueOf(/** @type {any} */ (this.columns), mode, grid);
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
    const more = MAYBE.filter((name) => this.columns[name]);
    for (const name of more) sums[name] = 0;
    for (const index of division.grids) {
      const { kind } = this.terrain.grids[index];
      if (kind === "exclusive") continue;
      for (const name of [...COLUMNS, ...more]) sums[name] = (sums[name] ?? 0) + (this.columns[name][index] || 0);
    }
    Object.assign(sums, kindsOf(this.terrain, division));
    this.sums.set(division.code, sums);
    return sums;
  }
}
