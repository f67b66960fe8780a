import assert from "node:assert/strict";
import test from "node:test";
import { Figures, kindsOf } from "../../../web/static/js/core/figures.js";
import { HitIndex } from "../../../web/static/js/core/hit.js";
import { boundsOfMode } from "../../../web/static/js/core/measures.js";
import { joined, joinedFigures, partOn, readOverview } from "../../../web/static/js/core/parts.js";
import { DEFAULT_SCREEN, click, enter } from "../../../web/static/js/core/screen_state.js";
import { GRID_RANK, HIDDEN_RANK, outerRings, readTopology } from "../../../web/static/js/core/topology.js";
import { CODES, world } from "./world.mjs";

const [A, B] = ["990101101201", "990101101202"];
const ROOT = "990101000000";

/** The same land with one tract a village: what lies between the grids of a village is left out. */
function overviewDocument() {
  const whole = world();
  const [south, north] = [whole.arcs[0], whole.arcs[3]];
  const properties = (code, place) => ({
    code, name: code, kind: "rural", division: code, colour_index: place, label: [115.005 + 0.01 * place, 34.51], label_radius_m: 450, area_m2: 2e6,
  });
  const arcs = [south, north, whole.arcs[4], whole.arcs[5], whole.arcs[6], whole.arcs[7]];
  const tract = (code, place, refs) => ({ type: "MultiPolygon", arcs: [[refs]], properties: properties(code, place) });
  const parts = { [ROOT]: false, [A]: true, [B]: true };
  const kinds = { [ROOT]: [4, 0, 1], [A]: [2, 0, 1], [B]: [2, 0, 0] };
  return {
    ...whole,
    arcs,
    objects: {
      basic: { geometries: [tract(A, 0, [2, 0, 1, 5]), tract(B, 1, [3, 4, ~1, ~0])] },
      exclusive: { geometries: [] },
    },
    divisions: whole.divisions.map((row) => {
      const [rural, community, exclusive] = kinds[row.code];
      return { ...row, grids: rural + community + exclusive, kinds: { rural, community, exclusive }, is_part: parts[row.code] };
    }),
  };
}

/** Of the grids of village A alone, as the server sends a part. */
function partDocument() {
  const { objects, divisions, ...rest } = world();
  const own = (layer) => ({ geometries: layer.geometries.filter((one) => one.properties.division === A) });
  return {
    ...rest,
    objects: { basic: own(objects.basic), exclusive: own(objects.exclusive) },
    divisions: divisions.filter((row) => row.code !== B),
  };
}

const overview = readOverview(overviewDocument());
const part = () => {
  const read = readTopology(trimmed(partDocument()), overview.terrain.origin);
  return joined(overview, read, A);
};

/** A server sends only arcs that somebody uses. */
function trimmed(document) {
  const geometries = [...document.objects.basic.geometries, ...document.objects.exclusive.geometries];
  const used = [...new Set(geometries.flatMap((one) => one.arcs.flat(2)).map((ref) => (ref < 0 ? ~ref : ref)))];
  const moved = (ref) => (ref < 0 ? ~used.indexOf(~ref) : used.indexOf(ref));
  for (const one of geometries) one.arcs = one.arcs.map((rings) => rings.map((ring) => ring.map(moved)));
  return { ...document, arcs: used.map((n) => document.arcs[n]) };
}

test("tracts are no grids: their codes are those of divisions, and they have no card", () => {
  const { terrain } = overview;
  assert.equal(terrain.byCode.size, 0);
  assert.deepEqual([...terrain.tracts.keys()], [A, B]);
  assert.equal(overview.level, "village");
  const [tract] = terrain.grids;
  assert.deepEqual(click(terrain, DEFAULT_SCREEN, tract), enter(terrain, A));
  assert.deepEqual(click(terrain, { ...DEFAULT_SCREEN, division: A }, tract), {});
});

test("the part of a division is found on its way down", () => {
  assert.equal(partOn(overview, [ROOT, A]), A);
  assert.equal(partOn(overview, [ROOT]), null);
  assert.equal(partOn(overview, []), null);
  assert.equal(partOn(overview, [ROOT, B, "990101101202999"]), B);
});

test("grids of a part take the place of its tracts, the others stay around it", () => {
  const terrain = part();
  assert.deepEqual(terrain.grids.map(({ code }) => code), [CODES[0], CODES[2], "990101101201801", B]);
  assert.deepEqual(terrain.grids.map(({ index }) => index), [0, 1, 2, 3]);
  assert.deepEqual([...terrain.byCode.keys()], [CODES[0], CODES[2], "990101101201801"]);
  assert.deepEqual(terrain.divisions.get(A).grids, [0, 1, 2]);
  assert.deepEqual(terrain.root.grids, [0, 1, 2, 3]);
  assert.deepEqual(terrain.root.children.map(({ code }) => code), [A, B]);
  const { x, y } = terrain.grids[3];
  assert.equal(new HitIndex(terrain).at(x, y).code, B);
  assert.equal(new HitIndex(terrain).at(terrain.grids[1].x, terrain.grids[1].y).code, CODES[2]);
});

test("a border that both bring is drawn once, and the land keeps its rim", () => {
  const terrain = part();
  const own = terrain.arcs.filter(({ owners }) => owners.some((index) => index < 3));
  assert.ok(own.every(({ rank }) => rank > 0 && rank !== HIDDEN_RANK));
  const hidden = terrain.arcs.filter(({ rank }) => rank === HIDDEN_RANK);
  // The border between the villages, in two pieces, and the rim of A, in two.
  assert.equal(hidden.length, 4);
  assert.equal(terrain.arcs.filter(({ rank }) => rank === GRID_RANK).length, 1);
  const rings = outerRings(terrain);
  assert.equal(rings.length, 1);
  assert.ok(rings[0].every((ref) => terrain.arcs[ref < 0 ? ~ref : ref].isRim));
});

test("figures of tracts and of grids stand side by side, and classes are those of the grids", () => {
  const row = (codes, events) => ({
    codes, events, closed: events, disputes: events, resolved: events, households: events, people: events, party_members: events, generation: 7,
  });
  const terrain = part();
  const answer = joinedFigures(row([A, B], [90, 50]), row([CODES[0], CODES[2]], [40, 50]));
  const figures = new Figures(terrain, answer);
  assert.deepEqual([...figures.columns.events], [40, 50, 0, 50]);
  assert.equal(figures.of(terrain.root).events, 140);
  assert.deepEqual(boundsOfMode(terrain, figures.columns, "events").bounds, [40, 50]);
  const alone = new Figures(overview.terrain, joinedFigures(row([A, B], [90, 50]), null));
  assert.equal(alone.of(overview.terrain.root).events, 140);
});

test("grids are counted, whatever stands for them", () => {
  assert.deepEqual(kindsOf(overview.terrain, overview.terrain.root), { rural: 4, community: 0, exclusive: 1 });
  assert.deepEqual(kindsOf(part(), part().divisions.get(A)), { rural: 2, community: 0, exclusive: 1 });
});
