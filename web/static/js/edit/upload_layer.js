// @ts-check
// The shapes of a file over the map: as they would lie in a system, or what they would change.
import { canvasLayer, toPlane } from "../map/frame.js";
import { pathOf } from "./trace.js";

/** @typedef {import("../map/frame.js").Frame} Frame */

/** Ink and tint of a shape by what it is. @type {Record<string, [string, string]>} */
const INKS = {
  read: ["#b0116b", "rgb(214 51 132 / 8%)"],
  modified: ["#0b4a9e", "rgb(23 102 196 / 22%)"],
  split: ["#0f6b3a", "rgb(31 140 82 / 26%)"],
  merged: ["#5b2a9c", "rgb(108 62 184 / 26%)"],
  new: ["#0f6b3a", "rgb(31 140 82 / 34%)"],
};
const REPAIR = "#c2410c";
const SPOT = 7;

export class UploadLayer {
  /** @param {any} map Leaflet's @param {{x: number, y: number}} origin of the local plane */
  constructor(map, origin) {
    this.map = map;
    this.origin = origin;
    /** @type {any[]} */
    this.features = [];
    /** @type {import("../api/uploads.js").Repair[]} */
    this.repairs = [];
    /** Which repair is looked at. @type {string | null} */
    this.chosen = null;
    /** @type {WeakMap<any, Path2D>} */
    this.paths = new WeakMap();
    this.canvas = canvasLayer({
      map, origin, pane: "edit-upload", zIndex: 235, className: "canvas canvas--upload",
      paint: (frame) => this.#paint(frame),
    });
    this.canvas.addTo(map);
  }

  /** @param {Partial<Pick<UploadLayer, "features" | "repairs" | "chosen">>} shown */
  show(shown) {
    Object.assign(this, shown);
    this.map.getContainer().dataset.upload = String(this.features.length);
    this.canvas.paint();
  }

  remove() {
    delete this.map.getContainer().dataset.upload;
    this.canvas.remove();
  }

  /** @param {Frame} frame */
  #paint(frame) {
    const { context, scale, unit } = frame;
    toPlane(frame);
    context.lineJoin = "round";
    for (const feature of this.features) {
      const [ink, tint] = INKS[feature.properties.kind] ?? INKS.read;
      const path = this.#pathOf(feature.geometry);
      context.fillStyle = tint;
      context.fill(path, "evenodd");
      context.strokeStyle = ink;
      context.lineWidth = (feature.properties.kind === "read" ? 1.25 : 2) * unit / scale;
      context.stroke(path);
    }
    for (const repair of this.repairs) {
      const path = pathOf(repair.geometry, this.origin, (SPOT * unit) / scale);
      const isChosen = repair.id === this.chosen;
      context.fillStyle = repair.is_accepted ? "rgb(15 107 58 / 70%)" : "rgb(234 88 12 / 70%)";
      context.fill(path, "evenodd");
      context.strokeStyle = isChosen ? "#ffffff" : repair.is_accepted ? "#0f6b3a" : REPAIR;
      context.lineWidth = ((isChosen ? 5 : 2.5) * unit) / scale;
      context.stroke(path);
      if (!isChosen) continue;
      context.strokeStyle = REPAIR;
      context.lineWidth = (2.5 * unit) / scale;
      context.stroke(path);
    }
  }

  /** @param {any} geometry */
  #pathOf(geometry) {
    let path = this.paths.get(geometry);
    if (!path) {
      path = pathOf(geometry, this.origin, 0);
      this.paths.set(geometry, path);
    }
    return path;
  }
}
