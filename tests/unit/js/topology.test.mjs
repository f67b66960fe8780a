import assert from "node:assert/strict";
import test from "node:test";
import { HitIndex } from "../../../web/static/js/core/hit.js";
import { worldX, worldY, lonOf, latOf, metresPerPixel } from "../../../web/static/js/core/mercator.js";
import { EXCLUSIVE_RANK, GRID_RANK, outerRings, readTopology } from "../../../web/static/js/core/topology.js";
import { CODES, world } from "./world.mjs";

const plane = (terrain, lon, lat) => [worldX(lon) - terrain.origin.x, worldY(lat) - terrain.origin.y];

test("borders take their rank from whoever owns both sides", () => {
  const { arcs } = readTopology(world());
  assert.deepEqual(arcs.slice(0, 4).map((arc) => arc.rank), [1, GRID_RANK, GRID_RANK, 1]);
  assert.deepEqual(arcs.slice(4, 8).map((arc) => arc.rank), [0, 0, 0, 0]);
  assert.equal(arcs[8].rank, EXCLUSIVE_RANK);
});

test("divisions know all grids below them", () => {
  const terrain = readTopology(world());
  assert.deepEqual(terrain.root.grids, [0, 1, 2, 3, 4]);
  assert.deepEqual(terrain.divisions.get("990101101202").grids, [1, 3]);
});

test("the outer border is one closed ring, whichever way its arcs run", () => {
  const terrain = readTopology(world());
  const rings = outerRings(terrain);
  assert.equal(rings.length, 1);
  assert.deepEqual(rings[0].map((ref) => (ref < 0 ? ~ref : ref)).sort(), [4, 5, 6, 7]);
});

test("a point is in the exclusive grid over it, else in its basic grid, else nowhere", () => {
  const terrain = readTopology(world());
  const hits = new HitIndex(terrain);
  const code = (lon, lat, exclusives) => hits.at(...plane(terrain, lon, lat), exclusives)?.code;
  assert.equal(code(115.004, 34.504), "990101101201801");
  assert.equal(code(115.004, 34.504, false), CODES[0]);
  assert.equal(code(115.008, 34.508), CODES[0]);
  assert.equal(code(115.015, 34.505), CODES[1]);
  assert.equal(code(115.005, 34.515), CODES[2]);
  assert.equal(code(115.015, 34.515), CODES[3]);
  assert.equal(code(115.025, 34.505), undefined);
});

test("the projection goes there and back, and knows its scale", () => {
  assert.ok(Math.abs(lonOf(worldX(115.123456789)) - 115.123456789) < 1e-12);
  assert.ok(Math.abs(latOf(worldY(34.654321)) - 34.654321) < 1e-10);
  const metres = (worldX(115.01) - worldX(115)) * metresPerPixel(0, 12);
  assert.ok(Math.abs(metres - 1113.19) < 0.01);
});
