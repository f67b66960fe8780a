// @ts-check
// What lies on the map page's grids and is not a grid: cameras and centres, and events as they come.
import { latest } from "../api/maps.js";
import { loadAssets, hasAssets } from "../api/screen.js";
import { worldX, worldY } from "../core/mercator.js";
import { PULSES } from "../core/palette.js";
import { canvasLayer } from "../map/frame.js";
import { ON_LIGHT, paintAssets, readAssets } from "../screen/map/assets.js";
import { Pulses } from "../screen/map/pulses.js";
import { one } from "../ui/dom.js";
import { assetRows } from "../ui/legend.js";

/** @typedef {import("./map_page.js").MapPage} MapPage */

export class MapThings {
  /** @param {MapPage} page */
  constructor(page) {
    this.page = page;
    /** @type {import("../screen/map/assets.js").Asset[] | null} */
    this.assets = null;
    this.ask = latest(loadAssets);
    const common = { map: page.view.map, origin: page.terrain.origin };
    this.assetLayer = canvasLayer({
      ...common, pane: "map-assets", zIndex: 390, className: "canvas canvas--assets",
      paint: (frame) => this.#note("assets", this.#isShown() ? paintAssets(frame, this.assets ?? [], ON_LIGHT) : 0),
    });
    this.pulses = new Pulses(common.map, common.origin, { pane: "map-pulses", zIndex: 430, colours: PULSES });
    page.store.watch(["assets"], () => this.loadAssets());
    page.store.watch(["lang"], () => this.legend());
  }

  /** Whoever may not see single things, or where there are none, is offered no switch. */
  async open() {
    const { config, terrain } = this.page;
    if (!config.sees_events || !terrain.root) return;
    await this.page.guarded(async () => {
      one("#layer-assets").closest("label").hidden = !(await hasAssets(config.root.code));
      await this.loadAssets();
    });
  }

  #isShown() {
    return this.page.state.assets && this.assets !== null;
  }

  async loadAssets() {
    const { page } = this;
    if (page.state.assets && this.assets === null && page.config.sees_events) {
      await page.guarded(async () => {
        const answer = await this.ask(page.config.root.code);
        if (answer) this.assets = readAssets(answer, page.terrain, page.view.hits);
      });
    }
    // A canvas that holds nothing would still be moved with the map.
    if (this.#isShown()) this.assetLayer.addTo(page.view.map);
    else this.assetLayer.remove();
    if (this.#isShown()) this.assetLayer.paint();
    else this.#note("assets", 0);
    this.legend();
  }

  legend() {
    const { page } = this;
    const counts = new Map();
    if (this.#isShown()) for (const { kind } of this.assets ?? []) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    one("#legend-assets").replaceChildren(...assetRows(page.state.lang, counts));
  }

  /** @param {{lon?: number | null, lat?: number | null, level?: number | null}} event */
  pulse({ lon, lat, level }) {
    // Those who see statistics only are not told where.
    if (typeof lon !== "number" || typeof lat !== "number") return;
    const { origin } = this.page.terrain;
    this.pulses.add({ x: worldX(lon) - origin.x, y: worldY(lat) - origin.y, level });
  }

  /**
   * @param {"assets"} what
   * @param {number} count
   */
  #note(what, count) {
    this.page.view.map.getContainer().dataset[what] = String(count);
  }
}
