// @ts-check
// Loads the page anew: every night at four, when the server was replaced, and when boundaries were
// published. Never into a server that does not answer: a browser's error page would hang in the
// hall until somebody came with a keyboard.
import { getJson } from "../api/client.js";
import { hourBegan } from "../core/server_clock.js";

const RELOAD_HOUR = 4;
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
    let last = clock.at(Date.now());
    beat.every((now) => {
      const at = clock.at(now);
      if (hourBegan(last, at, RELOAD_HOUR)) this.due = `night ${at}`;
      last = at;
      if (this.due && Math.floor(now / 1000) % 5 === 0) this.#try();
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
