import assert from "node:assert/strict";
import test from "node:test";
import { KEPT, changed, merged, readEvent } from "../../../web/static/js/core/newest.js";
import { pageAt, pagesOf, ranked } from "../../../web/static/js/core/ranking.js";
import { APART_MS, POLL_MS, SETTLE_MS, waitFor } from "../../../web/static/js/core/refresh.js";
import { arrange, layoutOf } from "../../../web/static/js/core/screen_layout.js";
import { ServerClock, dayFrom, dayOf, timeOf, weekdayOf } from "../../../web/static/js/core/server_clock.js";
import { trendOf } from "../../../web/static/js/core/trend.js";

const ALL = new Set([
  "overview", "rates", "trend", "classes", "ranking", "newest", "outliers", "structure", "organisation", "assets",
]);
const NAMES = ["double", "wide", "cinema", "hall", "portrait", "phone"];

test("height sets the scale of a wall, width buys columns", () => {
  assert.deepEqual(layoutOf(1920, 1080), { name: "hall", width: 1920, height: 1080, rem: 16, scale: [1, 1] });
  assert.equal(layoutOf(3840, 2160).rem, 32);
  assert.deepEqual([layoutOf(7680, 2160).name, layoutOf(7680, 2160).rem], ["wide", 32]);
  assert.deepEqual([layoutOf(5280, 1080).name, layoutOf(5280, 1080).rem], ["double", 16]);
  assert.deepEqual([layoutOf(3840, 1080).name, layoutOf(3840, 1080).rem], ["wide", 16]);
  assert.equal(layoutOf(3440, 1440).name, "cinema");
  assert.equal(layoutOf(1080, 1920).name, "portrait");
  assert.equal(layoutOf(390, 844).name, "phone");
});

test("what a wall stretches is laid out for the wall and squeezed by as much", () => {
  const { name, width, height, rem, scale } = layoutOf(1920, 1080, [3.5, 2]);
  assert.deepEqual([name, width, height, rem], ["wide", 3360, 1080, 16]);
  assert.ok(Math.abs(width * scale[0] - 1920) < 1e-9 && scale[1] === 1);
  assert.deepEqual(layoutOf(1920, 1080, [2, 2]), layoutOf(1920, 1080));
});

test("every layout shows every panel once, and none that has nothing to say", () => {
  for (const name of NAMES) {
    const shown = arrange(name, ALL).flatMap(({ slots }) => slots.flat());
    assert.deepEqual([...shown].sort(), [...ALL].sort(), name);
    const fewer = new Set([...ALL].filter((panel) => panel !== "assets" && panel !== "organisation"));
    const slots = arrange(name, fewer).flatMap((column) => column.slots);
    assert.ok(slots.every((slot) => slot.length > 0) && !slots.flat().includes("assets"), name);
  }
  const turns = (name) => arrange(name, ALL).flatMap(({ slots }) => slots).filter((slot) => slot.length > 1).length;
  assert.ok(turns("wide") < turns("hall"), "a wider wall shows more at once");
});

test("the server is asked at once, soon after a message, now and then, and later while it is away", () => {
  assert.equal(waitFor({ started: null, failures: 0, poked: null }, 5), 0);
  assert.equal(waitFor({ started: 1000, failures: 0, poked: 1000 }, 1000), APART_MS);
  assert.equal(waitFor({ started: 1000, failures: 0, poked: 1000 }, 1000 + 2 * APART_MS), 0);
  assert.equal(waitFor({ started: 1000, failures: 0, poked: null }, 1000), POLL_MS);
  const retries = [1, 2, 3, 10].map((failures) => waitFor({ started: 0, failures, poked: 0 }, 0));
  assert.deepEqual(retries, [2000, 4000, 8000, 30_000]);
});

test("however long nothing was asked, figures wait until what happened has been shown", () => {
  const [started, now] = [0, 50_000];
  assert.equal(waitFor({ started, failures: 0, poked: now }, now), SETTLE_MS);
  // What happens meanwhile makes nobody wait longer.
  assert.equal(waitFor({ started, failures: 0, poked: now }, now + SETTLE_MS), 0);
});

const row = (n, more = {}) => ({
  event_no: `E${n}`, title: `事件${n}`, category_code: "0101", level: 3, state: "report",
  reported_at: new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString(), grid: "990101101201001", ...more,
});

test("the newest stand first, each once, and no more are kept than are wanted", () => {
  const many = Array.from({ length: 3 * KEPT }, (_, n) => readEvent(row(n), ["archive"]));
  let events = [];
  for (const event of many) events = merged(events, [event]);
  assert.equal(events.length, KEPT);
  assert.equal(events[0].event_no, `E${3 * KEPT - 1}`);
  const known = merged(events, [readEvent(row(3 * KEPT - 1, { state: "archive" }), ["archive"])]);
  assert.deepEqual([known.length, known[0].is_closed], [KEPT, true]);
});

test("a message tells less than the list, and takes nothing from it", () => {
  const listed = readEvent(row(1, { grid_name: "第一网格" }), []);
  const told = readEvent({ ...row(1), state: undefined, basic: "990101101201001", grid: undefined }, []);
  assert.deepEqual(merged([listed], [told])[0], listed);
});

test("a change is of one event only", () => {
  const events = [2, 1].map((n) => readEvent(row(n), []));
  assert.equal(changed(events, { event_no: "E9", state: "x" }), events);
  const after = changed(events, { event_no: "E1", state: "archive", closed_at: "2026-01-02T00:00:00Z" });
  assert.deepEqual(after.map((event) => event.is_closed), [false, true]);
});

test("those without a name for events are told apart by when and what", () => {
  const secret = { category_code: "0101", level: 1, reported_at: "2026-01-01T00:00:00Z", division: "990101101000" };
  const [event] = merged([], [readEvent(secret, [])]);
  assert.deepEqual([event.event_no, event.title, event.grid], [null, null, null]);
  assert.equal(merged([event], [readEvent({ ...secret }, [])]).length, 1);
});

const child = (code, closed, total, overdue = 0) => ({
  code, name: code, total, closed, open: total - closed, overdue,
  closing_rate: { numerator: closed, denominator: total, value: null },
});

test("a ranking has the best first and those without events last", () => {
  const rows = [child("a", 0, 0), child("b", 5, 10, 1), child("c", 9, 10, 2), child("d", 5, 10, 9)];
  const order = (measure) => ranked(rows, measure).map(({ code }) => code).join("");
  assert.equal(order("closing_rate"), "cbda");
  assert.equal(order("overdue"), "dcba");
  assert.equal(order("total"), "bcda");
});

test("pages turn round, and the last one is full", () => {
  assert.equal(pagesOf(19, 8), 3);
  assert.deepEqual([0, 1, 2, 3].map((page) => pageAt(19, 8, page).first), [0, 8, 11, 0]);
  assert.deepEqual(pageAt(3, 8, 7), { first: 0, last: 3 });
  assert.deepEqual(pageAt(0, 0, 0), { first: 0, last: 0 });
});

test("a trend is told by days, weeks or months, and nothing of it is lost", () => {
  const days = (count) => ({ first_day: "2025-01-01", reported: Array(count).fill(2), closed: Array(count).fill(1) });
  assert.deepEqual(trendOf(days(400), 30).days[0], "2026-01-06");
  for (const count of [1, 62, 63, 434, 435, 900]) {
    const shown = trendOf(days(count), null);
    assert.ok(shown.days.length <= 62, `${count}`);
    assert.equal(shown.reported.reduce((a, b) => a + b), 2 * count);
    assert.equal(shown.days.length, shown.closed.length);
    assert.equal(shown.days[0], "2025-01-01");
  }
  assert.equal(trendOf(days(63), null).reported.at(-1), 14);
  assert.deepEqual(trendOf({ first_day: null, reported: [], closed: [] }, 30).days, []);
});

test("the clock is the server's, in Beijing", () => {
  const clock = new ServerClock();
  clock.set("2026-11-22T08:00:30+08:00", Date.UTC(2026, 10, 22, 0, 0, 0));
  assert.equal(timeOf(clock.at(Date.UTC(2026, 10, 21, 23, 59, 45))), "08:00:15");
  clock.set("nonsense", 0);
  assert.equal(clock.offset, 30_000);
  assert.equal(clock.isSet, true);
  const late = Date.UTC(2026, 10, 21, 16, 30);
  assert.deepEqual([dayOf(late), timeOf(late), weekdayOf(late)], ["2026-11-22", "00:30:00", 0]);
});

test("a day that begins at four in the morning", () => {
  const day = (hour, minute) => dayFrom(Date.UTC(2026, 10, 22, hour - 8, minute), 4);
  assert.equal(day(4, 0), day(3, 59) + 1);
  assert.equal(day(4, 0), day(23, 59));
  assert.equal(day(28, 0), day(4, 0) + 1);
  assert.equal(new ServerClock().isSet, false);
});
