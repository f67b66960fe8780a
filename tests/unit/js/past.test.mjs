import assert from "node:assert/strict";
import test from "node:test";
import { hueOf, initialOf, othersOf } from "../../../web/static/js/edit/company.js";
import { inOrder } from "../../../web/static/js/edit/comment_list.js";
import { boxOfPolygon, countiesOf, countsOf, kinOf, movesOf, pastOfDifferences } from "../../../web/static/js/edit/past.js";
import { redoOf } from "../../../web/static/js/edit/redo.js";
import { asks, begin, isComplete, operationOf } from "../../../web/static/js/edit/tools.js";

const ring = [[115, 34], [115.1, 34], [115.1, 34.2], [115, 34]];
const feature = (code, action, geometry = { type: "Polygon", coordinates: [ring] }) => ({ geometry, properties: { code, name: code, action } });

test("the older state stands left, the newer one right, and what only got a vertex nowhere", () => {
  const forward = [feature("old", "retired"), feature("new", "created"), feature("same", "modified"), feature("node", "node_only")];
  const backward = [feature("old", "created"), feature("new", "retired"), feature("same", "modified"), feature("node", "node_only")];
  const { before, after, codes } = pastOfDifferences(forward, backward);
  assert.deepEqual(before.map(({ code, tone }) => [code, tone]), [["old", "retired"], ["same", "modified"]]);
  assert.deepEqual(after.map(({ code, tone }) => [code, tone]), [["new", "created"], ["same", "modified"]]);
  assert.deepEqual([...codes].sort(), ["new", "old", "same"]);
  assert.deepEqual(countsOf(forward), { created: 1, modified: 1, retired: 1 });
  assert.deepEqual(pastOfDifferences([feature("x", "created", null)], []).after, []);
});

test("the box of a polygon holds all its parts", () => {
  assert.deepEqual(boxOfPolygon({ type: "Polygon", coordinates: [ring] }), [115, 34, 115.1, 34.2]);
  const far = [[116, 33], [116.1, 33], [116, 33.1], [116, 33]];
  assert.deepEqual(boxOfPolygon({ type: "MultiPolygon", coordinates: [[ring], [far]] }), [115, 33, 116.1, 34.2]);
});

test("a crosswalk tells who really moved, the most first", () => {
  const row = (source, target, households, events) => ({ source, target, households, people: households * 3, events });
  const told = movesOf([row("a", "a", 50, 9), row("a", "b", 2, 1), row("a", "c", 7, 0), row("a", "d", 0, 0)]);
  assert.deepEqual(told.rows.map(({ target }) => target), ["c", "b"]);
  assert.deepEqual([told.households, told.people, told.events], [9, 27, 1]);
});

test("kin is others, and counties are those with townships", () => {
  const pairs = [{ parent: "a", child: "b" }, { parent: "b", child: "b" }, { parent: "b", child: "c" }];
  assert.deepEqual(kinOf("b", pairs), { from: [pairs[0]], into: [pairs[2]] });
  const divisions = [
    { code: "990101000000", level: "county", name: "甲县" },
    { code: "990101101000", level: "township", name: "东镇" },
    { code: "990102101000", level: "township", name: "西镇" },
  ];
  assert.deepEqual(countiesOf(divisions), [["990101", "甲县"], ["990102", "990102"]]);
});

test("an operation is drawn anew with its tool, where it had been drawn", () => {
  const cut = redoOf(3, { op: "transfer", from: "a", to: "b", line: ring });
  assert.deepEqual([cut.tool, cut.chosen, cut.other, cut.geometry.type], ["transfer", ["a"], "b", "LineString"]);
  const merged = redoOf(4, { op: "merge", grids: ["a", "b"] });
  assert.deepEqual([merged.tool, merged.chosen, merged.geometry], ["merge", ["a", "b"], null]);
  const moved = redoOf(5, { op: "move_vertices", moves: [[[115, 34], [115.1, 34]]] });
  assert.deepEqual([moved.tool, moved.geometry.type], ["select", "MultiLineString"]);
  const area = redoOf(6, { op: "transfer", from: ["a", "c"], to: "b", polygon: ring.slice(0, 3) });
  assert.deepEqual([area.chosen, area.geometry.coordinates[0].length], [["a", "c"], 4]);
});

test("a transfer goes by an area, or by a line and the piece that is picked", () => {
  const line = [[1_150_000_000, 345_000_000], [1_151_000_000, 345_000_000]];
  const chosen = { ...begin("transfer", ["a"]), other: "b" };
  assert.equal(asks(chosen), "area");
  const cut = { ...chosen, isCut: true };
  assert.equal(asks(cut), "line");
  assert.ok(!isComplete({ ...cut, line: line.slice(1) }) && isComplete({ ...cut, line }));
  assert.equal(operationOf({ ...cut, line }).take, undefined);
  const picking = { ...cut, line, isPicking: true, take: [1_150_500_000, 344_900_000] };
  assert.equal(asks(picking), "piece");
  assert.deepEqual(operationOf(picking), {
    op: "transfer", from: "a", to: "b", line: [[115, 34.5], [115.1, 34.5]], take: [115.05, 34.49],
  });
  assert.equal(asks(begin("comment")), "place");
});

test("others are told once, those on this draft first, and always in one colour", () => {
  const seen = (actor, changeset_id) => ({ actor, changeset_id, grids: [], seen_at: "" });
  const others = othersOf([seen("account:me", 1), seen("account:b", 2), seen("account:b", 1), seen("account:a", 3)], "account:me", 1);
  assert.deepEqual(others.map(({ actor, changeset_id }) => [actor, changeset_id]), [["account:a", 3], ["account:b", 1]]);
  assert.equal(hueOf("account:王五"), hueOf("account:王五"));
  assert.equal(initialOf("account:王五"), "王");
});

test("open remarks stand before settled ones, newer before older", () => {
  const remark = (comment_id, resolved_at = null) => ({ comment_id, resolved_at });
  const order = inOrder([remark(1), remark(2, "2026-01-01"), remark(3)]).map(({ comment_id }) => comment_id);
  assert.deepEqual(order, [3, 1, 2]);
});
