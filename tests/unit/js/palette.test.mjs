import assert from "node:assert/strict";
import test from "node:test";
import { INK, KIND_COLOURS, MAP_COLOURS, NONE_OVERDUE, NO_DATA, RAMPS } from "../../../web/static/js/core/palette.js";
import { importance, filtered } from "../../../web/static/js/core/simplify.js";

// Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
const SEEN = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
};

const linear = (hex) =>
  [1, 3, 5].map((n) => parseInt(hex.slice(n, n + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
const times = (matrix, v) => matrix.map((row) => row.reduce((sum, c, n) => sum + c * v[n], 0));

/** Oklab (Ottosson 2020): 0.02 is a just noticeable difference. */
function oklab(hex, sight) {
  const rgb = times(SEEN[sight], linear(hex)).map((c) => Math.max(0, c));
  const lms = times([
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
  ], rgb).map(Math.cbrt);
  return times([
    [0.2104542553, 0.793617785, -0.0040720468],
    [1.9779984951, -2.428592205, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.808675766],
  ], lms);
}

const apart = (one, two, sight) => {
  const [a, b] = [oklab(one, sight), oklab(two, sight)];
  return Math.hypot(...a.map((v, n) => v - b[n]));
};

const luminance = (hex) => {
  const [r, g, b] = linear(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one, two) => {
  const [a, b] = [luminance(one), luminance(two)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
};

for (const sight of Object.keys(SEEN)) {
  test(`neighbouring map colours and classes differ for ${sight} eyes`, () => {
    const pairs = MAP_COLOURS.flatMap((one, n) => MAP_COLOURS.slice(n + 1).map((two) => [one, two]));
    for (const ramp of [...Object.values(RAMPS), Object.values(KIND_COLOURS)]) {
      pairs.push(...ramp.slice(1).map((colour, n) => [ramp[n], colour]));
    }
    pairs.push([NONE_OVERDUE, RAMPS.overdue[0]], [NONE_OVERDUE, NO_DATA], [NO_DATA, RAMPS.overdue[0]]);
    for (const [one, two] of pairs) assert.ok(apart(one, two, sight) > 0.04, `${one} ${two}`);
  });
}

test("names can be read on every colour of the map", () => {
  for (const fill of [...MAP_COLOURS, ...Object.values(KIND_COLOURS)]) {
    assert.ok(contrast(INK.label, fill) >= 7, fill);
    assert.ok(contrast(INK.labelGrid, fill) >= 4.5, fill);
  }
});

test("a line for a coarse screen keeps its ends and stays within the tolerance", () => {
  const points = Array.from({ length: 200 }, (_, n) => [n, 8 * Math.sin(n / 9)]);
  const xy = Float64Array.from(points.flat());
  const keep = importance(xy);
  const coarse = filtered(xy, keep, 1);
  assert.ok(coarse.length < xy.length / 3);
  assert.deepEqual([...coarse.slice(0, 2), ...coarse.slice(-2)], [...points[0], ...points.at(-1)]);
  const far = points.map(([x, y]) => {
    let nearest = Infinity;
    for (let n = 2; n < coarse.length; n += 2) {
      const [ax, ay, bx, by] = coarse.slice(n - 2, n + 2);
      const t = Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)));
      nearest = Math.min(nearest, Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)));
    }
    return nearest;
  });
  assert.ok(Math.max(...far) <= 1);
  assert.deepEqual(filtered(xy, keep, 0), xy);
});
