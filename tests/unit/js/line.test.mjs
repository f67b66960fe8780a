import assert from "node:assert/strict";
import test from "node:test";
import { LONGEST_PAUSE_MS, LOST_MS, Line, SILENCE_MS, pauseBefore } from "../../../web/static/js/core/line.js";

test("pauses grow, are spread, and have an end", () => {
  const longest = [0, 1, 2, 3, 4, 5, 60].map((tries) => pauseBefore(tries, 1));
  assert.deepEqual(longest, [1000, 2000, 4000, 8000, 16_000, LONGEST_PAUSE_MS, LONGEST_PAUSE_MS]);
  assert.equal(pauseBefore(3, 0), 4000);
  assert.ok(Number.isFinite(pauseBefore(1e6, 1)));
});

test("a line opens at once, and is live with the first sign of life", () => {
  const line = new Line(0);
  assert.equal(line.due(0), "open");
  line.begin(0);
  assert.equal(line.status(10), "waiting");
  assert.equal(line.due(10), null);
  line.hear(20);
  assert.equal(line.status(20), "live");
});

test("silence is found out although nobody said that the line broke", () => {
  const line = new Line(0);
  line.begin(0);
  line.hear(0);
  assert.equal(line.due(SILENCE_MS), null);
  assert.equal(line.due(SILENCE_MS + 1), "drop");
  line.break(SILENCE_MS + 1, 0);
  assert.equal(line.status(SILENCE_MS + 1), "waiting");
  assert.equal(line.status(LOST_MS + 1), "lost");
});

test("a try that gets no answer is given up", () => {
  const line = new Line(0);
  line.begin(0);
  assert.equal(line.due(SILENCE_MS + 1), "drop");
});

test("an hour's outage: tries get rare, none is left out, and the first sign of life ends it", () => {
  const line = new Line(0);
  line.begin(0);
  line.hear(0);
  const outage = 3_600_000;
  const tries = [];
  line.break(0, 1);
  for (let now = 0; now <= outage; now += 1000) {
    if (line.due(now) !== "open") continue;
    tries.push(now);
    line.begin(now);
    line.break(now, 1);
    assert.ok(line.at - now <= LONGEST_PAUSE_MS);
  }
  assert.ok(tries.length >= outage / LONGEST_PAUSE_MS - 1);
  assert.ok(tries.length <= outage / LONGEST_PAUSE_MS + 6);
  assert.equal(line.status(outage), "lost");
  line.begin(outage);
  line.hear(outage);
  assert.equal(line.status(outage), "live");
  line.break(outage, 1);
  assert.equal(line.at, outage + 1000, "the next outage begins with short pauses again");
});

test("whoever knows that the network is back does not wait", () => {
  const line = new Line(0);
  for (let n = 0; n < 8; n += 1) line.break(0, 1);
  assert.equal(line.due(1), null);
  line.hurry(1);
  assert.equal(line.due(1), "open");
  line.begin(1);
  line.hurry(2);
  assert.equal(line.due(2), null, "a try that is under way is left alone");
});
