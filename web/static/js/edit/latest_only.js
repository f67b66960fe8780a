// @ts-check
// Of several things asked for one after the other, only the newest answer counts.

export class LatestOnly {
  #taken = 0;

  /**
   * Begins something; whatever was begun before is late from now on.
   * @returns {() => boolean} whether nothing was begun since
   */
  take() {
    const mine = ++this.#taken;
    return () => mine === this.#taken;
  }
}
