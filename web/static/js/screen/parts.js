// @ts-check
// A deployment that is shown by parts: the overview stands under the map until somebody looks into a
// part; then its grids are fetched and laid over the tracts around them.
import { ProblemError } from "../api/client.js";
import { latest, loadPath } from "../api/maps.js";
import { partOn } from "../core/parts.js";
import { enter } from "../core/screen_state.js";
import { PartsKept } from "../map/parts_kept.js";

/** @typedef {import("../core/topology.js").Terrain} Terrain */
/** @typedef {import("../core/parts.js").Overview} Overview */

const RETRY_MS = 5000;

export class Parts {
  /**
   * @param {import("./wall.js").Wall} wall
   * @param {Overview} overview
   */
  constructor(wall, overview) {
    this.wall = wall;
    this.overview = overview;
    /** The part whose grids are under the map. @type {string | null} */
    this.code = null;
    /** @type {string | null} */
    this.wanted = null;
    this.kept = new PartsKept(overview);
    this.askPath = latest(loadPath);
    this.timer = 0;
    // What is on the map changes once everybody has heard of the division.
    wall.store.watch(["division"], () => queueMicrotask(() => this.follow()));
  }

  /** The division that is looked into may lie in another part. */
  follow() {
    const { division } = this.wall.store.state;
    const path = this.wall.terrain.divisions.get(division ?? "")?.path ?? [];
    return this.#want(partOn(this.overview, path));
  }

  /**
   * Look into a division or at a grid, wherever it lies.
   * @param {string} code
   */
  async open(code) {
    try {
      const path = await this.askPath(code);
      if (path === null) return;
      const part = partOn(this.overview, path);
      if (part === null) this.wall.store.set(enter(this.overview.terrain, code));
      else await this.#want(part, code);
    } catch (error) {
      // What is no more, or may not be seen, leads nowhere.
      if (!(error instanceof ProblemError)) throw error;
    }
  }

  /**
   * @param {string | null} part
   * @param {string | null} [code] to look into as soon as it stands
   */
  async #want(part, code = null) {
    if (part === this.wanted && code === null) return;
    this.wanted = part;
    window.clearTimeout(this.timer);
    if (part === null || !this.kept.has(part)) this.#stand(null, this.overview.terrain);
    if (part === null) return;
    try {
      const terrain = await this.kept.get(part);
      if (!terrain) return;
      await still(this.wall.stage);
      if (this.wanted === part) this.#stand(part, terrain, code);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      // What was refused once is refused again.
      if (error.status >= 400 && error.status < 500) return;
      this.timer = window.setTimeout(() => {
        this.wanted = null;
        this.#want(part, code);
      }, RETRY_MS);
    }
  }

  /**
   * @param {string | null} part
   * @param {Terrain} terrain
   * @param {string | null} [code]
   */
  #stand(part, terrain, code = null) {
    const change = code ? enter(terrain, code) : null;
    if (part === this.code) {
      if (change) this.wall.store.set(change);
      return;
    }
    this.code = part;
    this.wall.standOn(terrain, change);
    this.wall.map.getContainer().dataset.part = part ?? "";
  }
}

/**
 * @param {import("./map/stage.js").Stage} stage
 * @returns {Promise<void>} when its map flies no more
 */
function still({ map, layers }) {
  return new Promise((resolve) => {
    // A flight to what was chosen begins with the next picture.
    requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(() => {
      if (layers.moving) map.once("moveend", () => resolve());
      else resolve();
    })));
  });
}
