// @ts-check
// Paints boundaries as they were: an older state left of the curtain, a newer one right of it.
import { worldX, worldY } from "../core/mercator.js";
import { toPlane, toScreen } from "../map/frame.js";
import { EDIT_COLOURS as COLOURS } from "./colours.js";
import { pathOf } from "./trace.js";

/** @typedef {import("../map/frame.js").Frame} Frame */
/**
 * @typedef {object} PastShape
 * @property {string} code
 * @property {string} name
 * @property {any} geometry GeoJSON polygon
 * @property {number[]} box west, south, east, north; degrees
 * @property {"created" | "modified" | "retired" | "same"} tone
 */
/**
 * @typedef {object} Past
 * @property {PastShape[]} before left of the curtain; all over where there is none and `after` is empty
 * @property {PastShape[]} after
 * @property {Set<string>} codes of all of them: their names of today are not written
 */

const FONT = '"Noto Sans SC Variable", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

/**
 * @param {Frame} frame
 * @param {Past} past
 * @param {{x: number, y: number}} origin
 * @param {number | null} curtain pixels of the canvas; null for none: then only the newer state
 */
export function paintPast(frame, { before, after }, origin, curtain) {
  const { context, width, height } = frame;
  const sides = /** @type {[PastShape[], number, number][]} */ (
    curtain === null ? [[after, 0, width]] : [[before, 0, curtain], [after, curtain, width]]
  );
  for (const [shapes, from, to] of sides) {
    toScreen(frame);
    context.save();
    context.beginPath();
    context.rect(from, 0, to - from, height);
    context.clip();
    paintSide(frame, shapes, origin);
    context.restore();
  }
}

/**
 * @param {Frame} frame
 * @param {PastShape[]} shapes
 * @param {{x: number, y: number}} origin
 */
function paintSide(frame, shapes, origin) {
  const { context, scale, unit } = frame;
  toPlane(frame);
  context.lineJoin = "round";
  const paths = shapes.map(({ geometry }) => pathOf(geometry, origin, 0));
  shapes.forEach(({ tone }, n) => {
    context.fillStyle = COLOURS.past[tone];
    context.fill(paths[n], "evenodd");
  });
  for (const [colour, line] of /** @type {[string, number][]} */ ([["#ffffff", 4.5], [COLOURS.pastLine, 2]])) {
    context.strokeStyle = colour;
    context.lineWidth = (line * unit) / scale;
    for (const path of paths) context.stroke(path);
  }
  toScreen(frame);
  shapes.forEach((shape) => writeName(frame, shape, origin));
}

/**
 * @param {Frame} frame
 * @param {PastShape} shape
 * @param {{x: number, y: number}} origin
 */
function writeName({ context, scale, unit, dx, dy }, { name, box }, origin) {
  const [west, south, east, north] = box;
  const [x, y] = [(worldX(west) + worldX(east)) / 2 - origin.x, (worldY(south) + worldY(north)) / 2 - origin.y];
  context.font = `600 ${13 * unit}px ${FONT}`;
  if (context.measureText(name).width > (worldX(east) - worldX(west)) * scale) return;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 4 * unit;
  context.strokeStyle = COLOURS.casing;
  context.strokeText(name, x * scale + dx, y * scale + dy);
  context.fillStyle = COLOURS.pastLine;
  context.fillText(name, x * scale + dx, y * scale + dy);
}
