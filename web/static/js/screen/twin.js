// @ts-check
// Very wide walls show two maps, grids and heat, rather than one that is mostly empty land. The
// second follows the first in all but that.
import { Mirror } from "../core/mirror.js";
import { boundsOf } from "../map/camera.js";
import { readBins } from "../map/heat.js";
import { L } from "../map/leaflet.js";
import { el, one } from "../ui/dom.js";
import { Stage } from "./map/stage.js";

/** @typedef {import("./wall.js").Wall} Wall */

/** What the shell says of its map holds for the second one too. */
const OPTIONS = ["zoomControl", "attributionControl", "zoomSnap", "wheelPxPerZoomLevel", "minZoom", "maxZoom"];

export class Twin {
  /** @param {Wall} wall */
  constructor(wall) {
    this.wall = wall;
    this.store = /** @type {import("../core/store.js").Store<import("../core/screen_state.js").ScreenState>} */ (
      /** @type {unknown} */ (new Mirror(wall.store))
    );
    /** @type {Stage | null} */
    this.stage = null;
    /** @type {any} */
    this.map = null;
    this.closing = new AbortController();
    /** Whether somebody moves one of the maps by hand: the other follows it. */
    this.isByHand = false;
  }

  /** @param {boolean} wanted */
  show(wanted) {
    if (wanted && !this.stage) this.#open();
    else if (!wanted && this.stage) this.#close();
    else this.stage?.resize();
  }

  #open() {
    const { wall } = this;
    this.closing = new AbortController();
    this.element = el("section", { class: "stage stage--twin", "aria-hidden": "true" }, [el("div", { class: "stage__map" }, [el("div", { class: "map" })])]);
    // What is said of a map's approval is said of every map.
    const approval = document.querySelector("#stage .approval");
    if (approval) this.element.append(approval.cloneNode(true));
    one("#stage").after(this.element);
    const options = Object.fromEntries(OPTIONS.map((name) => [name, wall.map.options[name]]));
    this.map = L.map(one(".map", this.element), { ...options, keyboard: false });
    this.map.fitBounds(boundsOf(wall.terrain.box, wall.terrain.origin), { animate: false });
    this.#follow(wall.map, this.map);
    this.#follow(this.map, wall.map);
    const forget = wall.store.watch(["division", "grid"], () => {
      this.isByHand = false;
    });
    this.closing.signal.addEventListener("abort", forget);
    this.stand(wall.stage.terrain);
  }

  /**
   * @param {any} one
   * @param {any} other
   */
  #follow(one, other) {
    const { signal } = this.closing;
    const touched = () => {
      this.isByHand = true;
    };
    for (const name of ["pointerdown", "wheel"]) one.getContainer().addEventListener(name, touched, { signal, capture: true, passive: true });
    const moved = () => {
      const there = one.getCenter();
      if (!this.isByHand || (other.getCenter().equals(there) && other.getZoom() === one.getZoom())) return;
      other.setView(there, one.getZoom(), { animate: false });
    };
    one.on("moveend", moved);
    signal.addEventListener("abort", () => one.off("moveend", moved));
  }

  /** @param {import("../core/topology.js").Terrain} terrain under the first map */
  stand(terrain) {
    if (!this.map || !this.element) return;
    const { wall } = this;
    this.stage?.destroy();
    this.stage = new Stage(this.map, terrain, this.store, { element: this.element, config: wall.config });
    this.stage.name();
    const { heat, assets } = wall.data;
    if (wall.figures && terrain === wall.terrain) this.stage.setFigures(wall.figures);
    if (heat.data) this.stage.setHeat(readBins(heat.data, wall.terrain.origin));
    if (assets.data) this.stage.setAssets(assets.data);
    if (wall.store.state.playing) this.stage.setFrame(wall.store.state.playing);
  }

  #close() {
    this.closing.abort();
    this.stage?.destroy();
    this.stage = null;
    this.map.remove();
    this.element?.remove();
    this.map = null;
    this.element = undefined;
  }
}
