// @ts-check
// Paints names: divisions first, then grids where there is room, each with a halo.
import { metresPerPixel } from "../core/mercator.js";
import { shortDivision, shortGrid } from "../core/names.js";
import { INK } from "../core/palette.js";
import { Occupied, textWidth } from "../core/placement.js";
import { borderTiers } from "../core/topology.js";
import { toScreen } from "./frame.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("../core/topology.js").Terrain} Terrain */
/**
 * @typedef {object} Label
 * @property {string} text
 * @property {string} brief what is written where the text does not fit
 * @property {number} x local plane
 * @property {number} y
 * @property {number} radiusM
 * @property {number} rank depth of the division; 99 for grids
 * @property {boolean} isHighest of the highest level that is parted by borders
 * @property {string} colour
 * @property {boolean} isExclusive
 */

const FONT = '"Noto Sans SC Variable", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
/** A grid's name may be as wide as the free circle around it, a division's a little wider. */
const ROOM = { grid: 1.9, division: 3.2 };

/**
 * @param {Terrain} terrain
 * @returns {Label[]} more important first
 */
export function labelsOf(terrain) {
  const [highest] = borderTiers(terrain);
  /** @type {Label[]} */
  const labels = [];
  for (const division of terrain.divisions.values()) {
    // One that covers everything is named in the page's title.
    if (division.grids.length === terrain.grids.length || !division.label) continue;
    const text = shortDivision(division.name);
    labels.push({
      text,
      brief: text,
      ...division.label,
      rank: division.depth,
      isHighest: division.depth === highest,
      colour: division.depth === highest ? INK.labelStrong : INK.label,
      isExclusive: false,
    });
  }
  for (const grid of terrain.grids) {
    const home = terrain.divisions.get(grid.division)?.name ?? "";
    const [text, brief] = shortGrid(grid.name, home, grid.code);
    labels.push({
      text,
      brief,
      x: grid.x,
      y: grid.y,
      radiusM: grid.radiusM,
      rank: 99,
      isHighest: false,
      colour: grid.kind === "exclusive" ? INK.exclusive : INK.labelGrid,
      isExclusive: grid.kind === "exclusive",
    });
  }
  return labels.sort((a, b) => a.rank - b.rank || b.radiusM - a.radiusM);
}

/**
 * @param {Label} label
 * @param {number} radius free circle in design pixels
 * @param {number} span shorter side of the screen in design pixels
 * @returns {{size: number, weight: number} | null} null where the name does not belong
 */
export function styleOf(label, radius, span) {
  if (label.rank === 99) {
    return radius < 9 ? null : { size: Math.min(14, Math.max(10, radius * 0.42)), weight: 400 };
  }
  // A name larger than the screen's view of its area says nothing.
  if (radius > span * 0.42) return null;
  if (label.isHighest) {
    return radius < 10 ? null : { size: Math.min(21, Math.max(14, 11 + radius * 0.1)), weight: 700 };
  }
  return radius < 6.5 ? null : { size: Math.min(17, Math.max(11, radius * 0.5)), weight: 500 };
}

/**
 * @param {Frame} frame
 * @param {Label[]} labels
 * @returns {number} names painted
 */
export function paintLabels(frame, labels) {
  const { context, unit, scale, dx, dy, width, height, latitude, zoom } = frame;
  toScreen(frame);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  const metres = metresPerPixel(latitude, zoom) * unit;
  const span = Math.min(width, height) / unit;
  const taken = new Occupied();
  let painted = 0;
  let font = "";
  for (const label of labels) {
    const x = label.x * scale + dx;
    const y = label.y * scale + dy;
    if (x < -60 || y < -20 || x > width + 60 || y > height + 20) continue;
    const radius = label.radiusM / metres;
    const style = styleOf(label, radius, span);
    if (!style) continue;
    const room = label.rank === 99 ? ROOM.grid * radius : ROOM.division * radius + 12;
    let text = label.text;
    let wide = textWidth(text) * style.size;
    if (wide > room && !label.isHighest) {
      text = label.brief;
      wide = textWidth(text) * style.size;
      if (wide > room) continue;
    }
    if (!taken.take(x, y, (wide + 6) * unit, style.size * 1.25 * unit)) continue;
    // Whole pixels: a browser keeps the outlined characters of each size that it has drawn.
    const wanted = `${style.weight} ${Math.round(style.size * unit)}px ${FONT}`;
    if (wanted !== font) context.font = font = wanted;
    context.strokeStyle = INK.halo;
    context.lineWidth = (style.weight >= 700 ? 4 : 3) * unit;
    context.strokeText(text, x, y);
    context.fillStyle = label.colour;
    context.fillText(text, x, y);
    painted += 1;
  }
  return painted;
}
