import assert from "node:assert/strict";
import test from "node:test";
import { filtered } from "../../../web/static/js/edit/draft_list.js";
import { stepsOf } from "../../../web/static/js/edit/draft_view.js";
import { handleAt, handlesOf } from "../../../web/static/js/edit/handles.js";
import { outside, signed, verdict } from "../../../web/static/js/edit/impact.js";
import { degreesOf, keyOf, planeOf, vertexAt, vertexOf } from "../../../web/static/js/edit/lattice.js";
import { Mesh, covers, partsOf, withBox } from "../../../web/static/js/edit/mesh.js";
import * as operations from "../../../web/static/js/edit/operations.js";
import { isLater, refusalOf } from "../../../web/static/js/edit/schedule.js";
import { SnapIndex } from "../../../web/static/js/edit/snapping.js";
import { asks, begin, isComplete, operationOf, withGrid } from "../../../web/static/js/edit/tools.js";
import { LatestOnly } from "../../../web/static/js/edit/latest_only.js";
import { Working } from "../../../web/static/js/edit/working.js";

const X = 1_150_000_000;
const Y = 345_000_000;
const STEP = 100_000;
const TODAY = "2026-11-22";
/** Vertex of a lattice of squares. */
const at = (column, row) => [X + column * STEP, Y + row * STEP];
const square = (column, row) => [at(column, row), at(column + 1, row), at(column + 1, row + 1), at(column, row + 1)];
const grid = (code, ring, kind = "rural") =>
  withBox({ code, name: code, kind, division: "990101101201", action: null, areaM2: 1, parts: [[ring]] });

/** Four squares around one corner, and an exclusive grid that has a vertex there too. */
function mesh() {
  const made = new Mesh();
  for (const [code, column, row] of [["a", 0, 0], ["b", 1, 0], ["c", 0, 1], ["d", 1, 1]]) made.put(grid(code, square(column, row)));
  made.put(grid("school", [at(1, 1), at(1.5, 1.2), at(1.2, 1.5)], "exclusive"));
  return made;
}

const codes = (grids) => grids.map(({ code }) => code).sort();
const hasVertex = (one, vertex) => one.parts.flat(2).some((other) => keyOf(other) === keyOf(vertex));

test("degrees with seven decimals become whole numbers and the same degrees again", () => {
  for (let n = 0; n < 20_000; n += 1) {
    const lon = (1_148_000_000 + n * 397) / 1e7;
    const lat = (345_000_000 + n * 211) / 1e7;
    assert.deepEqual(degreesOf(vertexOf([lon, lat])), [lon, lat]);
  }
});

test("a vertex is found again from where it is painted", () => {
  const origin = { x: 858_000, y: 418_000 };
  for (let n = 0; n < 2_000; n += 1) {
    const vertex = [1_148_000_000 + n * 3_979, 345_000_000 + n * 2_113];
    assert.deepEqual(vertexAt(planeOf(vertex, origin), origin), vertex);
  }
});

test("a corner moves in every grid of its layer, and in no other", () => {
  const made = mesh();
  const to = [at(1, 1)[0] + 7, at(1, 1)[1] - 3];
  const moved = made.moved("basic", at(1, 1), to);
  assert.deepEqual(codes(moved), ["a", "b", "c", "d"]);
  for (const one of moved) assert.ok(hasVertex(one, to) && !hasVertex(one, at(1, 1)));
  assert.deepEqual(codes(made.moved("exclusive", at(1, 1), to)), ["school"]);
  assert.ok(hasVertex(made.grids.get("a"), at(1, 1)), "the mesh itself stays as it was");
  assert.deepEqual(made.moved("basic", [1, 2], to), []);
});

test("a vertex is inserted on both sides of a segment, in the right place of the ring", () => {
  const made = mesh();
  const between = [at(1, 0.5)[0] + 11, at(1, 0.5)[1]];
  const changed = made.inserted("basic", [at(1, 0), at(1, 1)], between);
  assert.deepEqual(codes(changed), ["a", "b"]);
  for (const one of changed) {
    const [[ring]] = one.parts;
    const n = ring.findIndex((vertex) => keyOf(vertex) === keyOf(between));
    const around = [ring[n - 1] ?? ring.at(-1), ring[n + 1] ?? ring[0]].map(keyOf).sort();
    assert.deepEqual(around, [at(1, 0), at(1, 1)].map(keyOf).sort());
  }
  // Two vertices that one grid has, but not one after the other.
  assert.deepEqual(made.inserted("basic", [at(0, 0), at(1, 1)], between), []);
});

test("the index follows what is put and dropped", () => {
  const made = mesh();
  made.put(grid("a", [at(0, 0), at(1, 0), at(0, 1)]));
  assert.deepEqual(codes(made.sharing("basic", at(1, 1))), ["b", "c", "d"]);
  made.drop("d");
  made.drop("d");
  assert.deepEqual(codes(made.sharing("basic", at(1, 1))), ["b", "c"]);
  assert.deepEqual(made.sharing("basic", at(2, 2)), []);
  assert.equal(made.vertices.basic.has(keyOf(at(2, 2))), false);
  assert.deepEqual(codes(made.without("basic", at(1, 0))), ["a", "b"]);
});

test("an exclusive grid is hit before the basic one below it; a hole is outside", () => {
  const made = mesh();
  assert.equal(made.at(at(1.25, 1.25)).code, "school");
  assert.equal(made.at(at(0.5, 0.5)).code, "a");
  assert.equal(made.at(at(5, 5)), null);
  const holed = withBox({ ...grid("h", []), parts: [[square(0, 0), [at(0.2, 0.2), at(0.2, 0.8), at(0.8, 0.8), at(0.8, 0.2)]]] });
  assert.equal(covers(holed, at(0.5, 0.5)), false);
  assert.equal(covers(holed, at(0.1, 0.1)), true);
});

test("polygons and multipolygons are read without the repeated vertex", () => {
  const ring = [[115, 34.5], [115.01, 34.5], [115.01, 34.51], [115, 34.5]];
  assert.equal(partsOf({ type: "Polygon", coordinates: [ring] })[0][0].length, 3);
  assert.equal(partsOf({ type: "MultiPolygon", coordinates: [[ring], [ring]] }).length, 2);
});

test("the pointer snaps to the nearest exact vertex within reach, those left out apart", () => {
  const index = new SnapIndex([at(0, 0), [at(0, 0)[0] + 30, at(0, 0)[1]], at(1, 1)]);
  const reach = { x: 50, y: 40 };
  const here = [at(0, 0)[0] + 12, at(0, 0)[1] + 5];
  assert.deepEqual(index.nearest(here, reach), at(0, 0));
  assert.deepEqual(index.nearest(here, reach, new Set([keyOf(at(0, 0))])), [at(0, 0)[0] + 30, at(0, 0)[1]]);
  assert.equal(index.nearest([at(0, 0)[0], at(0, 0)[1] + 41], reach), null);
});

test("snapping agrees with looking at every vertex, across the borders of buckets", () => {
  const all = Array.from({ length: 800 }, (_, n) => [X + ((n * 7919) % 300_000), Y + ((n * 104_729) % 300_000)]);
  const index = new SnapIndex(all);
  const reach = { x: 9_000, y: 7_000 };
  for (let n = 0; n < 300; n += 1) {
    const here = [X + ((n * 31_337) % 300_000), Y + ((n * 15_485) % 300_000)];
    const far = (one) => ((one[0] - here[0]) / reach.x) ** 2 + ((one[1] - here[1]) / reach.y) ** 2;
    const best = all.filter((one) => far(one) <= 1).sort((one, other) => far(one) - far(other))[0] ?? null;
    const found = index.nearest(here, reach);
    assert.equal(found && far(found), best && far(best));
  }
});

test("handles are the vertices on the screen and middles where there is room", () => {
  const made = mesh();
  const place = ([x, y]) => ({ x: (x - X) / 1000, y: (y - Y) / 1000 });
  const meeting = (vertex) => made.sharing("basic", vertex).length;
  const handles = handlesOf(made.grids.get("a"), place, { width: 300, height: 300 }, meeting);
  assert.equal(handles.filter(({ type }) => type === "vertex").length, 4);
  assert.equal(handles.filter(({ type }) => type === "middle").length, 4);
  assert.deepEqual(handles.filter(({ isCorner }) => isCorner).map(({ vertex }) => vertex), [at(1, 1)]);
  assert.equal(handleAt(handles, { x: 97, y: 102 }, 11).isCorner, true);
  assert.equal(handleAt(handles, { x: 51, y: 2 }, 11).type, "middle");
  assert.equal(handleAt(handles, { x: 60, y: 60 }, 11), null);
  const far = handlesOf(made.grids.get("a"), place, { width: 50, height: 50 }, meeting);
  assert.deepEqual(far.filter(({ type }) => type === "vertex").map(({ vertex }) => vertex), [at(0, 0)]);
});

test("far out, vertices thin out but corners stay", () => {
  const made = mesh();
  const ring = [...Array.from({ length: 50 }, (_, n) => [X + n * 2000, Y]), at(1, 0), at(1, 1), at(0, 1)];
  const dense = grid("a", ring);
  const place = ([x, y]) => ({ x: (x - X) / 5000, y: (y - Y) / 5000 });
  const handles = handlesOf(dense, place, { width: 400, height: 400 }, (vertex) => made.sharing("basic", vertex).length);
  const vertices = handles.filter(({ type }) => type === "vertex");
  assert.ok(vertices.length < 10);
  assert.ok(vertices.some(({ isCorner }) => isCorner));
});

test("tools ask step by step and make the operation", () => {
  let gesture = begin("transfer");
  assert.equal(asks(gesture), "grid");
  gesture = withGrid(gesture, "a");
  assert.equal(asks(gesture), "other");
  assert.equal(withGrid(gesture, "a").other, null, "a grid does not give to itself");
  gesture = withGrid(gesture, "b");
  assert.equal(asks(gesture), "area");
  assert.equal(isComplete({ ...gesture, line: [at(0, 0), at(1, 0)] }), false);
  gesture = { ...gesture, line: [at(0, 0), at(1, 0), at(1, 1)] };
  assert.equal(isComplete(gesture), true);
  assert.deepEqual(operationOf(gesture), { op: "transfer", from: "a", to: "b", polygon: [[115, 34.5], [115.01, 34.5], [115.01, 34.51]] });
  const merger = ["a", "b", "c", "b"].reduce(withGrid, begin("merge"));
  assert.deepEqual(merger.chosen, ["a", "c"]);
  assert.deepEqual(operationOf(merger, { keep: "c" }), { op: "merge", grids: ["a", "c"], keep: "c" });
  assert.throws(() => operationOf(begin("select")), /makes no operation/);
});

test("operations name the layer only where it is the exclusive one", () => {
  assert.deepEqual(operations.moveVertex("basic", at(0, 0), at(1, 0)), { op: "move_vertices", moves: [[[115, 34.5], [115.01, 34.5]]] });
  assert.equal(operations.deleteVertex("exclusive", at(0, 0)).layer, "exclusive");
  const { geometry } = operations.drawGrid("990101101201", "x", square(0, 0));
  assert.deepEqual(geometry.coordinates[0][0], geometry.coordinates[0].at(-1));
});

test("a draft lies over the published grids and leaves them as they were when it is undone", () => {
  const working = new Working();
  working.add([grid("a", square(0, 0)), grid("b", square(1, 0))]);
  const shape = (ring) => ({ type: "Polygon", coordinates: [[...ring, ring[0]].map(degreesOf)] });
  const told = { name: null, kind: null, division: null, area_m2: 5 };
  const union = [at(0, 0), at(2, 0), at(2, 1), at(0, 1)];
  working.apply([
    { ...told, code: "a", action: "retire", geometry: null },
    { ...told, code: "b", action: "retire", geometry: null },
    { ...told, code: "n", action: "create", name: "new", kind: "rural", geometry: shape(union) },
  ]);
  assert.deepEqual([...working.mesh.grids.keys()], ["n"]);
  assert.deepEqual([...working.gone].sort(), ["a", "b"]);
  working.add([grid("c", square(0, 1))]);
  assert.deepEqual(codes([...working.mesh.grids.values()]), ["c", "n"]);
  working.reset([]);
  assert.deepEqual(codes([...working.mesh.grids.values()]), ["a", "b", "c"]);
  assert.equal(working.gone.size, 0);
});

test("a grid comes nearer to its band or goes away from it", () => {
  const band = { low: 300, high: 500 };
  assert.deepEqual([100, 300, 500, 620].map((value) => outside(value, band)), [200, 0, 0, 120]);
  assert.equal(verdict(700, 550, band), "good");
  assert.equal(verdict(400, 250, band), "bad");
  assert.equal(verdict(350, 480, band), "same");
  assert.equal(verdict(null, 400, band), "good");
  assert.equal(verdict(null, 20, band), "bad");
  assert.equal(verdict(20, null, band), "same");
  assert.deepEqual([5, -5, 0].map((change) => signed(change)), ["+5", "−5", "±0"]);
});

test("what can be done next follows from state, power and authorship", () => {
  const draft = { state: "draft", author: "account:p", grids: 1, effective_from: null, scheduled_at: null };
  const planner = ["draft"];
  const reviewer = ["review", "publish"];
  assert.deepEqual(stepsOf(draft, planner, "account:p", TODAY), ["submit"]);
  assert.deepEqual(stepsOf({ ...draft, grids: 0 }, planner, "account:p", TODAY), []);
  assert.deepEqual(stepsOf(draft, planner, "account:p", TODAY, true), ["rebase"]);
  assert.deepEqual(stepsOf(draft, reviewer, "account:r", TODAY), []);
  assert.deepEqual(stepsOf({ ...draft, state: "submitted" }, planner, "account:p", TODAY), ["withdraw"]);
  assert.deepEqual(stepsOf({ ...draft, state: "submitted" }, reviewer, "account:r", TODAY), ["approve", "reject"]);
  assert.deepEqual(stepsOf({ ...draft, state: "submitted" }, [...planner, ...reviewer], "account:p", TODAY), ["withdraw"], "nobody approves their own");
  assert.deepEqual(stepsOf({ ...draft, state: "approved" }, reviewer, "account:r", TODAY), ["publish"], "it was decided");
  assert.deepEqual(stepsOf({ ...draft, state: "published" }, reviewer, "account:r", TODAY), []);
});

test("what takes effect later is scheduled, and on its day published by hand where that failed", () => {
  const approved = { state: "approved", author: "account:p", grids: 1, effective_from: TODAY, scheduled_at: null };
  const steps = (change, powers = ["review", "publish"]) => stepsOf({ ...approved, ...change }, powers, "account:r", TODAY);
  assert.deepEqual(steps({}), ["publish"], "its day is today");
  assert.deepEqual(steps({ effective_from: "2026-12-01" }), ["schedule"]);
  assert.deepEqual(steps({ effective_from: "2026-12-01", scheduled_at: "2026-11-21T08:00:00Z" }), ["unschedule"]);
  assert.deepEqual(steps({ effective_from: "2026-12-01" }, ["review"]), []);
  assert.equal(isLater({ effective_from: "2027-01-01" }, "2026-12-31"), true);
  assert.equal(isLater({ effective_from: null }, TODAY), false);
  const schedule_refusal = { at: "", detail: "changed by others", detail_zh: "已被他人修改" };
  assert.deepEqual(["zh", "en"].map((lang) => refusalOf(lang, { schedule_refusal })), ["已被他人修改", "changed by others"]);
  assert.equal(refusalOf("zh", { schedule_refusal: null }), null);
});

test("the lists are one's own, what waits for one, and all", () => {
  const all = [
    { id: 1, author: "account:p", state: "draft" },
    { id: 2, author: "account:p", state: "submitted" },
    { id: 3, author: "account:r", state: "submitted" },
    { id: 4, author: "account:r", state: "approved" },
    { id: 5, author: "account:p", state: "approved", scheduled_at: "2026-11-22T10:00:00+08:00" },
  ];
  const ids = (filter, actor) => filtered(all, filter, actor).map(({ id }) => id);
  assert.deepEqual(ids("own", "account:p"), [1, 2, 5]);
  assert.deepEqual(ids("review", "account:r"), [2]);
  assert.deepEqual(ids("publish", "account:r"), [4, 5]);
  assert.deepEqual(ids("all", "account:x"), [1, 2, 3, 4, 5]);
});

test("of several things asked for, only the newest answer counts", async () => {
  const turns = new LatestOnly();
  const shown = [];
  const waiting = ["earlier file", "later file"].map((answer) => {
    const isNewest = turns.take();
    return (/** @type {Promise<void>} */ sent) => sent.then(() => isNewest() && shown.push(answer));
  });
  // The later one is answered first.
  await waiting[1](Promise.resolve());
  await waiting[0](Promise.resolve());
  assert.deepEqual(shown, ["later file"]);
});
