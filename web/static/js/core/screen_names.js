// @ts-check
// Which names the map of the wall screen bears, and where each may stand without hitting another.
import { shortDivision, shortGrid } from "./names.js";
import { Occupied, textWidth } from "./placement.js";
import { below } from "./screen_state.js";

/** @typedef {import("./topology.js").Terrain} Terrain */
/** @typedef {import("./topology.js").Division} Division */
/**
 * @typedef {object} Name
 * @property {string} code
 * @property {string} text
 * @property {string} brief what is written where the text does not fit
 * @property {number} x local plane
 * @property {number} y
 * @property {number} radiusM free circle around the place
 * @property {"main" | "lower" | "exclusive"} role of the level that is looked at, or the one below
 */
/**
 * @typedef {object} Placed
 * @property {Name} name
 * @property {string} text
 * @property {number} x design pixels
 * @property {number} y
 * @property {number} size design pixels
 */

/** Sizes in design pixels: what a hall still reads, and what does not shout. */
const SIZES = { main: [22, 11], lower: [13, 10], exclusive: [13, 10] };
/** Share of the free circle's diameter that a name of the lower level may take. */
const ROOM = 1.8;
/** A few names of the lower level among many would look like a choice that somebody made. */
const WORTH_NAMING = 0.6;
/** Names of one level are written all in full, or all brief. */
const WORTH_WRITING_OUT = 0.8;

/**
 * @param {Terrain} terrain
 * @param {Division} scope
 * @returns {Name[]} the level below the scope first, larger areas first
 */
export function namesOf(terrain, scope) {
  const first = below(terrain, scope);
  /** @type {Name[]} */
  const names = first.flatMap((code) => nameOf(terrain, code, "main"));
  const inner = first.filter((code) => terrain.divisions.has(code)).flatMap((code) => {
    const division = /** @type {Division} */ (terrain.divisions.get(code));
    return below(terrain, division).flatMap((next) => nameOf(terrain, next, "lower"));
  });
  const known = new Set([...names, ...inner].map((name) => name.code));
  const exclusive = scope.grids
    .filter((index) => terrain.grids[index].kind === "exclusive" && !known.has(terrain.grids[index].code))
    .flatMap((index) => nameOf(terrain, terrain.grids[index].code, "exclusive"));
  const larger = (/** @type {Name} */ a, /** @type {Name} */ b) => b.radiusM - a.radiusM;
  return [...names.sort(larger), ...inner.sort(larger), ...exclusive.sort(larger)];
}

/**
 * @param {Terrain} terrain
 * @param {string} code
 * @param {Name["role"]} role
 * @returns {Name[]} none for a division without a place
 */
function nameOf({ divisions, byCode }, code, role) {
  const division = divisions.get(code);
  if (division) {
    if (!division.label) return [];
    const text = shortDivision(division.name);
    const { x, y, radiusM } = division.label;
    return [{ code, text, brief: text, x, y, radiusM, role }];
  }
  const grid = byCode.get(code);
  if (!grid) return [];
  const [text, brief] = shortGrid(grid.name, divisions.get(grid.division)?.name ?? "", code);
  const kept = grid.kind === "exclusive" ? "exclusive" : role;
  return [{ code, text, brief, x: grid.x, y: grid.y, radiusM: grid.radiusM, role: kept }];
}

/**
 * @param {Name[]} names more important first
 * @param {(name: Name) => {x: number, y: number, radius: number}} at design pixels
 * @param {{width: number, height: number}} view design pixels
 * @returns {Placed[]} none over another
 */
export function placed(names, at, { width, height }) {
  const taken = new Occupied();
  /** @type {Placed[]} */
  const done = [];
  const seen = names
    .map((name) => ({ name, ...at(name) }))
    .filter(({ x, y }) => x >= 0 && y >= 0 && x <= width && y <= height);
  const lower = seen.filter(({ name }) => name.role === "lower");
  const fits = (/** @type {"text" | "brief"} */ form) =>
    lower.filter(({ name, radius }) => textWidth(name[form]) * SIZES.lower[1] <= ROOM * radius).length;
  const isNamed = fits("brief") >= WORTH_NAMING * lower.length;
  const form = fits("text") >= WORTH_WRITING_OUT * lower.length ? "text" : "brief";
  for (const { name, x, y, radius } of seen) {
    if (name.role === "lower" && !isNamed) continue;
    const found = name.role === "main" ? mainPlace(taken, name, x, y, radius) : spotFor(taken, name, name.role === "lower" ? name[form] : name.text, x, y, radius);
    if (found) done.push(found);
  }
  return done;
}

/**
 * The level that is looked at is named wherever it can be: a little aside, or smaller.
 * @param {Occupied} taken
 * @param {Name} name
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @returns {Placed | null}
 */
function mainPlace(taken, name, x, y, radius) {
  const [largest, least] = SIZES.main;
  const wanted = Math.min(largest, Math.max(least, Math.round(9 + radius * 0.16)));
  for (let size = wanted; size >= least; size -= 2) {
    const text = size <= least + 1 ? name.brief : name.text;
    const [wide, high] = [textWidth(text) * size + 8, size * 1.3];
    const step = Math.min(radius * 0.7, high);
    for (const [dx, dy] of [[0, 0], [0, -step], [0, step], [-step, 0], [step, 0]]) {
      if (taken.take(x + dx, y + dy, wide, high)) return { name, text, x: x + dx, y: y + dy, size };
    }
  }
  return null;
}

/**
 * Names of the level below stand where they fit into their own area, and nowhere else.
 * @param {Occupied} taken
 * @param {Name} name
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @returns {Placed | null}
 */
function spotFor(taken, name, text, x, y, radius) {
  const [largest, least] = SIZES[name.role];
  const size = Math.min(largest, Math.max(least, Math.round(radius * 0.42)));
  const wide = textWidth(text) * size;
  if (wide > ROOM * radius || size * 1.1 > ROOM * radius) return null;
  // Below the centre, when the name of the level above stands on it.
  for (const dy of [0, size * 1.2, -size * 1.2]) {
    if (Math.abs(dy) > radius * 0.6) continue;
    if (taken.take(x, y + dy, wide + 6, size * 1.25)) return { name, text, x, y: y + dy, size };
  }
  return null;
}
