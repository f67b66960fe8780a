import assert from "node:assert/strict";
import test from "node:test";
import { boxRadii, densityField, percentile } from "../../../web/static/js/core/density.js";
import { heatColour, heatTable, rampPlace } from "../../../web/static/js/core/palette.js";

test("a blur moves counts and loses none", () => {
  const { values } = densityField(101, 81, Float64Array.of(50.3), Float64Array.of(40.7), [12], 5);
  const sum = values.reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(sum - 12) < 1e-3);
  const top = values.indexOf(Math.max(...values));
  assert.deepEqual([top % 101, Math.floor(top / 101)], [50, 40]);
});

test("three boxes spread as wide as the Gaussian that they stand for", () => {
  for (const sigma of [2, 3.75, 8, 15]) {
    const variance = boxRadii(sigma).reduce((sum, r) => sum + ((2 * r + 1) ** 2 - 1) / 12, 0);
    assert.ok(Math.abs(Math.sqrt(variance) / sigma - 1) < 0.12, `sigma ${sigma}`);
  }
});

test("points outside the raster do not come in on the other side", () => {
  const { values } = densityField(20, 20, Float64Array.of(-30, 60), Float64Array.of(5, 5), [9, 9], 2);
  assert.equal(Math.max(...values), 0);
});

test("percentiles ignore what is empty", () => {
  const values = new Float32Array(10_000);
  for (let n = 0; n < 1000; n += 1) values[n] = n + 1;
  const { at, top } = percentile(values, 0.985);
  assert.equal(top, 1000);
  assert.ok(Math.abs(at - 985) < 3);
  assert.deepEqual(percentile(new Float32Array(9), 0.985), { at: 0, top: 0 });
});

test("the ramp rises all the way: towns above the knee stay apart", () => {
  const range = { knee: 100, top: 900 };
  const places = [0, 1, 10, 50, 100, 200, 500, 900].map((value) => rampPlace(value, range));
  assert.equal(places[0], 0);
  assert.equal(places.at(-1), 1);
  for (let n = 1; n < places.length; n += 1) assert.ok(places[n] > places[n - 1]);
  assert.equal(rampPlace(5, { knee: 0, top: 0 }), 0);
});

test("the heat darkens and thickens along its ramp, so that it reads without hue", () => {
  const light = (t) => {
    const [r, g, b, a] = heatColour(t);
    return 255 - (255 - (0.2126 * r + 0.7152 * g + 0.0722 * b)) * a;
  };
  for (let t = 0.05; t <= 1; t += 0.05) assert.ok(light(t) < light(t - 0.05));
  assert.equal(heatTable().length, 1024);
});
