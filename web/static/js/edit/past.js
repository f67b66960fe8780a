// @ts-check
// Boundaries as they were: versions of a grid, differences of generations, what came from what.

/** @typedef {import("./paint_past.js").Past} Past */
/** @typedef {import("./paint_past.js").PastShape} PastShape */

/** More differences than this are listed, not drawn. */
export const MOST_DRAWN = 1500;

/**
 * @param {any} geometry GeoJSON polygon or multipolygon
 * @returns {number[]} west, south, east, north
 */
export function boxOfPolygon({ type, coordinates }) {
  const points = type === "Polygon" ? coordinates.flat(1) : coordinates.flat(2);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const least = (/** @type {number[]} */ values) => values.reduce((one, other) => Math.min(one, other), Infinity);
  const most = (/** @type {number[]} */ values) => values.reduce((one, other) => Math.max(one, other), -Infinity);
  return [least(xs), least(ys), most(xs), most(ys)];
}

/**
 * @param {any} feature with `code` and `name` among its properties
 * @param {PastShape["tone"]} tone
 * @returns {PastShape[]} none where it has no shape
 */
export function shapeOf({ geometry, properties: { code, name } }, tone) {
  return geometry ? [{ code, name, geometry, tone, box: boxOfPolygon(geometry) }] : [];
}

/**
 * @param {PastShape[]} before
 * @param {PastShape[]} after
 * @returns {Past}
 */
export const pastOf = (before, after) => ({
  before, after, codes: new Set([...before, ...after].map(({ code }) => code)),
});

/**
 * What differs between two generations, both ways: only so the older shapes are known as well.
 * @param {any[]} forward differences of the newer against the older one
 * @param {any[]} backward of the older against the newer one
 * @returns {Past}
 */
export function pastOfDifferences(forward, backward) {
  const meant = (/** @type {any} */ { properties }) => properties.action !== "node_only";
  const side = (/** @type {any[]} */ features, /** @type {"created" | "retired"} */ fresh) =>
    features.filter((one) => meant(one) && one.properties.action !== "retired")
      .flatMap((one) => shapeOf(one, one.properties.action === "created" ? fresh : "modified"));
  // Created, seen from the older one, is what the newer one has no more.
  return pastOf(side(backward, "retired"), side(forward, "created"));
}

/**
 * @param {any[]} features differences
 * @returns {{created: number, modified: number, retired: number}}
 */
export function countsOf(features) {
  const counts = { created: 0, modified: 0, retired: 0 };
  for (const { properties: { action } } of features) if (action in counts) counts[/** @type {keyof typeof counts} */ (action)] += 1;
  return counts;
}

/**
 * @param {any[]} rows of a crosswalk
 * @returns {{rows: any[], households: number, people: number, events: number}} what really moved, most first
 */
export function movesOf(rows) {
  const moved = rows.filter(({ source, target, households, events }) => source !== target && households + events > 0);
  const sum = (/** @type {"households" | "people" | "events"} */ name) => moved.reduce((total, row) => total + row[name], 0);
  return {
    rows: moved.sort((a, b) => b.households + b.events - a.households - a.events),
    households: sum("households"), people: sum("people"), events: sum("events"),
  };
}

/**
 * @param {string} code of a grid
 * @param {any[]} lineage pairs of parent and child
 * @returns {{from: any[], into: any[]}} without the grid itself
 */
export const kinOf = (code, lineage) => ({
  from: lineage.filter(({ child, parent }) => child === code && parent !== code),
  into: lineage.filter(({ child, parent }) => parent === code && child !== code),
});

/**
 * Counties that a rollback may be about: it is made for one of them.
 * @param {Iterable<{code: string, level: string, name: string}>} divisions
 * @returns {[string, string][]} six digits and a name
 */
export function countiesOf(divisions) {
  const listed = [...divisions];
  const codes = new Set(listed.filter(({ level }) => level === "township").map(({ code }) => code.slice(0, 6)));
  return [...codes].map((code) => [code, listed.find((one) => one.code === `${code}000000`)?.name ?? code]);
}
