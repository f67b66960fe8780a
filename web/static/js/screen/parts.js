// @ts-check
// A deployment that is shown by parts: the overview stands under the map until somebody looks into a
// part; then its grids are fetched and laid over the tracts around them.
import { ProblemError } from "../api/client.js";
import { latest, loadPart, loadPath } from "../api/maps.js";
import { joined, partOn } from "../core/parts.js";
import { enter } from "../core/screen_state.js";
import { readTopology } from "../core/topology.js";

/** @typedef {import("../core/topology.js").Terrain} Terrain */
/** @typedef {import("../core/parts.js").Overview} Overview */

/** So many parts are kept: where one came from, and the next stops of a tour. */
const KEPT = 4;
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
    /** @type {Map<string, Terrain>} the one that was wanted last at the end */
    this.kept = new Map();
    this.ask = latest(loadPart);
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
    if (part === null || !this.kept.has(part)) this.#stand(null);
    if (part === null) return;
    try {
      const terrain = this.kept.get(part) ?? (await this.#load(part));
      if (!terrain) return;
      await still(this.wall.stage);
      if (this.wanted === part) this.#stand(part, code);
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

  /** @param {string} part */
  async #load(part) {
    const { terrain } = this.overview;
    const sent = await this.ask(terrain.generation, part);
    if (sent === null) return null;
    const found = joined(this.overview, readTopology(sent, terrain.origin), part);
    this.kept.set(part, found);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= KEPT) break;
      this.kept.delete(oldest);
    }
    return found;
  }

  /**
   * @param {string | null} part
   * @param {string | null} [code]
   */
  #stand(part, code = null) {
    const terrain = (part && this.kept.get(part)) || this.overview.terrain;
    const change = code ? enter(terrain, code) : null;
    if (part === this.code) {
      if (change) this.wall.store.set(change);
      return;
    }
    if (part) {
      this.kept.delete(part);
      this.kept.set(part, terrain);
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
