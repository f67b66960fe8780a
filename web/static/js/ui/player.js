// @ts-check
// Goes through a span of days, week by week.
import { addDays } from "../core/period.js";

/** @typedef {import("../core/period.js").Span} Span */

/** How long a week stays on the screen. */
const WEEK_MS = 900;

export class Player {
  /** @param {(week: Span | null) => void} show called with each week; null when it stops */
  constructor(show) {
    this.show = show;
    /** @type {number | undefined} */
    this.timer = undefined;
  }

  get isPlaying() {
    return this.timer !== undefined;
  }

  /** @param {Span} span */
  start(span) {
    this.#week(span.first, span.last);
  }

  stop() {
    if (!this.isPlaying) return;
    window.clearTimeout(this.timer);
    this.timer = undefined;
    this.show(null);
  }

  /**
   * @param {string} first
   * @param {string} end
   */
  #week(first, end) {
    const last = addDays(first, 6);
    const next = addDays(first, 7);
    this.timer = window.setTimeout(() => (next <= end ? this.#week(next, end) : this.stop()), WEEK_MS);
    this.show({ first, last: last < end ? last : end });
  }
}
