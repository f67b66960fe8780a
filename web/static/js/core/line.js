// @ts-check
// The line to the server as a state that time and signs of life change: when to try again, and
// what to tell of it. Knows neither clock nor network.

/** The server gives a sign of life every 15 s; after so long without one the line is dead. */
export const SILENCE_MS = 22_000;
/** After so long without a sign of life what is shown is said to be old. */
export const LOST_MS = 30_000;
export const LONGEST_PAUSE_MS = 30_000;
const FIRST_PAUSE_MS = 1000;

/** @typedef {"live" | "waiting" | "lost"} Status */

/**
 * @param {number} tries in vain before this one
 * @param {number} chance from 0 to 1: a hall's screens must not all come back at once
 * @returns {number} milliseconds until the next try
 */
export function pauseBefore(tries, chance) {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 10)) * (0.5 + chance / 2);
}

export class Line {
  /** @param {number} now milliseconds */
  constructor(now) {
    this.heardAt = now;
    this.tries = 0;
    /** @type {"down" | "trying" | "up"} */
    this.state = "down";
    /** When the next try is due, or the last one began. */
    this.at = now;
  }

  /** @param {number} now a try begins */
  begin(now) {
    this.state = "trying";
    this.at = now;
  }

  /** @param {number} now there was a sign of life */
  hear(now) {
    this.state = "up";
    this.heardAt = now;
    this.tries = 0;
  }

  /**
   * @param {number} now it broke, or a try was in vain
   * @param {number} chance from 0 to 1
   */
  break(now, chance) {
    this.state = "down";
    this.at = now + pauseBefore(this.tries, chance);
    this.tries += 1;
  }

  /** @param {number} now whoever knows that the network is back need not wait */
  hurry(now) {
    if (this.state === "down") this.at = now;
  }

  /**
   * @param {number} now
   * @returns {"open" | "drop" | null} what is to be done
   */
  due(now) {
    if (this.state === "down") return now >= this.at ? "open" : null;
    const since = this.state === "up" ? this.heardAt : this.at;
    return now - since > SILENCE_MS ? "drop" : null;
  }

  /**
   * @param {number} now
   * @returns {Status}
   */
  status(now) {
    if (now - this.heardAt > LOST_MS) return "lost";
    return this.state === "up" ? "live" : "waiting";
  }
}
