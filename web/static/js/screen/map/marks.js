// @ts-check
// Paints the grid under the pointer and the selected one.
import { SCREEN_INK } from "../../core/screen_palette.js";
import { toPlane } from "../../map/frame.js";

/** @typedef {import("../../map/frame.js").Frame} Frame */
/** @typedef {import("../../core/topology.js").Grid} Grid */

/**
 * @param {Frame} frame
 * @param {import("../../map/paths.js").Paths} paths
 * @param {Grid | null} hovered
 * @param {Grid | null} selected
 */
export function paintMarks(frame, paths, hovered, selected) {
  const { context, zoom, scale, unit } = frame;
  toPlane(frame);
  context.lineJoin = "round";
  const stroke = (/** @type {Path2D} */ path, /** @type {string} */ colour, /** @type {number[][]} */ passes) => {
    context.strokeStyle = colour;
    for (const [width, alpha] of passes) {
      context.globalAlpha = alpha;
      context.lineWidth = (width * unit) / scale;
      context.stroke(path);
    }
    context.globalAlpha = 1;
  };
  if (hovered && hovered !== selected) stroke(paths.grid(hovered.index, zoom), SCREEN_INK.hover, [[2, 0.9]]);
  if (!selected) return;
  const path = paths.grid(selected.index, zoom);
  context.fillStyle = "rgba(255, 255, 255, 0.16)";
  context.fill(path, "evenodd");
  stroke(path, SCREEN_INK.hover, [[14, 0.16], [8, 0.3]]);
  stroke(path, SCREEN_INK.selected, [[3, 1]]);
}
