// @ts-check
// A deployment too large to be sent whole: divisions stand for their grids as tracts, and the grids
// of one part at a time are laid over them.
import { GRID_RANK, HIDDEN_RANK, emptyBox, extend, readTopology } from "./topology.js";

/** @typedef {import("./topology.js").Terrain} Terrain */
/** @typedef {import("./topology.js").Division} Division */
/** @typedef {import("./topology.js").Grid} Grid */
/** @typedef {import("./topology.js").Arc} Arc */

/**
 * @typedef {object} Overview
 * @property {Terrain} terrain tracts in the place of grids
 * @property {Set<string>} parts codes of the divisions whose grids are fetched together
 * @property {string} level slug of the level of the tracts
 */

/**
 * @param {any} sent as `/tiles/overview` sends it: TopoJSON, or its packed form
 * @param {{x: number, y: number}} [plane] origin of another terrain that shares the map with it
 * @returns {Overview}
 */
export function readOverview(sent, plane) {
  const terrain = readTopology(sent, plane);
  const tracts = new Map(terrain.grids.map((tract) => [tract.code, tract.index]));
  const kinds = new Map(sent.divisions.map((/** @type {any} */ row) => [row.code, row.kinds]));
  for (const division of terrain.divisions.values()) division.kinds = kinds.get(division.code);
  const grids = terrain.grids.map((tract) => ({ ...tract, isTract: true }));
  const parts = sent.divisions.filter((/** @type {any} */ row) => row.is_part && row.grids > 0);
  const lowest = [...terrain.divisions.values()].at(-1);
  return {
    // No code of a tract is the code of a grid.
    terrain: { ...terrain, grids, byCode: new Map(), tracts },
    parts: new Set(parts.map((/** @type {any} */ row) => row.code)),
    level: lowest?.level ?? "",
  };
}

/**
 * @param {Overview} overview
 * @param {string[]} path codes of divisions from the top down, also of such as it does not have
 * @returns {string | null} the part on that way; null above all parts
 */
export const partOn = ({ parts }, path) => path.find((code) => parts.has(code)) ?? null;

/**
 * The grids of a part, and the tracts around it.
 * @param {Overview} overview
 * @param {Terrain} part on the same plane
 * @param {string} code of the part
 * @returns {Terrain}
 */
export function joined(overview, part, code) {
  const { terrain } = overview;
  const isInside = (/** @type {Grid} */ { division }) => terrain.divisions.get(division)?.path.includes(code) ?? false;
  const around = terrain.grids.filter((tract) => !isInside(tract));
  const index = new Map(around.map((tract, n) => [tract.index, part.grids.length + n]));
  const shift = part.arcs.length;
  const grids = [...part.grids, ...around.map((tract) => movedTract(tract, index, shift))];
  const arcs = [
    ...part.arcs.map((arc) => ({ ...arc, rank: arc.rank === 0 ? part.divisions.get(code)?.depth ?? GRID_RANK : arc.rank })),
    ...terrain.arcs.map((arc) => movedArc(arc, index)),
  ];
  const divisions = joinedDivisions(terrain, part, code, grids);
  return {
    ...terrain,
    grids,
    arcs,
    byCode: part.byCode,
    tracts: new Map(around.map((tract) => [tract.code, index.get(tract.index) ?? -1])),
    divisions,
    root: divisions.get(terrain.root?.code ?? "") ?? null,
    focus: part.box,
  };
}

/**
 * @param {Grid} tract
 * @param {Map<number, number>} index old → new
 * @param {number} shift of numbers of arcs
 * @returns {Grid}
 */
function movedTract(tract, index, shift) {
  const moved = (/** @type {number} */ ref) => (ref < 0 ? ref - shift : ref + shift);
  const parts = tract.parts.map((part) => part.map((ring) => ring.map(moved)));
  return { ...tract, index: index.get(tract.index) ?? -1, parts };
}

/**
 * Where a tract made way for its grids, their own borders are drawn; the land keeps its rim.
 * @param {Arc} arc
 * @param {Map<number, number>} index
 * @returns {Arc}
 */
function movedArc(arc, index) {
  const owners = arc.owners.flatMap((owner) => index.get(owner) ?? []);
  const isCovered = owners.length < arc.owners.length;
  return { ...arc, owners, rank: isCovered ? HIDDEN_RANK : arc.rank, isRim: arc.rank === 0 };
}

/**
 * @param {Terrain} terrain of the overview
 * @param {Terrain} part
 * @param {string} code of the part
 * @param {Grid[]} grids of both
 * @returns {Map<string, Division>} parents before children
 */
function joinedDivisions(terrain, part, code, grids) {
  const below = [...part.divisions.values()].filter(({ path }) => path.includes(code));
  const known = new Map(below.map((division) => [division.code, division]));
  const rows = [...terrain.divisions.values()].map((division) => known.get(division.code) ?? division);
  rows.push(...below.filter((division) => !terrain.divisions.has(division.code)));
  /** @type {Map<string, Division>} */
  const divisions = new Map();
  for (const row of rows) {
    const division = { ...row, children: [], grids: [], box: emptyBox() };
    divisions.set(row.code, division);
    divisions.get(row.parent ?? "")?.children.push(division);
  }
  for (const grid of grids) {
    for (const above of divisions.get(grid.division)?.path ?? []) {
      const division = divisions.get(above);
      division?.grids.push(grid.index);
      if (division) extend(division.box, grid.box);
    }
  }
  return divisions;
}

/**
 * Figures of tracts and of a part's grids in one answer.
 * @param {any} tracts answer of `/api/v1/statistics/tracts`
 * @param {any | null} grids answer of `/api/v1/statistics/grids` for the part
 * @returns {any}
 */
export function joinedFigures(tracts, grids) {
  if (!grids) return tracts;
  return Object.fromEntries(Object.entries(tracts).map(([name, column]) =>
    [name, Array.isArray(column) ? [...column, ...grids[name]] : column]));
}
