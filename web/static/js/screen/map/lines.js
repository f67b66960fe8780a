// @ts-check
// Paints the borders of the wall screen: dim beside what is looked into, and its outline aglow.
import { SCREEN_INK } from "../../core/screen_palette.js";
import { EXCLUSIVE_RANK, GRID_RANK } from "../../core/topology.js";
import { meets, toPlane } from "../../map/frame.js";

/** @typedef {import("../../map/frame.js").Frame} Frame */
/** @typedef {{colour: string, width: number, alpha: number}} Pen width in design pixels */

/** How much of a line is taken away beside what is looked into. */
const TAKEN_OUTSIDE = 0.66;

/**
 * @param {number} rank
 * @param {number} near 0 far away to 1 near
 * @param {number[]} tiers ranks of the borders between divisions, ascending
 * @returns {Pen}
 */
function screenPen(rank, near, tiers) {
  if (rank === EXCLUSIVE_RANK) return { colour: SCREEN_INK.exclusive, width: 0.5 + 1.1 * near, alpha: 0.95 };
  if (rank === GRID_RANK) return { colour: SCREEN_INK.grid, width: 0.4 + 0.7 * near, alpha: 0.2 + 0.55 * near };
  if (rank === 0) return { colour: SCREEN_INK.county, width: 2.2 + near, alpha: 1 };
  const tier = tiers.indexOf(rank);
  if (tier === 0) return { colour: SCREEN_INK.township, width: 1.4 + 1.1 * near, alpha: 0.92 };
  if (tier < tiers.length - 1) return { colour: SCREEN_INK.township, width: 0.9 + 0.9 * near, alpha: 0.7 };
  return { colour: SCREEN_INK.village, width: 0.7 + 1.2 * near, alpha: 0.4 + 0.4 * near };
}

/**
 * @param {number} zoom
 * @param {number} widest zoom at which all land is in view
 * @returns {number} 0 far away to 1 near
 */
const nearness = (zoom, widest) => Math.min(1, Math.max(0, (zoom - widest) / 3.5));

/**
 * @param {Frame} frame
 * @param {import("../../map/paths.js").Paths} paths
 * @param {number[]} tiers
 * @param {{outline: Path2D, isRoot: boolean, widest: number}} scope
 * @returns {import("../../core/slices.js").Steps<void>}
 */
export function* paintLines(frame, paths, tiers, { outline, isRoot, widest }) {
  const { context, scale, unit, zoom, view } = frame;
  toPlane(frame);
  context.lineJoin = "round";
  context.lineCap = "round";
  /** @type {Map<number, Path2D[]>} */
  const byRank = new Map();
  for (const { rank, box, path } of paths.lines(zoom)) {
    if (!meets(box, view)) continue;
    const same = byRank.get(rank);
    if (same) same.push(path);
    else byRank.set(rank, [path]);
  }
  const near = nearness(zoom, widest);
  // Outlines of exclusive grids lie over everything else.
  const order = (/** @type {number} */ rank) => (rank === EXCLUSIVE_RANK ? -1 : rank);
  for (const rank of [...byRank.keys()].sort((a, b) => order(b) - order(a))) {
    const pen = screenPen(rank, near, tiers);
    context.strokeStyle = pen.colour;
    context.globalAlpha = pen.alpha;
    context.lineWidth = (pen.width * unit) / scale;
    for (const path of byRank.get(rank) ?? []) {
      context.stroke(path);
      yield;
    }
  }
  context.globalAlpha = 1;
  if (!isRoot) dimOutside(frame, outline, TAKEN_OUTSIDE);
  yield;
  glow(frame, outline, isRoot ? SCREEN_INK.county : SCREEN_INK.township);
}

/**
 * @param {Frame} frame in the local plane
 * @param {Path2D} outline
 * @param {number} share that is taken away outside it
 */
export function dimOutside({ context, view }, outline, share) {
  const all = new Path2D();
  all.rect(view.x0, view.y0, view.x1 - view.x0, view.y1 - view.y0);
  all.addPath(outline);
  context.globalCompositeOperation = "destination-out";
  context.fillStyle = `rgba(0, 0, 0, ${share})`;
  context.fill(all, "evenodd");
  context.globalCompositeOperation = "source-over";
}

/**
 * @param {Frame} frame
 * @param {Path2D} outline
 * @param {string} colour
 */
function glow({ context, scale, unit }, outline, colour) {
  context.strokeStyle = colour;
  for (const [width, alpha] of [[13, 0.1], [7, 0.2], [2.6, 1]]) {
    context.globalAlpha = alpha;
    context.lineWidth = (width * unit) / scale;
    context.stroke(outline);
  }
  context.globalAlpha = 1;
}
