// @ts-check
// A panel: heading, what it counts, a word on data that do not come, and a body of its own.
import { translate } from "../core/i18n.js";
import { timeOf } from "../core/server_clock.js";
import { el } from "../ui/dom.js";

/** @typedef {import("../core/i18n.js").Lang} Lang */

/**
 * @typedef {object} Context what every panel may use
 * @property {any} config of the page
 * @property {import("../core/store.js").Store<import("../core/screen_state.js").ScreenState>} store
 * @property {import("../core/server_clock.js").ServerClock} clock
 * @property {import("./beat.js").Beat} beat
 * @property {import("../core/topology.js").Terrain} terrain
 * @property {(code: string) => void} [open] looks at what is not under the map, where not all is
 */

export class Panel {
  /**
   * @param {string} name of the panel: its message is board.<name>
   * @param {Context} context
   */
  constructor(name, context) {
    this.name = name;
    this.context = context;
    this.title = el("h2", { class: "panel__title", id: `panel-${name}` });
    this.unit = el("span", { class: "panel__unit" });
    this.tools = el("div", { class: "panel__tools" });
    this.trouble = el("p", { class: "panel__trouble", hidden: true });
    this.body = el("div", { class: "panel__body" });
    const head = el("div", { class: "panel__head" }, [this.title, this.unit, this.tools]);
    this.element = el("section", { class: `panel panel--${name}`, "aria-labelledby": `panel-${name}` }, [
      head, this.trouble, this.body,
    ]);
    /** Where the whole panel failed, and why. @type {Error | null} */
    this.broken = null;
  }

  /** @returns {Lang} */
  get lang() {
    return this.context.store.state.lang;
  }

  /**
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   */
  say(key, values) {
    return translate(this.lang, key, values);
  }

  /**
   * @param {[string, string] | undefined} names in Chinese and English
   * @param {string} otherwise
   * @returns {string}
   */
  named(names, otherwise) {
    return names ? names[this.lang === "zh" ? 0 : 1] : otherwise;
  }

  /** @returns {string} what the heading says */
  heading() {
    return translate(this.lang, `board.${this.name}`);
  }

  /**
   * @param {any} board the server's answer; null before the first
   * @param {import("./source.js").Source<any>} source where it comes from
   */
  show(board, source) {
    this.title.textContent = this.heading();
    this.broken = null;
    if (board) {
      try {
        this.draw(board);
      } catch (error) {
        // One panel that cannot read its part must not take the others with it.
        this.broken = /** @type {Error} */ (error);
      }
    }
    this.#tell(source);
  }

  /** @param {import("./source.js").Source<any>} source */
  #tell(source) {
    const failed = source.failure !== null || this.broken !== null;
    const words = !failed ? "" : this.#words(source);
    if (this.trouble.textContent !== words) this.trouble.textContent = words;
    this.trouble.hidden = !failed;
    this.element.dataset.state = failed ? "failed" : source.at === null ? "waiting" : "fresh";
    this.element.dataset.failure = this.broken?.message ?? "";
  }

  /** @param {import("./source.js").Source<any>} source */
  #words({ at }) {
    if (at === null || this.broken) return this.say("board.failed");
    return this.say("board.stale", { time: timeOf(this.context.clock.at(at)) });
  }

  /**
   * Write the body; made by each panel.
   * @param {any} _board
   */
  draw(_board) {}

  /** Sizes have changed. */
  resize() {}
}
