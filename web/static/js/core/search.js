// @ts-check
// Find grids and divisions by code or name, in memory.
import { shortDivision } from "./names.js";

/** @typedef {import("./topology.js").Terrain} Terrain */
/**
 * @typedef {object} Found
 * @property {"grid" | "division"} type
 * @property {string} code
 * @property {string} name
 * @property {string} place where it lies
 * @property {string} kind level or kind, a key of the legend
 */

/**
 * @param {Terrain} terrain
 * @returns {(query: string, limit?: number) => Found[]}
 */
export function searcher(terrain) {
  const place = (/** @type {string[]} */ path) =>
    path
      .slice(1)
      .map((code) => shortDivision(terrain.divisions.get(code)?.name ?? ""))
      .join(" · ");
  const entries = [...terrain.divisions.values()]
    .map((d) => entry("division", d.code, d.name, () => place(d.path.slice(0, -1)), d.level, d.depth))
    .concat(
      terrain.grids.map((g) =>
        entry("grid", g.code, g.name, () => place(terrain.divisions.get(g.division)?.path ?? []), g.kind, 50),
      ),
    );
  return (query, limit = 8) => {
    const wanted = query.trim().toLowerCase();
    if (!wanted) return [];
    return entries
      .map((candidate) => ({ candidate, rank: rankOf(candidate, wanted) }))
      .filter(({ rank }) => rank < Infinity)
      .sort((a, b) => a.rank - b.rank || a.candidate.order - b.candidate.order ||
        (a.candidate.code < b.candidate.code ? -1 : 1))
      .slice(0, limit)
      .map(({ candidate: { type, code, name, kind, where } }) => ({
        type, code, name, kind, place: where(),
      }));
  };
}

/**
 * @param {"grid" | "division"} type
 * @param {string} code
 * @param {string} name
 * @param {() => string} where
 * @param {string} kind
 * @param {number} order
 */
function entry(type, code, name, where, kind, order) {
  return { type, code, name, where, kind, order, folded: name.toLowerCase() };
}

/**
 * @param {{type: string, code: string, folded: string}} candidate
 * @param {string} wanted
 * @returns {number} smaller is better, Infinity is no match
 */
function rankOf(candidate, wanted) {
  const { code, folded } = candidate;
  if (/^\d+$/.test(wanted)) {
    const short = candidate.type === "division" ? code.replace(/0+$/, "") : code;
    if (code === wanted || short === wanted) return 0;
    if (code.startsWith(wanted)) return 2;
    if (wanted.length >= 3 && code.endsWith(wanted)) return 4;
  }
  if (folded === wanted) return 1;
  if (folded.startsWith(wanted)) return 3;
  const at = folded.indexOf(wanted);
  return at < 0 ? Infinity : 5 + at / 100;
}
