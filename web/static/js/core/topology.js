// @ts-check
// From the server's TopoJSON to grids, shared arcs and the divisions that own them.
import { worldX, worldY } from "./mercator.js";
import { unpacked } from "./packed.js";

/**
 * @typedef {object} Grid
 * @property {number} index position in `grids`
 * @property {string} code
 * @property {string} name
 * @property {"rural" | "community" | "exclusive"} kind
 * @property {string} division code of the division that it lies in
 * @property {number} colourIndex 0 to 5; neighbours differ
 * @property {number} x label point, local plane
 * @property {number} y
 * @property {number} lon label point, degrees
 * @property {number} lat
 * @property {number} radiusM free circle around the label point, in metres
 * @property {number} areaM2
 * @property {number[][][]} parts parts → rings → arc references (~n is arc n backwards)
 * @property {Box} box local plane
 * @property {boolean} [isTract] whether it is a division that stands for its grids
 */

/**
 * @typedef {object} Division
 * @property {string} code
 * @property {string} name
 * @property {string} level
 * @property {number} depth 0 at the root
 * @property {string | null} parent
 * @property {Division[]} children
 * @property {string[]} path codes from the root to this one
 * @property {number[]} grids indices of all grids below it
 * @property {{x: number, y: number, radiusM: number} | null} label
 * @property {Box} box local plane
 * @property {Record<"rural" | "community" | "exclusive", number>} [kinds] grids by kind, where
 *   tracts stand for them
 */

/** @typedef {{x0: number, y0: number, x1: number, y1: number}} Box */

/**
 * @typedef {object} Arc
 * @property {Float64Array} xy local plane
 * @property {number} rank 0 outer border, 1… depth of the divisions that it parts, 99 grids only
 * @property {number[]} owners indices of the grids on its sides
 * @property {Box} box
 * @property {boolean} [isRim] whether it is the border of all land, whatever its rank
 */

/** Rank of an arc that parts grids of one and the same division. */
export const GRID_RANK = 99;
/** Rank of the outline of an exclusive grid, which parts nothing. */
export const EXCLUSIVE_RANK = 100;
/** Rank of an arc that is not drawn: others are, in its place. */
export const HIDDEN_RANK = 101;

/**
 * @typedef {object} Terrain
 * @property {number} generation
 * @property {{x: number, y: number}} origin of the local plane, in world pixels
 * @property {Grid[]} grids basic ones first
 * @property {Arc[]} arcs
 * @property {Map<string, Grid>} byCode
 * @property {Map<string, Division>} divisions
 * @property {Division | null} root
 * @property {Box} box
 * @property {Map<string, number>} [tracts] code → index of those that stand for their grids
 * @property {Box} [focus] of the part whose grids are there, where not all are
 */

/** @returns {Box} a box that holds nothing yet */
export const emptyBox = () => ({ x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity });

/**
 * @param {Box} box is grown
 * @param {Box} other
 */
export function extend(box, other) {
  box.x0 = Math.min(box.x0, other.x0);
  box.y0 = Math.min(box.y0, other.y0);
  box.x1 = Math.max(box.x1, other.x1);
  box.y1 = Math.max(box.y1, other.y1);
}

/**
 * @param {any} sent as `/tiles/grids` sends it: TopoJSON, or its packed form
 * @param {{x: number, y: number}} [plane] origin of another terrain that shares the map with it
 * @returns {Terrain}
 */
export function readTopology(sent, plane) {
  const topojson = sent.type === "PackedTopology" ? unpacked(sent) : sent;
  const [left, bottom] = topojson.transform.translate;
  const origin = plane ?? { x: worldX(left), y: worldY(bottom) };
  const arcs = topojson.arcs.map((/** @type {number[][] | Int32Array} */ arc) =>
    readArc(arc instanceof Int32Array ? arc : placesOf(arc), topojson.transform, origin),
  );
  const { basic, exclusive } = topojson.objects;
  /** @type {Grid[]} */
  const grids = [...basic.geometries, ...exclusive.geometries].map((geometry, index) =>
    readGrid(geometry, index, arcs, origin),
  );
  const divisions = readDivisions(topojson.divisions, grids, origin);
  rankArcs(arcs, grids, divisions);
  const box = emptyBox();
  for (const grid of grids) extend(box, grid.box);
  return {
    generation: topojson.generation,
    origin,
    grids,
    arcs,
    byCode: new Map(grids.map((grid) => [grid.code, grid])),
    divisions,
    root: [...divisions.values()].find((division) => division.depth === 0) ?? null,
    box,
  };
}

/**
 * @param {number[][]} steps delta-encoded
 * @returns {Int32Array} x, y, x, y …
 */
function placesOf(steps) {
  const places = new Int32Array(2 * steps.length);
  let a = 0;
  let b = 0;
  for (let n = 0; n < steps.length; n += 1) {
    places[2 * n] = a += steps[n][0];
    places[2 * n + 1] = b += steps[n][1];
  }
  return places;
}

/**
 * @param {Int32Array} places in quanta: x, y, x, y …
 * @param {{scale: number[], translate: number[]}} transform
 * @param {{x: number, y: number}} origin
 * @returns {Arc}
 */
function readArc(places, transform, origin) {
  const { scale: [sx, sy], translate: [tx, ty] } = transform;
  const xy = new Float64Array(places.length);
  const box = emptyBox();
  // A county has 200,000 vertices: nothing is made for a vertex but its two numbers.
  for (let n = 0; n < places.length; n += 2) {
    const x = worldX(places[n] * sx + tx) - origin.x;
    const y = worldY(places[n + 1] * sy + ty) - origin.y;
    xy[n] = x;
    xy[n + 1] = y;
    if (x < box.x0) box.x0 = x;
    if (x > box.x1) box.x1 = x;
    if (y < box.y0) box.y0 = y;
    if (y > box.y1) box.y1 = y;
  }
  return { xy, rank: GRID_RANK, owners: [], box };
}

/**
 * @param {any} geometry
 * @param {number} index
 * @param {Arc[]} arcs
 * @param {{x: number, y: number}} origin
 * @returns {Grid}
 */
function readGrid(geometry, index, arcs, origin) {
  const known = geometry.properties;
  const box = emptyBox();
  for (const ref of geometry.arcs.flat(2)) {
    const arc = arcs[ref < 0 ? ~ref : ref];
    extend(box, arc.box);
    if (!arc.owners.includes(index)) arc.owners.push(index);
  }
  const [lon, lat] = known.label;
  return {
    index,
    code: known.code,
    name: known.name,
    kind: known.kind,
    division: known.division,
    colourIndex: known.colour_index,
    x: worldX(lon) - origin.x,
    y: worldY(lat) - origin.y,
    lon,
    lat,
    radiusM: known.label_radius_m,
    areaM2: known.area_m2,
    parts: geometry.arcs,
    box,
  };
}

/**
 * @param {any[]} rows parents before children
 * @param {Grid[]} grids
 * @param {{x: number, y: number}} origin
 * @returns {Map<string, Division>}
 */
function readDivisions(rows, grids, origin) {
  /** @type {Map<string, Division>} */
  const divisions = new Map();
  for (const row of rows) {
    const parent = divisions.get(row.parent) ?? null;
    /** @type {Division} */
    const division = {
      code: row.code,
      name: row.name,
      level: row.level,
      depth: row.depth,
      parent: row.parent,
      children: [],
      path: [...(parent?.path ?? []), row.code],
      grids: [],
      label: row.label && {
        x: worldX(row.label[0]) - origin.x,
        y: worldY(row.label[1]) - origin.y,
        radiusM: row.label_radius_m,
      },
      box: emptyBox(),
    };
    divisions.set(row.code, division);
    parent?.children.push(division);
  }
  for (const grid of grids) {
    for (const code of divisions.get(grid.division)?.path ?? []) {
      const division = /** @type {Division} */ (divisions.get(code));
      division.grids.push(grid.index);
      extend(division.box, grid.box);
    }
  }
  return divisions;
}

/**
 * Whoever owns both sides of an arc tells which border it is.
 * @param {Arc[]} arcs
 * @param {Grid[]} grids
 * @param {Map<string, Division>} divisions
 */
function rankArcs(arcs, grids, divisions) {
  for (const arc of arcs) {
    const [one, two] = arc.owners.map((index) => grids[index]);
    if (one.kind === "exclusive") arc.rank = EXCLUSIVE_RANK;
    else if (!two) arc.rank = 0;
    else arc.rank = borderDepth(divisions.get(one.division), divisions.get(two.division));
  }
}

/**
 * @param {Division | undefined} one
 * @param {Division | undefined} two
 * @returns {number} depth of the highest divisions that differ
 */
function borderDepth(one, two) {
  if (!one || !two || one === two) return GRID_RANK;
  const depth = one.path.findIndex((code, n) => code !== two.path[n]);
  return depth < 0 ? one.path.length : depth;
}

/**
 * A province of one prefecture has no border between prefectures; what is drawn strongest is the
 * highest level that parts anything.
 * @param {Terrain} terrain
 * @returns {number[]} ranks of the borders between divisions that there are, ascending
 */
export function borderTiers({ arcs }) {
  const ranks = new Set(arcs.map((arc) => arc.rank));
  return [...ranks].filter((rank) => rank > 0 && rank < GRID_RANK).sort((a, b) => a - b);
}

/**
 * Chain the arcs of the outer border, end to end.
 * @param {Terrain} terrain
 * @returns {number[][]} rings of arc references
 */
export function outerRings({ arcs }) {
  return chained(arcs, new Set(arcs.flatMap((arc, n) => (arc.rank === 0 || arc.isRim ? [n] : []))));
}

/**
 * Chain arcs to rings, end to end.
 * @param {Arc[]} arcs
 * @param {Set<number>} open which of them; it is emptied
 * @returns {number[][]} rings of arc references
 */
export function chained(arcs, open) {
  const key = (/** @type {Float64Array} */ xy, /** @type {number} */ n) => `${xy[n]},${xy[n + 1]}`;
  const ends = (/** @type {number} */ ref) => {
    const { xy } = arcs[ref < 0 ? ~ref : ref];
    const [first, last] = [key(xy, 0), key(xy, xy.length - 2)];
    return ref < 0 ? [last, first] : [first, last];
  };
  /** @type {Map<string, number[]>} */
  const leaving = new Map();
  for (const n of open) {
    for (const ref of [n, ~n]) {
      const start = ends(ref)[0];
      leaving.set(start, [...(leaving.get(start) ?? []), ref]);
    }
  }
  const rings = [];
  for (const first of open) {
    const ring = [];
    /** @type {number | undefined} */
    let ref = first;
    while (ref !== undefined) {
      open.delete(ref < 0 ? ~ref : ref);
      ring.push(ref);
      ref = leaving.get(ends(ref)[1])?.find((next) => open.has(next < 0 ? ~next : next));
    }
    rings.push(ring);
  }
  return rings;
}
