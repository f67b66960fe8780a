// @ts-check
// Rings that spread where an event has just been reported: few, small, and gone again. The browser
// animates them by itself; nothing is painted for a picture of them, and nothing ticks between.
import { L } from "../../map/leaflet.js";
import { REFERENCE_ZOOM } from "../../core/mercator.js";
import { el } from "../../ui/dom.js";

/**
 * @typedef {object} Pulse
 * @property {number} x local plane
 * @property {number} y
 * @property {HTMLElement} element
 * @property {number} timer ends it
 */

/** A busy minute does not bury the map. */
const MOST = 32;
const LIFE_MS = 7_000;
const URGENT_LIFE_MS = 20_000;

export class Pulses {
  /**
   * @param {any} map Leaflet's
   * @param {{x: number, y: number}} origin of the local plane
   * @param {{pane: string, zIndex: number, colours: string[]}} look colours by level
   */
  constructor(map, origin, { pane, zIndex, colours }) {
    this.map = map;
    this.origin = origin;
    this.colours = colours;
    this.pane = pane;
    this.element = map.createPane(pane);
    this.element.style.zIndex = String(zIndex);
    this.element.style.pointerEvents = "none";
    this.element.setAttribute("aria-hidden", "true");
    /** @type {Pulse[]} */
    this.pulses = [];
    /** How many there have been. */
    this.total = 0;
    const place = () => this.#each((pulse) => this.#place(pulse, map.getPixelOrigin(), map.getZoom()));
    this.heard = {
      move: place,
      zoomend: place,
      viewreset: place,
      zoomanim: (/** @type {any} */ { center, zoom }) => {
        const from = map._getNewPixelOrigin(center, zoom);
        this.#each((pulse) => this.#place(pulse, from, zoom));
      },
    };
    map.on(this.heard);
  }

  /** @param {{x: number, y: number, level?: number | null}} event local plane */
  add({ x, y, level }) {
    const isUrgent = level === 1;
    const element = el("div", { class: `pulse leaflet-zoom-animated${isUrgent ? " pulse--urgent" : ""}` }, [
      el("span", { class: "pulse__ring" }), el("span", { class: "pulse__ring pulse__ring--late" }), el("span", { class: "pulse__dot" }),
    ]);
    element.style.setProperty("--pulse", this.colours[level ?? 3] ?? this.colours[3]);
    /** @type {Pulse} */
    const pulse = { x, y, element, timer: 0 };
    pulse.timer = window.setTimeout(() => this.#end(pulse), isUrgent ? URGENT_LIFE_MS : LIFE_MS);
    this.#place(pulse, this.map.getPixelOrigin(), this.map.getZoom());
    this.element.append(element);
    this.pulses.push(pulse);
    this.total += 1;
    if (this.pulses.length > MOST) this.#end(this.pulses[0]);
    this.#note();
  }

  get count() {
    return this.pulses.length;
  }

  /** @param {(pulse: Pulse) => void} run */
  #each(run) {
    for (const pulse of this.pulses) run(pulse);
  }

  /**
   * @param {Pulse} pulse
   * @param {{x: number, y: number}} from pixels of the world where the map's own begin
   * @param {number} zoom
   */
  #place({ x, y, element }, from, zoom) {
    const scale = 2 ** (zoom - REFERENCE_ZOOM);
    L.DomUtil.setPosition(element, L.point((x + this.origin.x) * scale - from.x, (y + this.origin.y) * scale - from.y)._round());
  }

  /** @param {Pulse} pulse */
  #end(pulse) {
    window.clearTimeout(pulse.timer);
    pulse.element.remove();
    this.pulses = this.pulses.filter((other) => other !== pulse);
    this.#note();
  }

  /** Say on the map's element how many there are, and how many there have been. */
  #note() {
    const { dataset } = this.map.getContainer();
    dataset.pulses = String(this.count);
    dataset.pulsed = String(this.total);
  }

  close() {
    this.map.off(this.heard);
    this.#each((pulse) => {
      window.clearTimeout(pulse.timer);
      pulse.element.remove();
    });
    this.pulses = [];
    this.element.remove();
    // Leaflet keeps a pane for ever otherwise.
    delete this.map.getPanes()[this.pane];
  }
}
