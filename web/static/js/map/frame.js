// @ts-check
// A canvas that keeps still while Leaflet pans and zooms it, and is drawn anew afterwards.
import { REFERENCE_ZOOM } from "../core/mercator.js";
import { L } from "./leaflet.js";

/**
 * @typedef {object} Frame what a painter needs
 * @property {CanvasRenderingContext2D} context
 * @property {number} ratio canvas pixels per CSS pixel
 * @property {number} unit CSS pixels per design pixel (larger on a wall)
 * @property {number} width CSS pixels
 * @property {number} height
 * @property {number} zoom
 * @property {number} latitude of the middle
 * @property {number} scale CSS pixels per unit of the local plane
 * @property {number} dx CSS pixels: x * scale + dx
 * @property {number} dy
 * @property {import("../core/topology.js").Box} view local plane
 */

/** @returns {number} CSS pixels per design pixel: the page's rem over 16 */
export function designUnit() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
}

/** Screens beyond this many pixels are walls: no spare margin, no flights in software. */
export const HUGE_PIXELS = 8e6;

const Canvas = L.Renderer.extend({
  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.className = this.options.className;
    this._container.setAttribute("aria-hidden", "true");
  },

  _destroyContainer() {
    this._container.remove();
    delete this._container;
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    const { x, y } = this._map.getSize();
    this.options.padding = x * y > HUGE_PIXELS ? 0 : this.options.margin;
    L.Renderer.prototype._update.call(this);
    this.paint();
  },

  getContainer() {
    return this._container;
  },

  paint() {
    if (!this._map || !this._bounds) return;
    const size = this._bounds.getSize();
    const ratio = (window.devicePixelRatio || 1) * this.options.resolution;
    const canvas = this._container;
    L.DomUtil.setPosition(canvas, this._bounds.min);
    const [width, height] = [Math.ceil(size.x * ratio), Math.ceil(size.y * ratio)];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    } else {
      const context = canvas.getContext("2d");
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, width, height);
    }
    this.options.paint(frameOf(this._map, this._bounds, canvas, ratio, this.options.origin));
  },
});

/**
 * @param {any} map
 * @param {any} bounds layer points
 * @param {HTMLCanvasElement} canvas
 * @param {number} ratio
 * @param {{x: number, y: number}} origin of the local plane
 * @returns {Frame}
 */
function frameOf(map, bounds, canvas, ratio, origin) {
  const { x: width, y: height } = bounds.getSize();
  const corner = bounds.min.add(map.getPixelOrigin());
  const view = { zoom: map.getZoom(), latitude: map.getCenter().lat, corner, width, height };
  return frameFor(canvas, ratio, view, origin);
}

/**
 * @typedef {object} View what a canvas shows
 * @property {number} zoom
 * @property {number} latitude of the middle
 * @property {{x: number, y: number}} corner above and to the left, pixels of the world at this zoom
 * @property {number} width CSS pixels
 * @property {number} height
 */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} ratio
 * @param {View} view
 * @param {{x: number, y: number}} origin of the local plane
 * @returns {Frame}
 */
export function frameFor(canvas, ratio, { zoom, latitude, corner, width, height }, origin) {
  const scale = 2 ** (zoom - REFERENCE_ZOOM);
  const dx = origin.x * scale - corner.x;
  const dy = origin.y * scale - corner.y;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(1, 0, 0, 1, 0, 0);
  return {
    context,
    ratio,
    unit: designUnit(),
    width,
    height,
    zoom,
    latitude,
    scale,
    dx,
    dy,
    view: {
      x0: -dx / scale,
      y0: -dy / scale,
      x1: (width - dx) / scale,
      y1: (height - dy) / scale,
    },
  };
}

/**
 * @param {object} options
 * @param {string} options.pane
 * @param {number} options.zIndex
 * @param {any} options.map
 * @param {string} options.className
 * @param {{x: number, y: number}} options.origin
 * @param {number} [options.resolution] 1 for the screen's own
 * @param {number} [options.margin] share of the screen that is painted beyond each edge
 * @param {(frame: Frame) => void} options.paint
 * @returns {any} a Leaflet layer with a method `paint()`
 */
export function canvasLayer({ map, pane, zIndex, className, origin, resolution = 1, margin = 0.15, paint }) {
  map.createPane(pane).style.zIndex = String(zIndex);
  map.getPane(pane).style.pointerEvents = "none";
  return new Canvas({ pane, className, origin, resolution, margin, paint });
}

/**
 * Draw in the local plane from here on.
 * @param {Frame} frame
 */
export function toPlane({ context, ratio, scale, dx, dy }) {
  context.setTransform(scale * ratio, 0, 0, scale * ratio, dx * ratio, dy * ratio);
}

/**
 * Draw in CSS pixels from here on.
 * @param {Frame} frame
 */
export function toScreen({ context, ratio }) {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}

/**
 * @param {import("../core/topology.js").Box} box
 * @param {import("../core/topology.js").Box} view
 * @returns {boolean}
 */
export function meets(box, view) {
  return box.x0 <= view.x1 && box.x1 >= view.x0 && box.y0 <= view.y1 && box.y1 >= view.y0;
}
