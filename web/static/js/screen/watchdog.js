// @ts-check
// Loads the page anew: every night at four, when the server was replaced, and when boundaries were
// published. Never into a server that does not answer: a browser's error page would hang in the
// hall until somebody came with a keyboard.
import { getJson } from "../api/client.js";
import { dayFrom } from "../core/server_clock.js";

const RELOAD_HOUR = 4;
/** So often a server that does not answer is asked again, seconds. */
const RETRY_S = 5;
/** Under which name the browser remembers why it loaded the page anew. */
const REASON_KEY = "gridmap.screen.reloaded";

export class Watchdog {
  /**
   * @param {import("../core/server_clock.js").ServerClock} clock
   * @param {import("./beat.js").Beat} beat
   */
  constructor(clock, beat) {
    this.clock = clock;
    /** @type {string | null} */
    this.build = null;
    /** @type {string | null} */
    this.due = null;
    this.asking = false;
    /** The day that it was when the server first told its time. @type {number | null} */
    let opened = null;
    beat.every((now) => {
      // By the server's time alone: a wall whose own clock is wrong would pass four o'clock each
      // time that it is put right, which is after every reload.
      if (clock.isSet) {
        const day = dayFrom(clock.at(now), RELOAD_HOUR);
        opened ??= day;
        if (day > opened && this.due === null) this.ask(`night ${day}`);
      }
      if (this.due && Math.floor(now / 1000) % RETRY_S === 0) this.#try();
    });
  }

  /**
   * @param {string} build of the server that answers now
   */
  met(build) {
    if (this.build !== null && build !== this.build) this.ask(`build ${build}`);
    this.build = build;
  }

  /**
   * @param {string} reason the page is loaded anew once for each
   */
  ask(reason) {
    if (sessionStorage.getItem(REASON_KEY) === reason) return;
    this.due = reason;
    this.#try();
  }

  async #try() {
    const reason = this.due;
    if (this.asking || !reason) return;
    this.asking = true;
    try {
      await getJson("/api/v1/deployment");
      sessionStorage.setItem(REASON_KEY, reason);
      location.reload();
    } catch {
      // The server is away; the beat tries again.
    } finally {
      this.asking = false;
    }
  }
}
