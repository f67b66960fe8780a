// @ts-check
// Paints the areas: one fill a grid, textures for community and exclusive grids.
import { INK } from "../core/palette.js";
import { meets, toPlane } from "./frame.js";
import { dots, hatch } from "./textures.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("../core/topology.js").Terrain} Terrain */

/** Below this zoom a texture would be noise. */
const TEXTURE_ZOOM = 11.5;

/**
 * @typedef {object} Look
 * @property {string[]} colours one a grid
 * @property {boolean} textured whether community grids are dotted
 * @property {boolean} soft whether the colours may step back far away
 * @property {boolean} hatched whether exclusive grids are hatched
 * @property {boolean} exclusive whether exclusive grids are shown
 */

/**
 * @param {Frame} frame
 * @param {Terrain} terrain
 * @param {import("./paths.js").Paths} paths
 * @param {Look} look
 * @returns {number} grids painted
 */
export function paintFills(frame, terrain, paths, look) {
  const { context, view, zoom } = frame;
  toPlane(frame);
  glow(frame, paths);
  let painted = 0;
  for (const grid of terrain.grids) {
    if (!meets(grid.box, view) || (grid.kind === "exclusive" && !look.exclusive)) continue;
    const path = paths.grid(grid.index, zoom);
    context.fillStyle = look.colours[grid.index];
    context.fill(path, "evenodd");
    if (grid.kind === "exclusive") {
      if (look.hatched) texture(frame, path, hatch);
    } else if (look.textured && grid.kind === "community" && zoom >= TEXTURE_ZOOM) {
      texture(frame, path, dots);
    }
    painted += 1;
  }
  return painted;
}

/**
 * @param {Frame} frame
 * @param {Path2D} path
 * @param {(ratio: number) => CanvasPattern} make
 */
export function texture({ context, ratio, unit, scale, dx, dy }, path, make) {
  const pattern = make(ratio * unit);
  // The path is in the local plane, the texture on the screen: undo the scale, keep the place.
  const undo = 1 / (scale * ratio);
  pattern.setTransform(new DOMMatrix([undo, 0, 0, undo, -dx / scale, -dy / scale]));
  context.fillStyle = pattern;
  context.fill(path, "evenodd");
}

/**
 * A soft rim around the whole area lifts it off the ground.
 * @param {Frame} frame
 * @param {import("./paths.js").Paths} paths
 */
function glow({ context, zoom, scale, unit }, paths) {
  context.lineJoin = "round";
  context.strokeStyle = INK.county;
  for (const [width, alpha] of [[26, 0.035], [17, 0.05], [9, 0.08]]) {
    context.globalAlpha = alpha;
    context.lineWidth = (width * unit) / scale;
    context.stroke(paths.land(zoom));
  }
  context.globalAlpha = 1;
}
