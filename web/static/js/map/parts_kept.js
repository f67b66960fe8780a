// @ts-check
// The parts of a large deployment that were looked into last: where one came from, and the next stops
// of a tour.
import { latest, loadPart } from "../api/maps.js";
import { joined } from "../core/parts.js";
import { readTopology } from "../core/topology.js";

/** @typedef {import("../core/topology.js").Terrain} Terrain */

/** So many are kept. */
const MOST = 4;

export class PartsKept {
  /** @param {import("../core/parts.js").Overview} overview that their grids are joined with */
  constructor(overview) {
    this.overview = overview;
    /** @type {Map<string, Terrain>} the one that was looked into last at the end */
    this.kept = new Map();
    this.ask = latest(loadPart);
  }

  /** @param {string} part */
  has(part) {
    return this.kept.has(part);
  }

  /**
   * @param {string} part
   * @returns {Promise<Terrain | null>} its grids among the tracts; null where another one was asked for
   *   meanwhile
   */
  async get(part) {
    const found = this.kept.get(part) ?? (await this.#load(part));
    if (found) this.#keep(part, found);
    return found;
  }

  /** @param {string} part */
  async #load(part) {
    const { terrain } = this.overview;
    const sent = await this.ask(terrain.generation, part);
    return sent && joined(this.overview, readTopology(sent, terrain.origin), part);
  }

  /**
   * @param {string} part
   * @param {Terrain} terrain
   */
  #keep(part, terrain) {
    this.kept.delete(part);
    this.kept.set(part, terrain);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MOST) this.kept.delete(oldest);
  }
}
