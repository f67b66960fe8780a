// @ts-check
// One timer for the whole page: what happens every second hangs on it, and nothing else ticks.

export class Beat {
  constructor() {
    /** @type {Set<(now: number) => void>} */
    this.listeners = new Set();
    this.timer = setInterval(() => this.#tick(), 1000);
  }

  #tick() {
    const now = Date.now();
    for (const run of this.listeners) run(now);
  }

  /** @param {(now: number) => void} run told the time in ms, every second and once now */
  every(run) {
    this.listeners.add(run);
    run(Date.now());
  }
}
