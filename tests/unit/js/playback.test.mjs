import assert from "node:assert/strict";
import test from "node:test";
import { Figures } from "../../../web/static/js/core/figures.js";
import { PLAY_PRESETS, Playback, SPEEDS, figuresOf, presetQuery, spanOf } from "../../../web/static/js/core/playback.js";
import { readTopology } from "../../../web/static/js/core/topology.js";
import { CODES, world } from "./world.mjs";

const step = (day, generation, reported) => ({
  start: `2025-06-0${day}T00:00:00+08:00`,
  end: `2025-06-0${day + 1}T00:00:00+08:00`,
  generation,
  reported,
});

/** Three days; from the third on grid OLD has become CODES[0] and CODES[1]. */
const ANSWER = {
  step: "day",
  steps: [step(1, 1, 4), step(2, 1, 1), step(3, 2, 7)],
  grids: {
    codes: [...CODES.slice(0, 2), "OLD"],
    index: [[3], [1, 2], [1, 1]],
    reported: [[4], [1, 0], [0, 7]],
    closed: [[2], [0, 1], [1, 0]],
    older: [[1], [], []],
    open: [[5], [1, 4], [2, 9]],
    reported_before: [[], [], [3, 1]],
    closed_before: [[], [], [1, 0]],
  },
  heat: {
    cell_m: 600, lon: [115, 115.01, 115.02], lat: [34.5, 34.51],
    cells: [[1, 4], [6], [1, 5]],
    events: [[3, 1], [1], [6, 1]],
  },
};

const of = (frame, column) => Object.fromEntries(frame.codes.map((code, n) => [code, frame[column][n]]));

test("sums run on from the first step, and what stays open stands", () => {
  const playback = new Playback(ANSWER);
  assert.equal(playback.length, 3);
  assert.deepEqual(playback.generations, [1, 2]);
  const frame = playback.frame(1);
  assert.deepEqual(of(frame, "events"), { [CODES[0]]: 1, [CODES[1]]: 0, OLD: 4 });
  // Of the two that were closed one had been reported before the first step.
  assert.deepEqual(of(frame, "closed"), { [CODES[0]]: 0, [CODES[1]]: 0, OLD: 2 });
  assert.deepEqual(of(frame, "open"), { [CODES[0]]: 1, [CODES[1]]: 0, OLD: 4 });
});

test("under other boundaries the grids of then are told, with what was before", () => {
  const frame = new Playback(ANSWER).frame(2);
  assert.equal(frame.step.generation, 2);
  assert.deepEqual(of(frame, "events"), { [CODES[0]]: 3, [CODES[1]]: 8, OLD: 0 });
  assert.deepEqual(of(frame, "closed"), { [CODES[0]]: 2, [CODES[1]]: 0, OLD: 0 });
  assert.deepEqual(of(frame, "open"), { [CODES[0]]: 2, [CODES[1]]: 9, OLD: 0 });
});

test("going back gives the same pictures as going on", () => {
  const playback = new Playback(ANSWER);
  const on = [0, 1, 2].map((n) => playback.frame(n));
  const back = [2, 1, 0].map((n) => playback.frame(n)).reverse();
  assert.deepEqual(on, back);
});

test("a picture's figures add up for divisions; what does not change is kept", () => {
  const terrain = readTopology(world());
  const codes = terrain.grids.map((grid) => grid.code);
  const answer = figuresOf(new Playback(ANSWER).frame(2), codes, (code, name) => (name === "people" ? 10 : 0));
  const sums = new Figures(terrain, answer).of(terrain.root);
  assert.deepEqual([sums.events, sums.closed, sums.people], [11, 2, 40]);
});

test("heat is of the step; of hours, of the last six", () => {
  const day = new Playback(ANSWER).heatOf(0);
  assert.equal(day.total, 4);
  assert.deepEqual([day.lon, day.lat, day.events], [[115, 115.01], [34.5, 34.51], [3, 1]]);
  const hours = new Playback({ ...ANSWER, step: "hour" }).heatOf(2);
  assert.equal(hours.total, 12);
  assert.deepEqual(hours.events, [9, 1, 2]);
  assert.equal(new Playback({ ...ANSWER, heat: null }).heatOf(0), null);
  assert.equal(new Playback(ANSWER).busiest, 2);
});

test("a faster speed is faster, and a long period does not crawl", () => {
  const playback = new Playback(ANSWER);
  const paces = SPEEDS.map((speed) => playback.pace(speed));
  assert.deepEqual(paces, paces.toSorted((a, b) => b - a));
  assert.equal(paces[0] / paces[2], SPEEDS[2]);
});

test("labels name the last day that is in the step, not the one after it", () => {
  const week = { start: "2025-02-24T00:00:00+08:00", end: "2025-03-01T00:00:00+08:00" };
  assert.deepEqual(spanOf(week, "week"), { first: "2025-02-24", last: "2025-02-28" });
  assert.deepEqual(spanOf(step(2, 1, 0), "day"), { first: "2025-06-02", last: "2025-06-02" });
  const hour = { start: "2025-06-02T23:00:00+08:00", end: "2025-06-03T00:00:00+08:00" };
  assert.deepEqual(spanOf(hour, "hour"), { first: "2025-06-02 23:00", last: "00:00" });
});

test("presets end today", () => {
  for (const preset of PLAY_PRESETS) assert.equal(presetQuery(preset, "2025-03-01").to, "2025-03-01");
  assert.deepEqual(presetQuery("day", "2025-03-01"), { from: "2025-02-28", to: "2025-03-01", hours: 24, step: null });
  assert.equal(presetQuery("month", "2025-03-01").from, "2025-01-31");
});
