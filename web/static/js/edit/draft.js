// @ts-check
// One draft as it is on the server: everything that is done to it goes there, one after the other.
import { ProblemError } from "../api/client.js";
import { operate, readChangeset, readDraftGrids, readLog, readPreview, readValidation, takeStep } from "../api/changesets.js";

/** @typedef {import("../api/changesets.js").Changeset} Changeset */

/** States in which a draft may be worked on. */
export const EDITABLE = ["draft", "rejected", "withdrawn"];
/** Least time between two trials while something is dragged, ms. */
const TRIAL_MS = 200;

export class Draft {
  /**
   * @param {Changeset} changeset
   * @param {import("./working.js").Working} working
   */
  constructor(changeset, working) {
    this.changeset = changeset;
    this.working = working;
    /** What is done, in its order. @type {Promise<any>} */
    this.last = Promise.resolve();
    /** The newest of what is only tried. @type {any} */
    this.wanted = null;
    this.isTrying = false;
    this.trial = new AbortController();
  }

  /**
   * @param {number} id
   * @param {import("./working.js").Working} working
   */
  static async open(id, working) {
    const draft = new Draft(await readChangeset(id), working);
    await draft.reload();
    return draft;
  }

  async reload() {
    this.changeset = await readChangeset(this.changeset.id);
    this.working.reset(await readDraftGrids(this.changeset.id));
  }

  preview() {
    return readPreview(this.changeset.id);
  }

  log() {
    return readLog(this.changeset.id);
  }

  validation() {
    return readValidation(this.changeset.id);
  }

  /**
   * @param {any} operation
   * @returns {Promise<any>} what came of it; a ProblemError says why not
   */
  operate(operation) {
    // A trial that the server came to afterwards would be of what is no more.
    this.wanted = null;
    this.trial.abort();
    return this.#inTurn(async () => {
      const outcome = await operate(this.changeset, operation);
      this.#take(outcome);
      this.working.apply(outcome.changed);
      return outcome;
    });
  }

  /** @param {"undo" | "redo"} step */
  step(step) {
    return this.#inTurn(async () => {
      this.#take(await takeStep(this.changeset, step));
      // A grid that is no more, and never was published, is in no answer.
      this.working.reset(await readDraftGrids(this.changeset.id));
    });
  }

  /**
   * @param {import("./schedule.js").Step} step
   * @param {any} [body]
   */
  advance(step, body) {
    return this.#inTurn(async () => {
      const outcome = await takeStep(this.changeset, step, body);
      await this.reload();
      return outcome;
    });
  }

  /**
   * What an operation would do; only the newest is asked for, and one at a time.
   * @param {any} operation
   * @param {(outcome: any) => void} then
   * @param {(error: ProblemError) => void} refused
   */
  async attempt(operation, then, refused) {
    this.wanted = operation;
    if (this.isTrying) return;
    this.isTrying = true;
    while (this.wanted) {
      const asked = this.wanted;
      const pause = new Promise((resolve) => setTimeout(resolve, TRIAL_MS));
      this.wanted = null;
      this.trial = new AbortController();
      const { signal } = this.trial;
      try {
        then(await operate(this.changeset, asked, { signal, isTrial: true }));
      } catch (error) {
        if (error instanceof ProblemError) refused(error);
        else if (!signal.aborted) throw error;
      }
      await pause;
    }
    this.isTrying = false;
  }

  /** @param {any} outcome */
  #take(outcome) {
    Object.assign(this.changeset, outcome.changeset ?? {});
    if (outcome.etag) this.changeset.etag = outcome.etag;
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  #inTurn(work) {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined); // whoever asked for it is told
    return done;
  }
}
