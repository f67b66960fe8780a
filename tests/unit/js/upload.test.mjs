import assert from "node:assert/strict";
import { test } from "node:test";
import { accepting, boxOf, canApply, firstCandidate } from "../../../web/static/js/core/upload.js";

const candidate = (crs, border_m) => ({ crs, title: crs, share_inside: 1, border_m });

test("what the file says is looked at first, unless it lies elsewhere", () => {
  const candidates = [candidate("GCJ-02", 0.2), candidate("CRS84", 650)];
  assert.equal(firstCandidate({ crs: null, crs_said: "CRS84", crs_candidates: candidates }), "GCJ-02");
  assert.equal(firstCandidate({ crs: null, crs_said: "GCJ-02", crs_candidates: candidates }), "GCJ-02");
  assert.equal(firstCandidate({ crs: null, crs_said: "CRS84", crs_candidates: [candidate("EPSG:4490", 0), candidate("CRS84", null)] }), "CRS84");
  assert.equal(firstCandidate({ crs: "BD-09", crs_said: "CRS84", crs_candidates: candidates }), "BD-09");
  assert.equal(firstCandidate({ crs: null, crs_said: null, crs_candidates: [] }), null);
});

test("a draft is made of what is ready, and of nothing that would be refused", () => {
  const upload = { state: "confirmed", faults: [], changes: [{ is_ready: false }, { is_ready: true }] };
  assert.ok(canApply(upload));
  assert.ok(!canApply({ ...upload, faults: [{}] }));
  assert.ok(!canApply({ ...upload, changes: [{ is_ready: false }] }));
  assert.ok(!canApply({ ...upload, state: "read" }));
});

test("accepting one repair leaves the others as they were", () => {
  const repairs = [{ id: "a", is_accepted: true }, { id: "b", is_accepted: false }, { id: "c", is_accepted: true }];
  assert.deepEqual(accepting({ repairs }, "b", true), ["a", "b", "c"]);
  assert.deepEqual(accepting({ repairs }, "a", false), ["c"]);
});

test("the box of geometries holds all of them", () => {
  const square = { type: "Polygon", coordinates: [[[1, 2], [3, 2], [3, 5], [1, 2]]] };
  assert.deepEqual(boxOf([square, { type: "Point", coordinates: [-1, 4] }]), [-1, 2, 3, 5]);
  assert.deepEqual(boxOf([{ type: "GeometryCollection", geometries: [square] }]), [1, 2, 3, 5]);
  assert.equal(boxOf([]), null);
});
