// @ts-check
// "Where am I": asks the device, then the server; shows the dot, the grid's card, and what is near.
import { ProblemError } from "../api/client.js";
import { latest } from "../api/maps.js";
import { locate } from "../api/where.js";
import { translate } from "../core/i18n.js";
import { boxOfFix, questionOf, readWhereabouts, troubleOf, union } from "../core/where.js";
import { Here } from "../map/here.js";
import { one } from "../ui/dom.js";
import { WhereNotice } from "../ui/where_notice.js";

/** @typedef {import("./map_page.js").MapPage} MapPage */
/** @typedef {import("../core/where.js").Fix} Fix */
/** @typedef {import("../ui/where_notice.js").Said} Said */

/** A person waits so long under open sky; who asks again has moved, and wants no older place. */
const PATIENCE = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 0 };
/** Of a position outside every grid so much is shown around it, metres. */
const AROUND_M = 1500;

export class Where {
  /** @param {MapPage} page */
  constructor(page) {
    this.page = page;
    this.here = new Here(page.view.map);
    this.ask = latest(locate);
    /** Presses of the button; only the last one counts. */
    this.turn = 0;
    /** @type {Said | null} */
    this.said = null;
    this.notice = new WhereNotice({
      again: () => this.start(),
      close: () => this.stop(),
      select: (code) => page.select(code, true),
    });
    const button = one("#where-am-i");
    button.hidden = false;
    button.addEventListener("click", () => this.start());
    page.store.watch(["lang"], () => this.show());
  }

  /** Ask the device for its place. */
  start() {
    this.turn += 1;
    const { turn } = this;
    this.page.frame.openSheet("");
    // Without HTTPS some browsers lack the whole interface, others refuse: the reason is the same.
    if (!window.isSecureContext) return this.#trouble("insecure");
    if (!navigator.geolocation) return this.#trouble("unsupported");
    this.#say({ phase: "asking", fix: null, found: null });
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        if (turn !== this.turn) return;
        this.#locate({ lon: coords.longitude, lat: coords.latitude, accuracy_m: coords.accuracy });
      },
      ({ code }) => {
        if (turn === this.turn) this.#trouble(troubleOf(code, window.isSecureContext));
      },
      PATIENCE,
    );
  }

  /** Boundaries have changed: the same place may be another grid's. */
  renew() {
    if (this.said?.fix) this.#locate(this.said.fix, false);
  }

  stop() {
    this.turn += 1;
    this.said = null;
    this.here.set(null);
    this.notice.hide();
    one("#where-am-i").focus();
  }

  show() {
    if (this.said) this.notice.show(this.page.state.lang, this.said);
  }

  /** @param {Said} said */
  #say(said) {
    this.said = said;
    this.show();
  }

  /** @param {string} key */
  #trouble(key) {
    this.here.set(null);
    this.#say({ phase: "trouble", fix: null, found: null, reason: (lang) => translate(lang, `where.${key}`) });
  }

  /**
   * @param {Fix} fix
   * @param {boolean} [move] whether the map goes there
   */
  async #locate(fix, move = true) {
    const { page, turn } = this;
    this.here.set(fix);
    if (move) this.#say({ phase: "locating", fix, found: null });
    try {
      const answer = await this.ask(questionOf(fix));
      if (!answer || turn !== this.turn) return;
      const found = readWhereabouts(answer);
      this.#say({ phase: "found", fix, found });
      if (move) this.#go(fix, found.grid.code);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (turn !== this.turn) return;
      if (error.status !== 404) {
        this.#say({ phase: "trouble", fix, found: null, reason: (lang) => page.frame.reason(lang, error) });
        return;
      }
      this.#say({ phase: "outside", fix, found: null });
      if (move) this.#outside(fix);
    }
  }

  /**
   * @param {Fix} fix
   * @param {string} code of the responsible grid
   */
  #go(fix, code) {
    const { page } = this;
    page.select(code);
    const grid = page.terrain.byCode.get(code);
    const around = boxOfFix(fix, page.terrain.origin);
    page.view.show(grid ? union(grid.box, around) : around, page.frame.padding(), { maxZoom: 17 });
  }

  /** @param {Fix} fix */
  #outside(fix) {
    const { page } = this;
    page.select(null);
    const { origin, box } = page.terrain;
    const around = boxOfFix({ ...fix, accuracy_m: Math.max(AROUND_M, fix.accuracy_m) }, origin);
    // Somewhere far away there is nothing to see: the map stays where it is.
    const near = around.x0 < box.x1 && around.x1 > box.x0 && around.y0 < box.y1 && around.y1 > box.y0;
    if (near) page.view.show(around, page.frame.padding());
  }
}
