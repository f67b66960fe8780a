// @ts-check
// The state of the wall screen as its second map sees it: all is the same, but where one map shows
// the heat of events the other shows the grids.

/** @typedef {import("./screen_state.js").ScreenState} ScreenState */
/** @typedef {import("./store.js").Store<ScreenState>} ScreenStore */

/**
 * @template {Partial<ScreenState>} T
 * @param {T} state
 * @returns {T}
 */
const flipped = (state) => (state.heat === undefined ? state : { ...state, heat: !state.heat });

export class Mirror {
  /** @param {ScreenStore} store */
  constructor(store) {
    this.store = store;
  }

  get state() {
    return flipped(this.store.state);
  }

  /**
   * @param {(keyof ScreenState)[]} keys
   * @param {(state: ScreenState) => void} run
   * @returns {() => void} ends it
   */
  watch(keys, run) {
    return this.store.watch(keys, (state) => run(flipped(state)));
  }

  /** @param {Partial<ScreenState>} change */
  set(change) {
    this.store.set(flipped(change));
  }
}
