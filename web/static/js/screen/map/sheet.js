// @ts-check
// One canvas over the wall screen's map: painted for one view, and moved as a picture from there on.
import { drawsInSoftware } from "../../map/camera.js";
import { frameFor } from "../../map/frame.js";
import { L } from "../../map/leaflet.js";

/** @typedef {import("../../map/frame.js").Frame} Frame */
/** @typedef {import("../../map/frame.js").View} View */

export class Sheet {
  /**
   * @param {any} map Leaflet's
   * @param {HTMLElement} pane
   * @param {object} look
   * @param {string} look.className
   * @param {number} look.resolution 1 for the screen's own
   * @param {{x: number, y: number}} look.origin of the local plane
   */
  constructor(map, pane, { className, resolution, origin }) {
    this.map = map;
    this.pane = pane;
    this.resolution = resolution;
    this.origin = origin;
    this.canvas = document.createElement("canvas");
    // Leaflet lets what is of its class glide while the wheel turns.
    this.canvas.className = `${className} leaflet-zoom-animated`;
    this.canvas.setAttribute("aria-hidden", "true");
    this.canvas.hidden = true;
    // Asked for first, it stays so: where the processor paints, its pixels are read back (`settle`).
    this.canvas.getContext("2d", { willReadFrequently: drawsInSoftware() });
    /** What is painted on it. @type {View | null} */
    this.view = null;
    this.placed = "";
    /** Whether the painter found nothing to paint. */
    this.isEmpty = true;
  }

  /**
   * Clear it for a view.
   * @param {View} view
   * @returns {Frame}
   */
  begin(view) {
    const { canvas } = this;
    const ratio = (window.devicePixelRatio || 1) * this.resolution;
    const [width, height] = [Math.ceil(view.width * ratio), Math.ceil(view.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      canvas.style.width = `${view.width}px`;
      canvas.style.height = `${view.height}px`;
    } else {
      const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, width, height);
    }
    this.view = view;
    return frameFor(canvas, ratio, view, this.origin);
  }

  /**
   * Outside the page while there is nothing to see: the browser makes a picture of every canvas in
   * it, and an empty one would be put together with the others for each picture of a flight.
   * @param {boolean} any whether there is anything on it
   */
  show(any) {
    this.canvas.hidden = !any;
    if (!any) {
      this.canvas.remove();
      return;
    }
    if (!this.canvas.isConnected) this.pane.append(this.canvas);
    this.place();
  }

  /** Where it belongs while the map stands as it does. */
  place() {
    this.#put(this.map.getPixelOrigin(), this.map.getZoom());
  }

  /**
   * Where it will belong when the wheel's glide is over.
   * @param {any} center
   * @param {number} zoom
   */
  glide(center, zoom) {
    this.#put(this.map._getNewPixelOrigin(center, zoom), zoom);
  }

  /**
   * @param {{x: number, y: number}} from pixels of the world where the map's own begin
   * @param {number} zoom
   */
  #put(from, zoom) {
    if (!this.view || this.canvas.hidden) return;
    const scale = this.map.getZoomScale(zoom, this.view.zoom);
    const [x, y] = [this.view.corner.x * scale - from.x, this.view.corner.y * scale - from.y];
    const placed = `${x} ${y} ${scale}`;
    if (placed === this.placed) return;
    this.placed = placed;
    // Without a scale where there is none to be: pixels lie on pixels.
    L.DomUtil.setTransform(this.canvas, { x, y }, scale === 1 ? undefined : scale);
  }

  /**
   * Let it appear over what lies in its pane already.
   * @param {number} ms
   */
  appear(ms) {
    this.canvas.animate([{ opacity: 0 }, { opacity: 1 }], { duration: ms, easing: "ease-out" });
  }

  /** @param {number} ms */
  vanish(ms) {
    this.canvas.animate([{ opacity: 1 }, { opacity: 0 }], { duration: ms, easing: "ease-in", fill: "forwards" });
  }

  /** Nothing of it is needed any more, until it is painted again. */
  rest() {
    for (const animation of this.canvas.getAnimations()) animation.cancel();
    this.show(false);
    this.view = null;
  }

  /** Give its memory back. */
  forget() {
    this.canvas.width = 0;
    this.canvas.height = 0;
  }

  remove() {
    this.rest();
    this.forget();
  }
}

/**
 * @param {View | null} one
 * @param {View} other
 * @returns {boolean} whether both show the same
 */
export function isSame(one, other) {
  return one !== null && one.zoom === other.zoom && one.corner.x === other.corner.x && one.corner.y === other.corner.y
    && one.width === other.width && one.height === other.height;
}
