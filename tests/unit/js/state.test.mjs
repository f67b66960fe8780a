import assert from "node:assert/strict";
import test from "node:test";
import { addDays, clampSpan, daysBetween, isDay, presetOf, presetSpan } from "../../../web/static/js/core/period.js";
import { DEFAULT_STATE, formatHash, parseState } from "../../../web/static/js/core/state.js";
import { Store } from "../../../web/static/js/core/store.js";

const DATA = { first: "2025-01-01", last: "2025-12-31" };

test("an address brings the same state back", () => {
  const state = {
    ...DEFAULT_STATE, lang: "en", mode: "closing_rate", heat: true, labels: false, exclusive: false,
    grid: "411421103228003", scope: "411421103000", from: "2025-03-01", to: "2025-04-01",
    category: "03", view: [12.25, 34.65, 115.1],
  };
  assert.deepEqual(parseState("?lang=en", formatHash(state), null), state);
  assert.equal(formatHash(DEFAULT_STATE), "");
});

test("what an address cannot mean is left out", () => {
  const hash = "#mode=<script>&grid=abc&scope=1&from=2025-13-01&to=2025-02-30&category=abc&map=99/1/2";
  assert.deepEqual(parseState("?lang=fr", hash, null), DEFAULT_STATE);
  assert.equal(parseState("", "", "en").lang, "en");
  assert.equal(parseState("?lang=zh", "", "en").lang, "zh");
});

test("days are counted without clocks or zones", () => {
  assert.equal(addDays("2024-02-28", 1), "2024-02-29");
  assert.equal(addDays("2025-03-30", 1), "2025-03-31");
  assert.equal(daysBetween("2025-01-01", "2025-12-31"), 364);
  assert.equal(isDay("2025-02-29"), false);
  assert.equal(isDay("2024-02-29"), true);
});

test("presets count back from the last day of the data and stay within it", () => {
  assert.deepEqual(presetSpan("week", DATA), { first: "2025-12-25", last: "2025-12-31" });
  assert.deepEqual(presetSpan("day", DATA), { first: "2025-12-31", last: "2025-12-31" });
  const short = { first: "2025-12-29", last: "2025-12-31" };
  assert.deepEqual(presetSpan("month", short), short);
  assert.equal(presetOf({ first: "2025-12-02", last: "2025-12-31" }, DATA), "month");
  assert.equal(presetOf({ first: "2025-12-03", last: "2025-12-31" }, DATA), "custom");
  assert.deepEqual(clampSpan({ first: "2026-05-01", last: "2020-01-01" }, DATA), DATA);
});

test("watchers hear of their own keys, and only of changes", () => {
  const store = new Store({ a: 1, b: 1 });
  const heard = [];
  store.watch(["a"], (state) => heard.push(state.a));
  store.set({ b: 2 });
  store.set({ a: 1 });
  store.set({ a: 3, b: 3 });
  assert.deepEqual(heard, [3]);
});
