// @ts-check
// Which part of the world a canvas over the map shows.
import { REFERENCE_ZOOM } from "../../core/mercator.js";
import { HUGE_PIXELS, designUnit } from "../../map/frame.js";

/** @typedef {import("../../map/frame.js").View} View */

/** Share of the screen that is painted beyond each edge, for the first moment of a pan. */
const MARGIN = 0.15;
/** Room for an outline's glow around a grid, design pixels. */
const GLOW = 20;

/**
 * @param {any} map Leaflet's
 * @returns {View} with a margin
 */
export function viewNow(map) {
  return viewOf(map, map.getCenter(), map.getZoom(), map.getPixelOrigin());
}

/**
 * @param {any} map Leaflet's
 * @param {any} center
 * @param {number} zoom
 * @returns {View} what `viewNow` will be when the map has come there
 */
export function viewThere(map, center, zoom) {
  return viewOf(map, center, zoom, map._getNewPixelOrigin(center, zoom));
}

/**
 * @param {any} map
 * @param {any} center
 * @param {number} zoom
 * @param {any} from pixels of the world where the map's own begin
 * @returns {View}
 */
function viewOf(map, center, zoom, from) {
  const size = map.getSize();
  const share = size.x * size.y > HUGE_PIXELS ? 0 : MARGIN;
  const corner = map.containerPointToLayerPoint(size.multiplyBy(-share)).round().add(from);
  const { x: width, y: height } = size.multiplyBy(1 + 2 * share).round();
  return { zoom, latitude: center.lat, corner, width, height };
}

/**
 * @param {View} view
 * @param {import("../../core/topology.js").Box[]} boxes local plane
 * @param {{x: number, y: number}} origin of the local plane
 * @returns {View | null} the part of it in which they lie; null for none
 */
export function viewAround(view, boxes, origin) {
  const scale = 2 ** (view.zoom - REFERENCE_ZOOM);
  const room = GLOW * designUnit();
  const { corner, width, height } = view;
  const at = (/** @type {number[]} */ values, /** @type {(...values: number[]) => number} */ pick, /** @type {"x" | "y"} */ axis) =>
    (pick(...values) + origin[axis]) * scale;
  const x0 = Math.max(corner.x, Math.floor(at(boxes.map((box) => box.x0), Math.min, "x") - room));
  const y0 = Math.max(corner.y, Math.floor(at(boxes.map((box) => box.y0), Math.min, "y") - room));
  const x1 = Math.min(corner.x + width, Math.ceil(at(boxes.map((box) => box.x1), Math.max, "x") + room));
  const y1 = Math.min(corner.y + height, Math.ceil(at(boxes.map((box) => box.y1), Math.max, "y") + room));
  return x1 > x0 && y1 > y0 ? { ...view, corner: { x: x0, y: y0 }, width: x1 - x0, height: y1 - y0 } : null;
}
