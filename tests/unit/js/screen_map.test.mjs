import assert from "node:assert/strict";
import test from "node:test";
import { densestOf, densityPlace, densityScale, densityTicks, roundUp } from "../../../web/static/js/core/heat_scale.js";
import { boundsOfMode, screenLook } from "../../../web/static/js/core/screen_look.js";
import { namesOf, placed } from "../../../web/static/js/core/screen_names.js";
import {
  NONE_OVERDUE, NO_FIGURE, OUTSIDE, SCREEN_COLOURS, SCREEN_KINDS, UNDER_HEAT, calmed, screenHeat,
} from "../../../web/static/js/core/screen_palette.js";
import { scopeRings } from "../../../web/static/js/core/scope_rings.js";
import { readTopology } from "../../../web/static/js/core/topology.js";
import { textWidth } from "../../../web/static/js/core/placement.js";
import { world } from "./world.mjs";

const terrain = readTopology(world());
const [A, B] = ["990101101201", "990101101202"].map((code) => terrain.divisions.get(code));
const columns = {
  events: [10, 20, 40, 0, 5],
  closed: [5, 20, 30, 0, 5],
  households: [100, 100, 100, 0, 10],
  overdue: [0, 2, 0, 1, 9],
};
const counted = (legend) => legend.reduce((sum, entry) => sum + entry.count, 0);

test("the legend has each basic grid of the scope once, in the colour that it is painted in", () => {
  for (const mode of ["density", "closing_rate", "overdue"]) {
    for (const scope of [terrain.root, A, B]) {
      const { colours, legend } = screenLook(terrain, mode, columns, scope);
      const basic = scope.grids.filter((index) => terrain.grids[index].kind !== "exclusive");
      assert.equal(counted(legend), basic.length, mode);
      for (const index of basic) assert.ok(legend.some((entry) => entry.colour === colours[index]), mode);
      for (const { index } of terrain.grids) {
        if (!scope.grids.includes(index)) assert.equal(colours[index], OUTSIDE);
      }
    }
  }
});

test("classes are those of the deployment, wherever one looks", () => {
  const whole = screenLook(terrain, "density", columns, terrain.root);
  const part = screenLook(terrain, "density", columns, A);
  for (const index of A.grids) assert.equal(part.colours[index], whole.colours[index]);
  assert.deepEqual(boundsOfMode(terrain, columns, "density").bounds, [0.1, 0.2, 0.4]);
});

test("no overdue work is no class, and no households no density", () => {
  const overdue = screenLook(terrain, "overdue", columns, terrain.root);
  assert.equal(overdue.colours[0], NONE_OVERDUE);
  assert.equal(overdue.legend[0].what, "none");
  assert.equal(screenLook(terrain, "density", columns, terrain.root).colours[3], NO_FIGURE);
  assert.equal(screenLook(terrain, "overdue", { ...columns, overdue: undefined }, terrain.root).colours[0], NO_FIGURE);
  assert.ok(screenLook(terrain, "density", null, terrain.root).colours.every((colour) => colour === NO_FIGURE));
});

test("map colours step back far away, kinds never, and the heat has plain land", () => {
  const far = screenLook(terrain, "colour", null, terrain.root, { strength: 0.6 });
  assert.equal(far.colours[0], calmed(SCREEN_COLOURS[terrain.grids[0].colourIndex], 0.6));
  assert.equal(calmed("#123456", 1), "#123456");
  assert.equal(screenLook(terrain, "kind", null, A).colours[0], SCREEN_KINDS.rural);
  assert.equal(screenLook(terrain, "overdue", columns, A, { plain: true }).colours[0], UNDER_HEAT);
});

test("the outline of a village is one ring of the borders that it does not share with itself", () => {
  const rings = scopeRings(terrain, A);
  assert.equal(rings.length, 1);
  const owners = rings[0].map((ref) => terrain.arcs[ref < 0 ? ~ref : ref].owners);
  for (const pair of owners) assert.equal(pair.filter((index) => A.grids.includes(index)).length, 1);
});

test("heat has one scale: round, from the data, and never full below its top", () => {
  const xs = Float64Array.from([0, 40, 5000]);
  const ys = Float64Array.from([0, 0, 0]);
  const densest = densestOf(xs, ys, [10, 10, 1], 180);
  const alone = 20 / (2 * Math.PI * 0.18 ** 2);
  assert.ok(densest < alone && densest > 0.95 * alone);
  const scale = densityScale(densest);
  assert.equal(scale.top, roundUp(densest));
  assert.ok(densityPlace(densest, scale) <= 1);
  assert.ok(densityPlace(scale.top * 0.9, scale) < 1);
  assert.equal(densityPlace(0, scale), 0);
  const places = densityTicks(scale).map((value) => densityPlace(value, scale));
  assert.deepEqual(places, [...places].sort((a, b) => a - b));
  assert.deepEqual([0.3, 1, 3, 180, 2100].map(roundUp), [0.5, 1, 5, 200, 5000]);
});

test("more heat is more light", () => {
  const light = Array.from({ length: 50 }, (_, n) => {
    const [r, g, b, a] = screenHeat(n / 49);
    return a * (0.2126 * (r / 255) ** 2.2 + 0.7152 * (g / 255) ** 2.2 + 0.0722 * (b / 255) ** 2.2);
  });
  for (let n = 1; n < light.length; n += 1) assert.ok(light[n] > light[n - 1]);
});

test("names of the level below the scope come first, and none lies over another", () => {
  const names = namesOf(terrain, terrain.root);
  assert.deepEqual(names.slice(0, 2).map((name) => name.role), ["main", "main"]);
  assert.ok(namesOf(terrain, A).every((name) => name.role !== "lower"));
  const at = (name) => ({ x: (name.x - terrain.box.x0) * 30, y: (name.y - terrain.box.y0) * 30, radius: 90 });
  const found = placed(names, at, { width: 2000, height: 2000 });
  assert.equal(found.filter(({ name }) => name.role === "main").length, 2);
  const boxes = found.map(({ text, x, y, size }) => [x, y, textWidth(text) * size, size]);
  boxes.forEach(([x, y, w, h], n) => {
    for (const [x2, y2, w2, h2] of boxes.slice(n + 1)) {
      assert.ok(Math.abs(x - x2) >= (w + w2) / 2 || Math.abs(y - y2) >= (h + h2) / 2);
    }
  });
});

test("few names among many are none", () => {
  const many = Array.from({ length: 10 }, (_, n) => ({
    code: String(n), text: "王公庄村", brief: "王公庄村", x: 60 * n, y: 0, radiusM: 1, role: "lower",
  }));
  const at = (name) => ({ x: name.x + 30, y: 30, radius: name.code === "3" ? 40 : 5 });
  assert.deepEqual(placed(many, at, { width: 800, height: 100 }), []);
});
