// @ts-check
// Where the device is: a dot, and the circle within which it probably is.
import { L } from "./leaflet.js";

export class Here {
  /** @param {any} map Leaflet's */
  constructor(map) {
    this.map = map;
    // Above the outlines, which come to the front with every choice.
    map.createPane("here").style.zIndex = "440";
    map.getPane("here").style.pointerEvents = "none";
    const common = { interactive: false, pane: "here" };
    this.ring = L.circle([0, 0], { ...common, radius: 0, className: "here here--ring" });
    this.dot = L.circleMarker([0, 0], { ...common, radius: 8, className: "here here--dot" });
  }

  /** @param {import("../core/where.js").Fix | null} fix */
  set(fix) {
    const { dataset } = this.map.getContainer();
    if (!fix) {
      for (const layer of [this.ring, this.dot]) layer.remove();
      delete dataset.here;
      return;
    }
    const at = [fix.lat, fix.lon];
    this.ring.setLatLng(at).setRadius(fix.accuracy_m);
    this.dot.setLatLng(at);
    for (const layer of [this.ring, this.dot]) layer.addTo(this.map).bringToFront();
    dataset.here = `${fix.lon.toFixed(7)},${fix.lat.toFixed(7)}`;
  }
}
