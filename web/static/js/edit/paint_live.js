// @ts-check
// Paints what moves or is pointed at: ghosts, what is chosen, drawn, wrong; and the handles.
import { toPlane, toScreen } from "../map/frame.js";
import { EDIT_COLOURS as COLOURS } from "./colours.js";
import { planeOf } from "./lattice.js";
import { hasArea, pathOf, traceRing } from "./trace.js";

/** @typedef {import("./mesh.js").EditGrid} EditGrid */
/** @typedef {import("./lattice.js").Vertex} Vertex */
/** @typedef {import("../map/frame.js").Frame} Frame */
/** @typedef {import("./stage.js").Stage} Stage */

/**
 * @param {Stage} stage
 * @param {Frame} frame
 */
export function paintLive(stage, frame) {
  const { live } = stage;
  toPlane(frame);
  frame.context.lineJoin = "round";
  frame.context.lineCap = "round";
  for (const grid of live.ghosts) area(stage, frame, grid, COLOURS.ghost, COLOURS.changed, 2);
  for (const geometry of live.moved) shape(stage, frame, geometry, COLOURS.moved, null);
  if (live.hovered) area(stage, frame, live.hovered, COLOURS.hover, COLOURS.chosen, 1.5);
  const ghosts = new Map(live.ghosts.map((grid) => [grid.code, grid]));
  for (const grid of live.marked) area(stage, frame, ghosts.get(grid.code) ?? grid, COLOURS.markedFill, COLOURS.marked, 3);
  for (const grid of live.chosen) area(stage, frame, ghosts.get(grid.code) ?? grid, COLOURS.chosenFill, COLOURS.chosen, 3);
  for (const geometry of live.faults) shape(stage, frame, geometry, COLOURS.faultFill, COLOURS.fault);
  if (live.guide) guide(stage, frame, live.guide);
  drawnLine(stage, frame);
  toScreen(frame);
  paintHandles(stage, frame);
}

/**
 * @param {Stage} stage
 * @param {Frame} frame
 * @param {EditGrid} grid
 * @param {string} fill
 * @param {string} line
 * @param {number} width
 */
function area(stage, { context, scale, unit }, grid, fill, line, width) {
  const path = stage.pathOf(grid);
  context.fillStyle = fill;
  context.fill(path, "evenodd");
  context.strokeStyle = COLOURS.casing;
  context.lineWidth = ((width + 2) * unit) / scale;
  context.stroke(path);
  context.strokeStyle = line;
  context.lineWidth = (width * unit) / scale;
  context.stroke(path);
}

/**
 * @param {Stage} stage
 * @param {Frame} frame
 * @param {any} geometry GeoJSON
 * @param {string} fill
 * @param {string | null} line
 */
function shape(stage, frame, geometry, fill, line) {
  const { context, scale, unit } = frame;
  const path = pathOf(geometry, stage.terrain.origin, (9 * unit) / scale);
  if (hasArea(geometry)) {
    context.fillStyle = fill;
    context.fill(path, "evenodd");
  }
  if (!line) return;
  context.strokeStyle = COLOURS.casing;
  context.lineWidth = (5 * unit) / scale;
  context.stroke(path);
  context.strokeStyle = line;
  context.lineWidth = (2.5 * unit) / scale;
  context.stroke(path);
}

/**
 * What an operation had drawn that is to be drawn anew.
 * @param {Stage} stage
 * @param {Frame} frame
 * @param {any} geometry GeoJSON
 */
function guide({ terrain }, { context, scale, unit }, geometry) {
  const path = pathOf(geometry, terrain.origin, (9 * unit) / scale);
  context.save();
  context.setLineDash([(8 * unit) / scale, (7 * unit) / scale]);
  for (const [colour, width] of /** @type {[string, number][]} */ ([["#ffffff", 5], [COLOURS.drawn, 2.5]])) {
    context.strokeStyle = colour;
    context.lineWidth = (width * unit) / scale;
    context.stroke(path);
  }
  context.restore();
}

/**
 * @param {Stage} stage
 * @param {Frame} frame
 */
function drawnLine({ live, terrain }, { context, scale, unit }) {
  if (live.line.length < 2) return;
  const path = new Path2D();
  traceRing(path, live.line, terrain.origin, live.isArea && live.line.length > 2);
  if (live.isArea && live.line.length > 2) {
    context.fillStyle = COLOURS.drawnFill;
    context.fill(path);
  }
  for (const [colour, width] of /** @type {[string, number][]} */ ([["#ffffff", 5], [COLOURS.drawn, 2.5]])) {
    context.strokeStyle = colour;
    context.lineWidth = (width * unit) / scale;
    context.stroke(path);
  }
}

/**
 * @param {Stage} stage
 * @param {Frame} frame
 */
function paintHandles({ live, terrain, map }, { context, scale, unit, dx, dy }) {
  const coarse = matchMedia("(pointer: coarse)").matches ? 1.35 : 1;
  const place = (/** @type {Vertex} */ vertex) => {
    const { x, y } = planeOf(vertex, terrain.origin);
    return { x: x * scale + dx, y: y * scale + dy };
  };
  const dot = (/** @type {Vertex} */ vertex, /** @type {number} */ radius, /** @type {string} */ fill, /** @type {string} */ rim) => {
    const { x, y } = place(vertex);
    context.beginPath();
    context.arc(x, y, radius * unit * coarse, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
    context.lineWidth = 2 * unit;
    context.strokeStyle = rim;
    context.stroke();
  };
  for (const { type, vertex } of live.handles) {
    if (type === "middle") dot(vertex, 3.5, "rgba(255,255,255,0.85)", COLOURS.middle);
  }
  for (const { type, vertex, isCorner } of live.handles) {
    if (type === "vertex") dot(vertex, isCorner ? 6.5 : 5.5, isCorner ? COLOURS.corner : "#ffffff", isCorner ? "#ffffff" : COLOURS.chosen);
  }
  for (const vertex of live.line) dot(vertex, 4.5, "#ffffff", COLOURS.drawn);
  if (live.held) dot(live.held, 8, COLOURS.chosen, "#ffffff");
  if (live.snapped) {
    const { x, y } = place(live.snapped);
    context.strokeStyle = COLOURS.snap;
    context.lineWidth = 3 * unit;
    context.strokeRect(x - 9 * unit, y - 9 * unit, 18 * unit, 18 * unit);
  }
  map.getContainer().dataset.handles = String(live.handles.length);
}
