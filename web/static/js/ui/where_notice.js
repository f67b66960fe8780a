// @ts-check
// What "where am I" has to say: the grid, how sure that is, who lies next door, or why it failed.
import { number, translate } from "../core/i18n.js";
import { COARSE_M } from "../core/where.js";
import { ICONS, el, icon, one } from "./dom.js";

/** @typedef {import("../core/i18n.js").Lang} Lang */
/**
 * @typedef {object} Said
 * @property {"asking" | "locating" | "found" | "outside" | "trouble"} phase
 * @property {import("../core/where.js").Fix | null} fix
 * @property {import("../core/where.js").Whereabouts | null} found
 * @property {(lang: Lang) => string} [reason] why it failed
 */

export class WhereNotice {
  /**
   * @param {object} actions
   * @param {() => void} actions.again
   * @param {() => void} actions.close
   * @param {(code: string) => void} actions.select a grid
   */
  constructor(actions) {
    this.actions = actions;
    this.root = one("#where");
  }

  hide() {
    this.root.hidden = true;
    one("#where-words").replaceChildren();
  }

  /**
   * @param {Lang} lang
   * @param {Said} said
   */
  show(lang, said) {
    this.root.hidden = false;
    this.root.dataset.phase = said.phase;
    const say = (/** @type {string} */ key, /** @type {any} */ values = {}) => translate(lang, key, values);
    one("#where-words").replaceChildren(...this.#lines(lang, said));
    const again = one("#where-again");
    again.hidden = said.phase === "asking" || said.phase === "locating";
    again.onclick = this.actions.again;
    const close = one("#where-close");
    close.replaceChildren(icon(ICONS.close));
    close.setAttribute("aria-label", say("where.close"));
    close.onclick = this.actions.close;
  }

  /**
   * @param {Lang} lang
   * @param {Said} said
   * @returns {HTMLElement[]}
   */
  #lines(lang, { phase, fix, found, reason }) {
    const line = (/** @type {string} */ text, /** @type {string} */ more = "line") => el("p", { class: `where__${more}`, text });
    const say = (/** @type {string} */ key, /** @type {any} */ values = {}) => translate(lang, key, values);
    if (phase === "asking") return [line(say("where.asking"))];
    if (phase === "locating") return [line(say("where.locating"))];
    if (phase === "trouble") return [line(reason?.(lang) ?? "", "trouble")];
    const metres = number(lang, Math.max(1, Math.round(fix?.accuracy_m ?? 0)));
    const isCoarse = (fix?.accuracy_m ?? 0) > COARSE_M;
    const accuracy = isCoarse ? line(say("where.coarse", { metres }), "coarse") : line(say("where.accuracy", { metres }), "note");
    if (phase === "outside" || !found) return [line(say("where.outside"), "head"), accuracy];
    return [
      line(say("where.found", { name: found.grid.name }), "head"),
      ...(found.under ? [line(say("where.under", { name: found.under.name }), "note")] : []),
      ...(found.near.length ? [this.#near(lang, found.near)] : []),
      accuracy,
    ];
  }

  /**
   * @param {Lang} lang
   * @param {import("../core/where.js").Whereabouts["near"]} near
   */
  #near(lang, near) {
    const buttons = near.slice(0, 3).map(({ code, name, distance_m }) =>
      el("button", {
        type: "button",
        class: "where__grid",
        text: translate(lang, "where.near_grid", { name, metres: number(lang, Math.round(distance_m)) }),
        on: { click: () => this.actions.select(code) },
      }),
    );
    return el("p", { class: "where__near" }, [el("span", { text: translate(lang, "where.near") }), ...buttons]);
  }
}
