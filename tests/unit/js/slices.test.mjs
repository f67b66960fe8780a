import assert from "node:assert/strict";
import test from "node:test";
import { advance, finish, stepsOf } from "../../../web/static/js/core/slices.js";

function* painting(seen) {
  for (const part of ["land", "grids", "names"]) {
    seen.push(part);
    yield;
  }
  return seen.length;
}

test("work in steps comes to the same end with and without pauses", () => {
  const [at_once, slowly] = [[], []];
  assert.equal(finish(painting(at_once)), 3);
  const steps = stepsOf(painting(slowly));
  assert.deepEqual(advance(steps, () => true), { done: false, value: undefined });
  assert.deepEqual(slowly, ["land"]);
  assert.deepEqual(advance(steps, () => false), { done: true, value: 3 });
  assert.deepEqual(slowly, at_once);
});

test("a step is done however late it is, and work that is not in steps is one", () => {
  assert.equal(finish(true), true);
  assert.deepEqual(advance(stepsOf(false), () => true), { done: true, value: false });
});
