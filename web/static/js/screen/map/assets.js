// @ts-check
// Cameras and centres: symbols where there is room, a number where they crowd.
import { worldX, worldY } from "../../core/mercator.js";
import { toScreen } from "../../map/frame.js";

/** @typedef {import("../../map/frame.js").Frame} Frame */
/**
 * @typedef {object} Asset
 * @property {number} x local plane
 * @property {number} y
 * @property {string} kind
 * @property {string[]} path codes of the divisions that it lies in, from the root
 */

const RADIUS_PX = 11;
const FONT = '"Barlow Condensed", "Noto Sans SC Variable", sans-serif';
/**
 * @typedef {object} AssetStyle
 * @property {string} ground inside a symbol
 * @property {Record<string, string>} colours by kind
 * @property {string} other kind
 * @property {number} crowd side of the squares in which symbols crowd, design pixels
 */

/** Bright on a dark wall. @type {AssetStyle} */
const ON_DARK = {
  ground: "rgba(6, 19, 43, 0.86)", colours: { camera: "#4be3a4", centre: "#ffd479" }, other: "#b79cff", crowd: 46,
};
/** Dark on the light map of the desk, between whose names there is less room. @type {AssetStyle} */
export const ON_LIGHT = {
  ground: "rgba(255, 255, 255, 0.92)", colours: { camera: "#00635a", centre: "#8a4100" }, other: "#5b3aa8", crowd: 72,
};

/**
 * @param {any} geojson answer of `/api/v1/assets`
 * @param {import("../../core/topology.js").Terrain} terrain
 * @param {import("../../core/hit.js").HitIndex} hits
 * @returns {Asset[]}
 */
export function readAssets(geojson, { origin, divisions }, hits) {
  return (geojson?.features ?? []).flatMap((/** @type {any} */ feature) => {
    const [lon, lat] = feature.geometry?.coordinates ?? [];
    if (!Number.isFinite(lon) || !Number.isFinite(lat)) return [];
    const [x, y] = [worldX(lon) - origin.x, worldY(lat) - origin.y];
    const path = divisions.get(hits.at(x, y)?.division ?? "")?.path ?? [];
    return [{ x, y, kind: String(feature.properties?.kind ?? ""), path }];
  });
}

/** @param {string} kind */
export const assetColour = (kind) => ON_DARK.colours[kind] ?? ON_DARK.other;

/**
 * @param {Frame} frame
 * @param {Asset[]} assets
 * @param {AssetStyle} [style]
 * @returns {number} assets in view
 */
export function paintAssets(frame, assets, style = ON_DARK) {
  const { context, unit, scale, dx, dy, width, height } = frame;
  toScreen(frame);
  const side = style.crowd * unit;
  /** @type {Map<string, {kind: string, x: number, y: number, count: number}>} */
  const crowds = new Map();
  let seen = 0;
  for (const asset of assets) {
    const x = asset.x * scale + dx;
    const y = asset.y * scale + dy;
    if (x < 0 || y < 0 || x > width || y > height) continue;
    seen += 1;
    // Squares of the ground and not of the canvas: a pan does not shuffle them.
    const key = `${asset.kind}:${Math.floor((asset.x * scale) / side)}:${Math.floor((asset.y * scale) / side)}`;
    const crowd = crowds.get(key) ?? { kind: asset.kind, x: 0, y: 0, count: 0 };
    crowd.x += x;
    crowd.y += y;
    crowd.count += 1;
    crowds.set(key, crowd);
  }
  for (const { kind, x, y, count } of crowds.values()) symbol(context, x / count, y / count, kind, count, unit, style);
  return seen;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {string} kind
 * @param {number} count
 * @param {number} unit
 * @param {AssetStyle} style
 */
function symbol(context, x, y, kind, count, unit, { ground, colours, other }) {
  const colour = colours[kind] ?? other;
  const r = (RADIUS_PX + (count > 1 ? Math.min(7, 1.6 * Math.log2(count)) : 0)) * unit;
  context.beginPath();
  if (kind === "camera") context.arc(x, y, r, 0, 2 * Math.PI);
  else context.roundRect(x - r, y - r, 2 * r, 2 * r, 4 * unit);
  context.fillStyle = ground;
  context.fill();
  context.strokeStyle = colour;
  context.lineWidth = 2 * unit;
  context.stroke();
  context.fillStyle = colour;
  if (count > 1) {
    context.font = `600 ${Math.round(15 * unit)}px ${FONT}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(String(count), x, y + unit);
  } else glyph(context, x, y, kind, unit);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {string} kind
 * @param {number} unit
 */
function glyph(context, x, y, kind, unit) {
  const u = unit;
  context.beginPath();
  if (kind === "camera") {
    context.roundRect(x - 6 * u, y - 4 * u, 8 * u, 8 * u, 1.5 * u);
    context.moveTo(x + 3 * u, y - 1 * u);
    context.lineTo(x + 6.5 * u, y - 3.5 * u);
    context.lineTo(x + 6.5 * u, y + 3.5 * u);
    context.lineTo(x + 3 * u, y + 1 * u);
  } else {
    context.moveTo(x - 6 * u, y - 0.5 * u);
    context.lineTo(x, y - 6 * u);
    context.lineTo(x + 6 * u, y - 0.5 * u);
    context.lineTo(x + 4.5 * u, y - 0.5 * u);
    context.lineTo(x + 4.5 * u, y + 5 * u);
    context.lineTo(x - 4.5 * u, y + 5 * u);
    context.lineTo(x - 4.5 * u, y - 0.5 * u);
  }
  context.closePath();
  context.fill();
}
