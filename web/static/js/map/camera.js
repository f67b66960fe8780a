// @ts-check
// Moves the view: a flight on ordinary screens, cut and fade where a flight would stutter.
import { REFERENCE_ZOOM, latOf, lonOf } from "../core/mercator.js";
import { HUGE_PIXELS } from "./frame.js";
import { L } from "./leaflet.js";

/** @typedef {import("../core/topology.js").Box} Box */

/**
 * @param {Box} box local plane
 * @param {{x: number, y: number}} origin
 * @returns {any} Leaflet bounds
 */
export function boundsOf(box, origin) {
  return L.latLngBounds(
    [latOf(box.y1 + origin.y), lonOf(box.x0 + origin.x)],
    [latOf(box.y0 + origin.y), lonOf(box.x1 + origin.x)],
  );
}

/** @returns {boolean} whether WebGL, and so the compositor, runs on the processor */
function looksForSoftware() {
  const gl = document.createElement("canvas").getContext("webgl");
  const info = gl?.getExtension("WEBGL_debug_renderer_info");
  const name = gl && info ? String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) : "";
  return !gl || /swiftshader|llvmpipe|software/i.test(name);
}

/** @type {boolean | undefined} */
let software;

/** @returns {boolean} the same, looked for once */
export function drawsInSoftware() {
  software ??= looksForSoftware();
  return software;
}

/**
 * @param {any} map
 * @returns {boolean} whether to cut instead of flying
 */
export function cuts(map) {
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return true;
  const { x, y } = map.getSize();
  if (x * y * window.devicePixelRatio ** 2 <= HUGE_PIXELS) return false;
  return drawsInSoftware();
}

/**
 * @param {any} map
 * @param {any} bounds
 * @param {{left: number, right: number, top: number, bottom: number}} padding CSS pixels that
 *   panels cover
 * @param {{maxZoom?: number, animate?: boolean, flies?: (center: any, zoom: number) => void}} [options]
 *   `flies` is told where a flight that begins will end
 */
export function show(map, bounds, padding, { maxZoom = 17, animate = true, flies = () => {} } = {}) {
  const options = {
    paddingTopLeft: [padding.left, padding.top],
    paddingBottomRight: [padding.right, padding.bottom],
    maxZoom,
  };
  if (animate && !cuts(map)) {
    // As flyToBounds does, which keeps to itself where it flies to.
    const { center, zoom } = map._getBoundsCenterZoom(bounds, options);
    flies(center, zoom);
    map.flyTo(center, zoom, { duration: 0.7 });
    return;
  }
  map.fitBounds(bounds, { ...options, animate: false });
  if (animate) fade(map.getContainer());
}

/** @param {HTMLElement} element */
function fade(element) {
  element.classList.remove("is-cut");
  // Reading a size makes the browser notice that the class was gone.
  void element.offsetWidth;
  element.classList.add("is-cut");
}

/**
 * @param {any} map
 * @param {any} latlng
 * @param {{x: number, y: number}} origin
 * @returns {{x: number, y: number}} local plane
 */
export function planePoint(map, latlng, origin) {
  const world = map.project(latlng, REFERENCE_ZOOM);
  return { x: world.x - origin.x, y: world.y - origin.y };
}
