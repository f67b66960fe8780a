// @ts-check
// What the panels do when figures come: one thing between two pictures, and none while the map flies.

/** Whatever keeps the map busy, figures do not wait longer, ms. */
const LONGEST_MS = 3000;

export class Turns {
  /** @param {() => boolean} isBusy whether all of it has to wait */
  constructor(isBusy) {
    this.isBusy = isBusy;
    /** @type {Map<string, () => void>} */
    this.waiting = new Map();
    this.since = 0;
    this.request = 0;
  }

  /**
   * @param {string} key what it is about: of two that wait the later one is done
   * @param {() => void} run
   */
  add(key, run) {
    if (this.waiting.size === 0) this.since = performance.now();
    this.waiting.set(key, run);
    this.request ||= requestAnimationFrame(() => this.#turn());
  }

  #turn() {
    this.request = 0;
    const [first] = this.waiting;
    if (!first) return;
    if (!this.isBusy() || performance.now() - this.since > LONGEST_MS) {
      const [key, run] = first;
      this.waiting.delete(key);
      run();
    }
    if (this.waiting.size > 0) this.request ||= requestAnimationFrame(() => this.#turn());
  }
}
