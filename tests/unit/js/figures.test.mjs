import assert from "node:assert/strict";
import test from "node:test";
import { classOf, naturalBreaks } from "../../../web/static/js/core/classes.js";
import { Figures } from "../../../web/static/js/core/figures.js";
import { classesOf, coloursOf, landColours } from "../../../web/static/js/core/look.js";
import { LAND, MAP_COLOURS, NO_DATA } from "../../../web/static/js/core/palette.js";
import { readTopology } from "../../../web/static/js/core/topology.js";
import { CODES, world } from "./world.mjs";

const ANSWER = {
  codes: [...CODES, "990101101201801"],
  events: [10, 0, 4, 6, 3],
  closed: [5, 0, 4, 6, 3],
  disputes: [1, 0, 0, 2, 0],
  resolved: [1, 0, 0, 1, 0],
  households: [100, 50, 80, 70, 5],
  people: [300, 140, 250, 200, 12],
  party_members: [9, 3, 5, 4, 0],
};

test("an exclusive grid's figures are a part of the basic ones, not added to them", () => {
  const terrain = readTopology(world());
  const sums = new Figures(terrain, ANSWER).of(terrain.root);
  assert.equal(sums.events, 20);
  assert.equal(sums.households, 300);
  assert.deepEqual([sums.rural, sums.community, sums.exclusive], [4, 0, 1]);
});

test("a grid without events has no closing rate and is painted as such", () => {
  const terrain = readTopology(world());
  const figures = new Figures(terrain, ANSWER);
  const classes = classesOf(terrain, figures, "closing_rate");
  assert.equal(classes.missing, 1);
  assert.equal(coloursOf(terrain, "closing_rate", figures, classes, null)[1], NO_DATA);
});

test("every basic grid is counted in one class", () => {
  const terrain = readTopology(world());
  const classes = classesOf(terrain, new Figures(terrain, ANSWER), "households");
  assert.equal(classes.counts.reduce((a, b) => a + b, 0), 4);
  assert.equal(classes.lowest, 50);
  assert.equal(classes.bounds.at(-1), 100);
});

test("grids outside the division that is looked into step back", () => {
  const terrain = readTopology(world());
  const colours = coloursOf(terrain, "colour", null, null, new Set([0]));
  assert.equal(colours[0], MAP_COLOURS[0]);
  assert.notEqual(colours[3], MAP_COLOURS[0]);
  assert.deepEqual(landColours(terrain, new Set([0])).slice(0, 2), [LAND.inside, LAND.outside]);
});

test("natural breaks part two heaps where they part, and never split equal values", () => {
  assert.deepEqual(naturalBreaks([1, 2, 1, 2, 101, 102, 100, 101], 2), [2, 102]);
  assert.deepEqual(naturalBreaks([5, 5, 5, 5], 6), [5]);
  assert.deepEqual(naturalBreaks([], 6), []);
  const many = Array.from({ length: 5000 }, (_, n) => n % 997);
  const bounds = naturalBreaks(many, 6);
  assert.equal(bounds.length, 6);
  assert.deepEqual(bounds, [...bounds].sort((a, b) => a - b));
  assert.equal(bounds.at(-1), 996);
});

test("a value's class is the first whose bound it does not pass", () => {
  assert.deepEqual([0, 2, 3, 9, 10, NaN].map((v) => classOf(v, [2, 9])), [0, 0, 1, 1, 1, -1]);
});
