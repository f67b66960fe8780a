// @ts-check
// One thing that is asked of the server again and again; the last answer stays until a newer one comes.
import { ProblemError } from "../api/client.js";
import { latest } from "../api/maps.js";
import { APART_MS, waitFor } from "../core/refresh.js";

/**
 * @template T
 */
export class Source {
  /**
   * @param {(signal: AbortSignal) => Promise<T>} ask
   * @param {(source: Source<T>) => void} changed after every answer and every failure
   * @param {number} [apart] ms between two requests, whatever happens
   */
  constructor(ask, changed, apart = APART_MS) {
    this.ask = latest(ask);
    this.changed = changed;
    this.apart = apart;
    /** @type {T | null} */
    this.data = null;
    /** When `data` came, ms. @type {number | null} */
    this.at = null;
    /** @type {ProblemError | null} */
    this.failure = null;
    /** @type {import("../core/refresh.js").Asked} */
    this.asked = { started: null, failures: 0, poked: null };
    this.timer = 0;
    this.wanted = true;
  }

  /** Something else is wanted from now on, at once. */
  load() {
    this.asked = { started: null, failures: 0, poked: null };
    return this.#ask();
  }

  /** Something has changed: ask soon. */
  poke() {
    this.asked.poked ??= Date.now();
    this.#plan();
  }

  /** @param {boolean} wanted whether it is asked at all */
  want(wanted) {
    this.wanted = wanted;
    if (!wanted) clearTimeout(this.timer);
  }

  #plan() {
    clearTimeout(this.timer);
    if (!this.wanted) return;
    this.timer = window.setTimeout(() => this.#ask(), waitFor(this.asked, Date.now(), this.apart));
  }

  async #ask() {
    clearTimeout(this.timer);
    const asked = { started: Date.now(), failures: this.asked.failures, poked: null };
    this.asked = asked;
    try {
      const answer = await this.ask();
      // A newer question took over; it plans what comes next.
      if (answer === null) return;
      this.data = answer;
      this.at = Date.now();
      this.failure = null;
      asked.failures = 0;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.failure = error;
      asked.failures += 1;
    }
    try {
      this.changed(this);
    } finally {
      // Whoever stumbles over one answer still gets the next.
      this.#plan();
    }
  }
}
