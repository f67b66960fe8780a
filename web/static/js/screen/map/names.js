// @ts-check
// Paints the names that core/screen_names.js has placed.
import { metresPerPixel } from "../../core/mercator.js";
import { placed } from "../../core/screen_names.js";
import { SCREEN_INK } from "../../core/screen_palette.js";
import { toScreen } from "../../map/frame.js";

/** @typedef {import("../../map/frame.js").Frame} Frame */
/** @typedef {import("../../core/screen_names.js").Name} Name */

const FONT = '"Noto Sans SC Variable", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
const INK = { main: SCREEN_INK.label, lower: SCREEN_INK.labelLower, exclusive: SCREEN_INK.exclusive };
/** So many names are painted between two pauses. */
const NAMES_A_STEP = 6;
const WEIGHT = { main: 700, lower: 400, exclusive: 500 };

/**
 * @param {Frame} frame
 * @param {Name[]} names
 * @returns {import("../../core/slices.js").Steps<number>} names painted
 */
export function* paintNames(frame, names) {
  const { context, unit, scale, dx, dy, width, height, latitude, zoom } = frame;
  toScreen(frame);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  const metres = metresPerPixel(latitude, zoom) * unit;
  const at = (/** @type {Name} */ name) => ({
    x: (name.x * scale + dx) / unit,
    y: (name.y * scale + dy) / unit,
    radius: name.radiusM / metres,
  });
  const found = placed(names, at, { width: width / unit, height: height / unit });
  let font = "";
  for (const [n, { name, text, x, y, size }] of found.entries()) {
    if (n % NAMES_A_STEP === 0) yield;
    // Whole pixels: a browser keeps the outlined characters of each size that it has drawn.
    const wanted = `${WEIGHT[name.role]} ${Math.round(size * unit)}px ${FONT}`;
    if (wanted !== font) context.font = font = wanted;
    context.strokeStyle = SCREEN_INK.halo;
    context.lineWidth = (name.role === "main" ? 4 : 3) * unit;
    context.strokeText(text, x * unit, y * unit);
    context.fillStyle = INK[name.role];
    context.fillText(text, x * unit, y * unit);
  }
  return found.length;
}
