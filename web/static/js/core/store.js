// @ts-check
// One object of state and those who want to know when parts of it change.

/**
 * @template {object} T
 */
export class Store {
  /** @param {T} initial */
  constructor(initial) {
    /** @type {T} */
    this.state = { ...initial };
    /** @type {{keys: (keyof T)[], run: (state: T) => void}[]} */
    this.watchers = [];
  }

  /**
   * @param {(keyof T)[]} keys
   * @param {(state: T) => void} run called when one of the keys changed
   * @returns {() => void} ends it
   */
  watch(keys, run) {
    const watcher = { keys, run };
    this.watchers.push(watcher);
    return () => {
      this.watchers = this.watchers.filter((other) => other !== watcher);
    };
  }

  /** @param {Partial<T>} change */
  set(change) {
    const changed = new Set(
      /** @type {(keyof T)[]} */ (Object.keys(change)).filter((key) => change[key] !== this.state[key]),
    );
    if (changed.size === 0) return;
    this.state = { ...this.state, ...change };
    for (const { keys, run } of this.watchers) {
      if (keys.some((key) => changed.has(key))) run(this.state);
    }
  }
}
