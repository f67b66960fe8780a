// @ts-check
// What can be taken hold of on the selected grid: its vertices, and the middles of its segments.
import { ringsOf } from "./mesh.js";

/** @typedef {import("./lattice.js").Vertex} Vertex */
/** @typedef {import("./mesh.js").EditGrid} EditGrid */
/** @typedef {{x: number, y: number}} Point on the screen */
/**
 * @typedef {object} Handle
 * @property {"vertex" | "middle"} type
 * @property {Vertex} vertex of a middle: where it lies
 * @property {[Vertex, Vertex] | null} segment of a middle
 * @property {Point} at on the screen
 * @property {boolean} isCorner whether three grids or more meet here
 */

/** Closer together than this, fingers and eyes cannot tell two handles apart; pixels. */
const APART = 9;
/** A segment shorter than this has no room for a handle in its middle; pixels. */
const ROOM_FOR_MIDDLE = 34;

/**
 * @param {EditGrid} grid
 * @param {(vertex: Vertex) => Point} place
 * @param {{width: number, height: number}} screen
 * @param {(vertex: Vertex) => number} meeting how many grids have the vertex
 * @returns {Handle[]} those on the screen; corners always, others where there is room
 */
export function handlesOf(grid, place, { width, height }, meeting) {
  /** @type {Handle[]} */
  const handles = [];
  const isSeen = (/** @type {Point} */ { x, y }) => x > -APART && y > -APART && x < width + APART && y < height + APART;
  for (const ring of ringsOf(grid)) {
    const places = ring.map(place);
    /** @type {Point | null} */
    let last = null;
    ring.forEach((vertex, n) => {
      const at = places[n];
      const after = (n + 1) % ring.length;
      const isCorner = meeting(vertex) > 2;
      const isFree = !last || distance(last, at) >= APART;
      if (isSeen(at) && (isFree || isCorner)) {
        handles.push({ type: "vertex", vertex, segment: null, at, isCorner });
        last = at;
      }
      const middle = { x: (at.x + places[after].x) / 2, y: (at.y + places[after].y) / 2 };
      if (distance(at, places[after]) < ROOM_FOR_MIDDLE || !isSeen(middle)) return;
      const next = ring[after];
      /** @type {Vertex} */
      const between = [Math.round((vertex[0] + next[0]) / 2), Math.round((vertex[1] + next[1]) / 2)];
      handles.push({ type: "middle", vertex: between, segment: [vertex, next], at: middle, isCorner: false });
    });
  }
  return handles;
}

/**
 * @param {Handle[]} handles
 * @param {Point} at
 * @param {number} reach pixels
 * @returns {Handle | null} the nearest; a vertex before a middle that is as near
 */
export function handleAt(handles, at, reach) {
  /** @type {Handle | null} */
  let best = null;
  let least = reach;
  for (const handle of handles) {
    const far = distance(handle.at, at) + (handle.type === "middle" ? 3 : 0);
    if (far > least) continue;
    best = handle;
    least = far;
  }
  return best;
}

/**
 * @param {Point} one
 * @param {Point} other
 */
const distance = (one, other) => Math.hypot(one.x - other.x, one.y - other.y);
