import assert from "node:assert/strict";
import test from "node:test";
import { Figures } from "../../../web/static/js/core/figures.js";
import { classesOf, coloursOf } from "../../../web/static/js/core/look.js";
import { NONE_OVERDUE, RAMPS } from "../../../web/static/js/core/palette.js";
import { formatHash, parseState } from "../../../web/static/js/core/state.js";
import { readTopology } from "../../../web/static/js/core/topology.js";
import { boxOfFix, questionOf, readOpen, readWhereabouts, troubleOf, union } from "../../../web/static/js/core/where.js";
import { WHERE_MESSAGES } from "../../../web/static/js/core/where_messages.js";
import { CODES, world } from "./world.mjs";

const grid = (code) => ({ code, name: `网格${code}` });

test("a position is asked as CGCS2000, with an accuracy that the server measures", () => {
  const near = questionOf({ lon: 115.12345678, lat: 34.5, accuracy_m: 3.2 });
  assert.deepEqual(near, { lon: "115.1234568", lat: "34.5000000", crs: "EPSG:4490", accuracy_m: 15 });
  assert.equal(questionOf({ lon: 1, lat: 1, accuracy_m: 20.1 }).accuracy_m, 21);
  assert.equal(questionOf({ lon: 1, lat: 1, accuracy_m: 50_000 }).accuracy_m, 1000);
});

test("the grid below an exclusive one is no neighbour", () => {
  const near = [{ ...grid("1"), distance_m: 0 }, { ...grid("2"), distance_m: 7 }];
  const found = readWhereabouts({ responsible: grid("9"), basic: grid("1"), near });
  assert.equal(found.under.code, "1");
  assert.deepEqual(found.near.map((one) => one.code), ["2"]);
  assert.equal(readWhereabouts({ responsible: grid("1"), basic: grid("1"), near: [] }).under, null);
  assert.equal(readWhereabouts({ responsible: grid("9"), basic: null, near: [] }).under, null);
});

test("without HTTPS that is the reason, whatever the browser says", () => {
  assert.deepEqual([1, 2, 3].map((code) => troubleOf(code, true)), ["denied", "unavailable", "timeout"]);
  assert.equal(troubleOf(1, false), "insecure");
  assert.equal(troubleOf(99, true), "unavailable");
  for (const key of ["denied", "unavailable", "timeout", "insecure", "unsupported"]) {
    assert.ok(WHERE_MESSAGES.zh[`where.${key}`] && WHERE_MESSAGES.en[`where.${key}`]);
  }
});

test("both languages have the same words, with the same places to fill", () => {
  const { zh, en } = WHERE_MESSAGES;
  const fields = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort().join();
  assert.deepEqual(Object.keys(zh), Object.keys(en));
  for (const key of Object.keys(zh)) assert.equal(fields(zh[key]), fields(en[key]), key);
});

test("the box of a fix is as wide as its accuracy on the ground", () => {
  const box = boxOfFix({ lon: 115, lat: 60, accuracy_m: 100 }, { x: 0, y: 0 });
  const equator = boxOfFix({ lon: 115, lat: 0, accuracy_m: 100 }, { x: 0, y: 0 });
  assert.ok(Math.abs((box.x1 - box.x0) / (equator.x1 - equator.x0) - 2) < 1e-6);
  assert.deepEqual(union({ x0: 0, y0: 1, x1: 2, y1: 3 }, { x0: 1, y0: 0, x1: 3, y1: 2 }), { x0: 0, y0: 0, x1: 3, y1: 3 });
});

test("overdue work stands first, then what is due first, then what is never due", () => {
  const event = (event_no, due_at, is_overdue = false) => ({
    properties: { event_no, title: event_no, due_at, is_overdue, reported_at: "2025-03-01T08:00:00+08:00" },
  });
  const features = [
    event("never", null), event("later", "2025-04-09T18:00:00+08:00"), event("soon", "2025-04-02T18:00:00+08:00"),
    event("late", "2025-03-03T18:00:00+08:00", true),
  ];
  const open = readOpen({ features, links: [{ rel: "self" }] });
  assert.deepEqual(open.events.map((one) => one.event_no), ["late", "soon", "later", "never"]);
  assert.deepEqual([open.overdue, open.isAll], [1, true]);
  assert.equal(readOpen({ features, links: [{ rel: "self" }, { rel: "next" }] }).isAll, false);
});

test("the desk colours by density and overdue work, and sums what is open", () => {
  const terrain = readTopology(world());
  const zero = CODES.map(() => 0);
  const figures = new Figures(terrain, {
    codes: CODES, events: [10, 0, 4, 6], closed: zero, disputes: zero, resolved: zero,
    households: [100, 50, 0, 60], people: zero, party_members: zero,
    open: [3, 0, 4, 6], overdue: [0, 0, 2, 5], on_time: zero,
  });
  const overdue = classesOf(terrain, figures, "overdue");
  assert.deepEqual([overdue.none, overdue.missing, overdue.bounds], [2, 0, [2, 5]]);
  const colours = coloursOf(terrain, "overdue", figures, overdue, null);
  assert.deepEqual([colours[0], colours[3]], [NONE_OVERDUE, RAMPS.overdue.at(-1)]);
  const density = classesOf(terrain, figures, "density");
  assert.deepEqual([density.bounds, density.missing], [[0, 0.1], 1]);
  const sums = figures.of(terrain.root);
  assert.deepEqual([sums.open, sums.overdue], [13, 7]);
  assert.equal(new Figures(terrain, { ...figures.columns, codes: CODES, open: null, overdue: null }).of(terrain.root).open, undefined);
});

test("an address keeps the layer of cameras and the new colours", () => {
  const state = parseState("", "#mode=overdue&assets=1", null);
  assert.deepEqual([state.mode, state.assets], ["overdue", true]);
  assert.equal(formatHash(state), "#mode=overdue&assets=1");
});
