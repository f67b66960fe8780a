// @ts-check
// The time of the server, since clocks of wall controllers are often wrong. All of it is Beijing time.

const ZONE_MS = 8 * 3600_000;
const DAY_MS = 24 * 3600_000;

export class ServerClock {
  constructor() {
    /** How far the server is ahead of us, ms. */
    this.offset = 0;
  }

  /**
   * @param {string} told the server's time, as it writes it
   * @param {number} here our own, ms
   */
  set(told, here) {
    const there = Date.parse(told);
    if (Number.isFinite(there)) this.offset = there - here;
  }

  /** @param {number} here ms @returns {number} ms */
  at(here) {
    return here + this.offset;
  }
}

/** @param {number} at ms @returns {string} yyyy-mm-dd in China */
export const dayOf = (at) => new Date(at + ZONE_MS).toISOString().slice(0, 10);

/** @param {number} at ms @returns {string} hh:mm:ss in China */
export const timeOf = (at) => new Date(at + ZONE_MS).toISOString().slice(11, 19);

/** @param {number} at ms @returns {number} 0 for Sunday, in China */
export const weekdayOf = (at) => new Date(at + ZONE_MS).getUTCDay();

/**
 * @param {number} from ms
 * @param {number} to ms
 * @param {number} hour of the day, in China
 * @returns {boolean} whether that hour began after `from` and by `to`
 */
export function hourBegan(from, to, hour) {
  const begun = (/** @type {number} */ at) => Math.floor((at + ZONE_MS - hour * 3600_000) / DAY_MS);
  return begun(to) > begun(from);
}
