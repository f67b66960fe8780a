// @ts-check
// Paints the land of the wall screen: dim ground, a glowing rim, one fill a grid that is looked into.
import { OUTSIDE, SCREEN_INK, UNDER_HEAT } from "../../core/screen_palette.js";
import { meets, toPlane } from "../../map/frame.js";
import { texture } from "../../map/grid_fill.js";
import { dots, hatch } from "../../map/textures.js";

/** @typedef {import("../../map/frame.js").Frame} Frame */
/** @typedef {import("../../core/topology.js").Terrain} Terrain */
/** @typedef {import("../../core/topology.js").Division} Division */

/** Below this zoom a texture would be noise. */
const TEXTURE_ZOOM = 12.25;
const DOTS = "rgba(225, 240, 255, 0.26)";
const HATCH = "rgba(74, 34, 0, 0.62)";
/** So many grids are painted between two pauses. */
const GRIDS_A_STEP = 64;

/**
 * @param {Frame} frame
 * @param {Terrain} terrain
 * @param {import("../../map/paths.js").Paths} paths
 * @param {import("../../core/screen_look.js").ScreenLook} look
 * @param {Division} scope
 * @param {Path2D} outline of the scope
 * @returns {import("../../core/slices.js").Steps<number>} grids painted in colours
 */
export function* paintGround(frame, terrain, paths, look, scope, outline) {
  const { context, view, zoom } = frame;
  toPlane(frame);
  rim(frame, paths.land(zoom));
  yield;
  context.fillStyle = OUTSIDE;
  context.fill(paths.land(zoom), "evenodd");
  // Under the seams of neighbouring fills lies land, not ground.
  context.fillStyle = UNDER_HEAT;
  context.fill(outline, "evenodd");
  yield;
  let painted = 0;
  for (const index of scope.grids) {
    const grid = terrain.grids[index];
    if (!meets(grid.box, view)) continue;
    const path = paths.grid(index, zoom);
    context.fillStyle = look.colours[index];
    context.fill(path, "evenodd");
    if (look.legend.length > 0 && grid.kind === "exclusive") texture(frame, path, (ratio) => hatch(ratio, HATCH));
    else if (look.textured && grid.kind === "community" && zoom >= TEXTURE_ZOOM) {
      texture(frame, path, (ratio) => dots(ratio, DOTS));
    }
    painted += 1;
    if (painted % GRIDS_A_STEP === 0) yield;
  }
  return painted;
}

/**
 * @param {Frame} frame
 * @param {Path2D} land
 */
function rim({ context, scale, unit }, land) {
  context.lineJoin = "round";
  context.strokeStyle = SCREEN_INK.county;
  for (const [width, alpha] of [[34, 0.035], [22, 0.05], [12, 0.08]]) {
    context.globalAlpha = alpha;
    context.lineWidth = (width * unit) / scale;
    context.stroke(land);
  }
  context.globalAlpha = 1;
}
