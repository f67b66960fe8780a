// @ts-check
// The canvases of the wall screen's map, each painted anew only when something of its own changed.
import { canvasLayer } from "../../map/frame.js";
import { HEAT_RESOLUTION } from "./heat.js";

/** @typedef {import("../../map/frame.js").Frame} Frame */
/** @typedef {"fills" | "heat" | "lines" | "assets" | "marks" | "pulses"} LayerName */

/** From below to above; names lie over symbols. */
const ORDER = /** @type {const} */ (["fills", "heat", "assets", "lines", "marks", "pulses"]);

/** The wheel rests when it has not turned for so long; until then the canvases are only scaled. */
const REST_MS = 160;

export class Layers {
  /**
   * @param {any} map Leaflet's
   * @param {{x: number, y: number}} origin of the local plane
   * @param {Record<LayerName, (frame: Frame) => boolean>} painters that tell whether there is
   *   anything on their canvas
   */
  constructor(map, origin, painters) {
    this.map = map;
    /** @type {Set<LayerName>} */
    this.stale = new Set();
    /** Leaflet moves the canvases as pictures while it flies; what is painted then would be off. */
    this.moving = false;
    /** While this holds, Leaflet may place the canvases as often as it likes: nothing is painted. */
    this.held = true;
    /** When the wheel was turned last, ms. */
    this.turned = -Infinity;
    this.timer = 0;
    this.turns = () => {
      this.turned = performance.now();
    };
    map.getContainer().addEventListener("wheel", this.turns, { passive: true, capture: true });
    this.layers = ORDER.map((name, n) => {
      const paint = (/** @type {Frame} */ frame) => {
        if (this.held) {
          this.stale.add(name);
          return;
        }
        this.stale.delete(name);
        // An empty canvas would be put together with the others for every picture of a flight.
        /** @type {HTMLCanvasElement} */ (frame.context.canvas).hidden = !painters[name](frame);
      };
      const resolution = name === "heat" ? HEAT_RESOLUTION : 1;
      const className = `canvas stage-canvas stage-canvas--${name}`;
      const layer = canvasLayer({ map, origin, pane: `stage-${name}`, zIndex: 210 + 10 * n, className, resolution, paint });
      const update = layer._update.bind(layer);
      layer._update = () => {
        if (this.#isTurning()) this.#afterRest();
        else update();
      };
      layer.addTo(map);
      return /** @type {const} */ ([name, layer]);
    });
    this.byName = new Map(this.layers);
    this.heard = {
      zoomstart: () => {
        this.moving = true;
      },
      moveend: () => {
        this.moving = false;
        this.paint();
      },
    };
    map.on(this.heard);
  }

  #isTurning() {
    return performance.now() - this.turned < REST_MS;
  }

  #afterRest() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      if (this.#isTurning() || this.moving) this.#afterRest();
      else for (const [, layer] of this.layers) layer._update();
    }, REST_MS);
  }

  /** @param {LayerName[]} names of layers that show something old */
  want(...names) {
    for (const name of names) this.stale.add(name);
  }

  /** Paint what is stale, unless the map moves: then its end paints everything. */
  paint() {
    if (this.moving || this.held || this.#isTurning()) return;
    for (const name of [...this.stale]) this.byName.get(name).paint();
  }

  /**
   * Paint once, whatever a change of place or size makes Leaflet ask for meanwhile.
   * @param {() => void} change
   */
  once(change) {
    this.held = true;
    change();
    this.held = false;
    this.paint();
  }

  remove() {
    this.held = true;
    window.clearTimeout(this.timer);
    this.map.getContainer().removeEventListener("wheel", this.turns, { capture: true });
    this.map.off(this.heard);
    for (const [name, layer] of this.layers) {
      layer.remove();
      // Leaflet keeps a pane for ever otherwise.
      this.map.getPane(`stage-${name}`).remove();
      delete this.map.getPanes()[`stage-${name}`];
    }
  }
}
