import assert from "node:assert/strict";
import test from "node:test";
import { Mirror } from "../../../web/static/js/core/mirror.js";
import {
  LONGEST_S, MOST_STOPS, SHORTEST_S, added, changed, draftOf, edit, isSame, moved, redo, removed, roundOf, sane, undo,
} from "../../../web/static/js/core/playlist_draft.js";
import { DEFAULT_SCREEN } from "../../../web/static/js/core/screen_state.js";
import { Store } from "../../../web/static/js/core/store.js";

const [A, B, C] = ["A", "B", "C"].map((name) => ({ code: name.repeat(12), name }));
const places = (stops) => stops.map((stop) => stop.division_name).join("");

test("stops are added alike, moved, changed and taken out, and nothing is changed in place", () => {
  const one = added([], [A]);
  assert.deepEqual(one, [{ division: A.code, division_name: "A", mode: "colour", heat: false, seconds: 15 }]);
  const stops = added(changed(one, 0, { mode: "kind", seconds: 20 }), [B, C]);
  assert.deepEqual(stops.map((stop) => [stop.mode, stop.seconds]), Array(3).fill(["kind", 20]));
  assert.equal(one[0].mode, "colour");
  assert.equal(places(moved(stops, 2, -1)), "ACB");
  assert.equal(moved(stops, 0, -1), stops);
  assert.equal(moved(stops, 2, 1), stops);
  assert.equal(places(removed(stops, 1)), "AC");
  assert.equal(roundOf(stops), 60);
  assert.equal(added(stops, Array(MOST_STOPS).fill(A)).length, MOST_STOPS);
});

test("what was done is undone and done again, until something else is done", () => {
  const saved = added([], [A, B]);
  let draft = edit(edit(draftOf(saved), moved(saved, 0, 1)), []);
  draft = undo(draft);
  assert.equal(places(draft.stops), "BA");
  assert.equal(redo(draft).stops.length, 0);
  draft = edit(draft, removed(draft.stops, 0));
  assert.equal(redo(draft), draft);
  draft = undo(undo(draft));
  assert.ok(isSame(draft.stops, saved) && undo(draft) === draft);
  assert.ok(!isSame(saved, changed(saved, 0, { heat: true })));
  assert.ok(isSame(saved, changed(saved, 0, { division_name: "called otherwise" })));
});

test("a time that was typed becomes one that the server takes", () => {
  assert.deepEqual([sane(1), sane(7.6), sane(1e9), sane(NaN)], [SHORTEST_S, 8, LONGEST_S, 15]);
});

test("the second map shows heat where the first shows grids, and is the same in all else", () => {
  const store = new Store({ ...DEFAULT_SCREEN });
  const mirror = new Mirror(store);
  const seen = [];
  const end = mirror.watch(["heat", "division"], (state) => seen.push([state.heat, state.division]));
  assert.equal(mirror.state.heat, true);
  mirror.set({ division: A.code });
  assert.deepEqual([store.state.division, store.state.heat], [A.code, false]);
  mirror.set({ heat: false });
  assert.equal(store.state.heat, true);
  end();
  store.set({ heat: false });
  assert.deepEqual(seen, [[true, A.code], [false, A.code]]);
});
