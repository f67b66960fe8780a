// @ts-check
// The time of the server, since clocks of wall controllers are often wrong. All of it is Beijing time.

const ZONE_MS = 8 * 3600_000;
const DAY_MS = 24 * 3600_000;

export class ServerClock {
  constructor() {
    /** How far the server is ahead of us, ms. */
    this.offset = 0;
    /** Whether the server has told its time; until then ours stands in for it. */
    this.isSet = false;
  }

  /**
   * @param {string} told the server's time, as it writes it
   * @param {number} here our own, ms
   */
  set(told, here) {
    const there = Date.parse(told);
    if (!Number.isFinite(there)) return;
    this.offset = there - here;
    this.isSet = true;
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
 * @param {number} at ms
 * @param {number} hour at which a day begins, in China
 * @returns {number} which day it is, counted from 1970
 */
export const dayFrom = (at, hour) => Math.floor((at + ZONE_MS - hour * 3600_000) / DAY_MS);
