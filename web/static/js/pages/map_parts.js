// @ts-check
// The map page of a deployment that is shown by parts: an overview, and the grids of the part that
// is looked into, or that fills the map at a close zoom.
import { ProblemError } from "../api/client.js";
import { latest, loadHeat, loadPath, loadTopology, search } from "../api/maps.js";
import { shortDivision } from "../core/names.js";
import { partOn, readOverview } from "../core/parts.js";
import { planePoint } from "../map/camera.js";
import { PartsKept } from "../map/parts_kept.js";
import { stand } from "./map_follow.js";

/** @typedef {import("../core/parts.js").Overview} Overview */

/** Side of a cell of heat where no part is on the map, metres. */
const COARSE_M = 2400;
/** A part is near when what is seen is at most so many times as large as its box. */
const NEAR = 3;

export class MapParts {
  /**
   * @param {import("./map_page.js").MapPage} page
   * @param {Overview} overview
   */
  constructor(page, overview) {
    this.page = page;
    this.overview = overview;
    /** @type {string | null} */
    this.code = null;
    /** @type {string | null} */
    this.wanted = null;
    /** Ends when the wanted part stands, or cannot. @type {Promise<void>} */
    this.coming = Promise.resolve();
    this.kept = new PartsKept(overview);
    this.askPath = latest(loadPath);
    this.askSearch = latest(search);
    page.store.watch(["scope"], () => queueMicrotask(() => this.follow()));
    page.view.map.on("moveend", () => this.follow());
  }

  /** The division that is looked into, or the view, may lie in another part. */
  follow() {
    const { page } = this;
    const scope = page.state.scope && page.terrain.divisions.get(page.state.scope);
    return this.#want((scope && partOn(this.overview, scope.path)) || this.#near());
  }

  /** @returns {string | null} the part in the middle of the map, where it fills most of it */
  #near() {
    const { map, hits } = this.page.view;
    const { terrain } = this.page;
    const middle = planePoint(map, map.getCenter(), terrain.origin);
    const path = terrain.divisions.get(hits.at(middle.x, middle.y)?.division ?? "")?.path ?? [];
    const part = partOn(this.overview, path);
    const box = terrain.divisions.get(part ?? "")?.box;
    if (!box) return null;
    const { x, y } = map.getSize();
    const [one, other] = [[0, 0], [x, y]].map((at) => planePoint(map, map.containerPointToLatLng(at), terrain.origin));
    const seen = Math.abs((other.x - one.x) * (other.y - one.y));
    return seen <= NEAR * (box.x1 - box.x0) * (box.y1 - box.y0) ? part : null;
  }

  /**
   * Look into a division or at a grid, wherever it lies.
   * @param {string} code
   * @param {(code: string) => void} go as soon as it is there
   */
  async open(code, go) {
    await this.page.guarded(async () => {
      const path = await this.askPath(code);
      const part = path && partOn(this.overview, path);
      if (part) await this.#want(part);
      if (path && this.page.terrain.divisions.has(path.at(-1) ?? "")) go(code);
    });
  }

  /**
   * A tract was clicked: its part is looked into.
   * @param {import("../core/topology.js").Grid} tract
   */
  enter({ division }) {
    const path = this.page.terrain.divisions.get(division)?.path ?? [];
    this.page.enter(partOn(this.overview, path) ?? division);
  }

  /**
   * @param {AbortSignal} signal
   * @param {import("../api/maps.js").Choice} choice
   * @param {number} cell
   * @returns {Promise<any>} of the part; of everything only in large cells, or there were too many
   */
  heat(signal, choice, cell) {
    return loadHeat(signal, choice, this.code ? cell : COARSE_M, this.code);
  }

  /**
   * @param {string} query
   * @returns {Promise<import("../core/search.js").Found[] | null>} null where a newer one took over
   */
  async find(query) {
    const wanted = query.trim();
    if (!wanted) return [];
    const answer = await this.askSearch(wanted);
    return answer && answer.items.map((/** @type {any} */ { type, code, name, kind, path }) => (
      { type, code, name, kind, place: path.slice(1).map(shortDivision).join(" · ") }
    ));
  }

  /** @param {string | null} part */
  #want(part) {
    if (part === this.wanted) return this.coming;
    this.wanted = part;
    this.coming = this.#come(part);
    return this.coming;
  }

  /** @param {string | null} part */
  async #come(part) {
    const { kept } = this;
    try {
      const terrain = part === null ? this.overview.terrain : await kept.get(part);
      // Newer boundaries may hold by now.
      if (terrain === null || kept !== this.kept || this.wanted !== part || part === this.code) return;
      this.code = part;
      this.page.view.map.getContainer().dataset.part = part ?? "";
      await stand(this.page, terrain);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      // The next move of the map, or step into it, tries again.
      if (this.wanted === part) this.wanted = this.code;
    }
  }

  /**
   * Newer boundaries hold.
   * @param {number} generation
   */
  async renew(generation) {
    const sent = await loadTopology(`/tiles/overview/${generation}.topojson?form=packed`);
    if (generation !== this.page.config.generation) return;
    this.overview = readOverview(sent, this.page.terrain.origin);
    this.kept = new PartsKept(this.overview);
    const part = this.code;
    this.code = null;
    this.wanted = null;
    await stand(this.page, this.overview.terrain);
    if (part) await this.follow();
  }
}
