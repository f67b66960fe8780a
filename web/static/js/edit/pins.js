// @ts-check
// What is pinned to the map: remarks, and where others work. Elements, so that they can be reached
// by the keyboard and by fingers.
import { L } from "../map/leaflet.js";
import { el } from "../ui/dom.js";

/**
 * @typedef {object} Pin
 * @property {"remark" | "settled" | "person"} look
 * @property {number} lon
 * @property {number} lat
 * @property {string} text what stands on it
 * @property {string} title
 * @property {number} [hue] of a person, degrees
 * @property {() => void} click
 */

/** Side of what a finger hits, rem. */
const SIDE = 2.75;

export class Pins {
  /** @param {any} map Leaflet's */
  constructor(map) {
    this.map = map;
    this.layer = L.layerGroup().addTo(map);
  }

  /** @param {Pin[]} pins take the place of those that were shown */
  show(pins) {
    const side = SIDE * parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.layer.clearLayers();
    for (const pin of pins) {
      const isPerson = pin.look === "person";
      const icon = L.divIcon({
        html: faceOf(pin), className: "pin-place", iconSize: [side, side],
        iconAnchor: [side / 2, isPerson ? side / 2 : side],
      });
      L.marker([pin.lat, pin.lon], { icon, keyboard: false }).on("click", pin.click).addTo(this.layer);
    }
    this.map.getContainer().dataset.pins = String(pins.length);
  }
}

/** @param {Pin} pin */
const faceOf = ({ look, text, title, hue }) =>
  el("button", { type: "button", class: `pin pin--${look}`, title, "aria-label": title, style: hue === undefined ? {} : { "--hue": String(hue) } }, [
    el("span", { class: "pin__face", text }),
  ]);
