import assert from "node:assert/strict";
import test from "node:test";
import { pressed } from "../../../web/static/js/core/screen_keys.js";
import {
  DEFAULT_SCREEN, breadcrumb, click, down, enter, parseScreen, sibling, up,
} from "../../../web/static/js/core/screen_state.js";
import {
  ALERT_MS, PAUSE_MS, alerted, follow, startTour, stopsOf, tick, touched,
} from "../../../web/static/js/core/screen_tour.js";
import { readTopology } from "../../../web/static/js/core/topology.js";
import { CODES, world } from "./world.mjs";

const [A, B] = ["990101101201", "990101101202"];
const ROOT = "990101000000";
const terrain = readTopology(world());
const grid = (n) => terrain.byCode.get(CODES[n]);
const at = (change = {}) => ({ ...DEFAULT_SCREEN, ...change });

test("an address says what a screen shows and how its tour runs", () => {
  const { state, options } = parseScreen(
    `?division=${A}&mode=overdue&heat=1&labels=0&assets=1&rotate=20&playlist=${B},x,${ROOT}&ana=2,1.2&theme=light&lang=en&from=2025-03-01`,
  );
  assert.deepEqual(state, {
    ...DEFAULT_SCREEN, lang: "en", division: A, mode: "overdue", heat: true, labels: false, assets: true, from: "2025-03-01",
  });
  const playlist = { name: "default", division: null };
  assert.deepEqual(options, { rotate: 20, stops: [B, ROOT], playlist, theme: "light", ana: [2, 1.2] });
});

test("what an address cannot mean is left out", () => {
  const { state, options } = parseScreen("?division=../x&grid=1&mode=<b>&rotate=-3&ana=0,9&theme=pink&from=2025-02-30&lang=fr");
  assert.deepEqual(state, DEFAULT_SCREEN);
  assert.deepEqual(options, { rotate: 15, stops: [], playlist: { name: "default", division: null }, theme: "dark", ana: null });
  const named = (value) => parseScreen(`?playlist=${encodeURIComponent(value)}`).options;
  assert.deepEqual(named(" 大厅 2").playlist, { name: "大厅 2", division: null });
  assert.deepEqual(named(`大厅@${A}`), { ...options, playlist: { name: "大厅", division: A } });
  assert.deepEqual(named("大厅@9901").playlist, { name: "大厅", division: null });
  assert.equal(parseScreen("?rotate=0").state.touring, false);
  assert.equal(parseScreen("", "en").state.lang, "en");
});

test("clicks lead down to the grid, beside to the neighbour, and again away from it", () => {
  assert.deepEqual(click(terrain, at(), grid(0)), { division: A, grid: null });
  assert.deepEqual(click(terrain, at({ division: A }), grid(0)), { grid: CODES[0] });
  assert.deepEqual(click(terrain, at({ division: A }), grid(1)), { division: B, grid: null });
  assert.deepEqual(click(terrain, at({ division: A, grid: CODES[0] }), grid(0)), { grid: null });
  assert.deepEqual(click(terrain, at({ division: A, grid: CODES[0] }), null), { grid: null });
  assert.deepEqual(click(terrain, at({ division: A }), null), {});
});

test("a code of a grid enters its village too, an unknown one nothing", () => {
  assert.deepEqual(enter(terrain, CODES[1]), { division: B, grid: CODES[1] });
  assert.deepEqual(enter(terrain, ROOT), { division: null, grid: null });
  assert.deepEqual(enter(terrain, "1"), {});
  const names = breadcrumb(terrain, at({ division: B, grid: CODES[1] })).map((step) => step.code);
  assert.deepEqual(names, [ROOT, B, CODES[1]]);
});

test("keys walk up, down and along, round and round", () => {
  assert.deepEqual(down(terrain, at()), { division: A, grid: null });
  assert.deepEqual(down(terrain, at({ division: B })), { division: B, grid: CODES[1] });
  assert.deepEqual(down(terrain, at({ division: B, grid: CODES[1] })), {});
  assert.deepEqual(up(terrain, at({ division: B, grid: CODES[1] })), { grid: null });
  assert.deepEqual(up(terrain, at({ division: B })), { division: null, grid: null });
  assert.deepEqual(up(terrain, at()), {});
  assert.deepEqual(sibling(terrain, at({ division: A }), 1), { division: B, grid: null });
  assert.deepEqual(sibling(terrain, at({ division: A }), -1), { division: B, grid: null });
  assert.deepEqual(sibling(terrain, at({ division: B, grid: CODES[1] }), 1), { division: B, grid: CODES[3] });
  assert.deepEqual(sibling(terrain, at(), 1), {});
});

test("a remote control speaks the same words as a keyboard", () => {
  const state = at({ division: A });
  for (const key of ["Backspace", "Escape", "ArrowUp", "GoBack"]) {
    assert.deepEqual(pressed(terrain, state, key), { division: null, grid: null }, key);
  }
  assert.deepEqual(pressed(terrain, state, "ChannelUp"), { division: B, grid: null });
  assert.deepEqual(pressed(terrain, state, "3"), { mode: "density" });
  assert.deepEqual(pressed(terrain, state, "M"), { mode: "kind" });
  assert.deepEqual(pressed(terrain, state, "ColorF0Red"), { heat: true });
  assert.deepEqual(pressed(terrain, state, "t"), { touring: false, paused_until: null });
  assert.deepEqual(pressed(terrain, { ...state, paused_until: 5 }, "t"), { touring: true, paused_until: null });
  assert.equal(pressed(terrain, state, "9"), null);
  assert.equal(pressed(terrain, state, "x"), null);
});

test("a province of one prefecture is passed through", () => {
  const topojson = world();
  const [county, ...villages] = topojson.divisions;
  topojson.divisions = [
    { ...county, code: "990000000000", depth: 0 },
    { ...county, code: "990100000000", depth: 1, parent: "990000000000" },
    ...villages.map((village) => ({ ...village, depth: 2, parent: "990100000000" })),
  ];
  const province = readTopology(topojson);
  assert.deepEqual(down(province, at()), { division: A, grid: null });
  assert.deepEqual(click(province, at(), province.grids[0]), { division: A, grid: null });
  assert.deepEqual(up(province, at({ division: A })), { division: null, grid: null });
  assert.deepEqual(up(province, at({ division: "990100000000" })), { division: null, grid: null });
  assert.deepEqual(stopsOf(province, []), ["990000000000", A, B].map(stop));
});

const stop = (division) => ({ division });
const goes = (tour, now) => tick(tour, now, false).go?.division ?? null;

test("the tour goes round, rests after a touch, and goes on", () => {
  const stops = stopsOf(terrain, []);
  assert.deepEqual(stops, [ROOT, A, B].map(stop));
  assert.deepEqual(stopsOf(terrain, [B, "1", ROOT].map(stop)), [B, ROOT].map(stop));
  let tour = startTour(stops, 1000, 0);
  assert.deepEqual([tick(tour, 500, false).go, tick(tour, 500, false).share], [null, 0.5]);
  const next = tick(tour, 1000, false);
  assert.equal(next.go?.division, A);
  tour = touched(next.tour, 1500);
  assert.equal(tick(tour, 1500 + PAUSE_MS - 1, false).phase, "paused");
  const resumed = tick(tour, 1500 + PAUSE_MS, false);
  assert.deepEqual([resumed.phase, resumed.go?.division], ["running", B]);
  assert.equal(goes(resumed.tour, 1500 + PAUSE_MS + 1000), ROOT);
});

test("nothing moves behind a hidden page, and nothing races when it is back", () => {
  const tour = startTour([ROOT, A, B].map(stop), 1000, 0);
  const hidden = tick(tour, 99_000, true);
  assert.deepEqual([hidden.phase, hidden.go], ["hidden", null]);
  assert.equal(goes(hidden.tour, 99_500), null);
  assert.equal(goes(hidden.tour, 100_000), A);
});

test("an alert holds the screen, then the tour goes back to where it was", () => {
  const tour = alerted(startTour([ROOT, A, B].map(stop), 1000, 0, A), 100);
  assert.deepEqual([tick(tour, 100 + ALERT_MS - 1, false).phase, tick(tour, 5000, false).go], ["alert", null]);
  const back = tick(tour, 100 + ALERT_MS, false);
  assert.deepEqual([back.alertEnded, back.go?.division], [true, A]);
  assert.equal(goes(back.tour, back.tour.since + 1000), B);
  assert.equal(tick(touched(tour, 200), 300, false).phase, "paused");
});

test("a playlist says how long and in which colours, and takes over where the screen is", () => {
  const stops = [{ division: A, mode: "kind", heat: false, seconds: 5 }, { division: B, mode: "colour", heat: true, seconds: 30 }];
  const tour = follow(startTour(stopsOf(terrain, []), 1000, 0, B), stops, B);
  const begun = tick(tour, 10, false);
  assert.deepEqual(begun.go, stops[1]);
  assert.equal(goes(begun.tour, 10 + 29_999), null);
  const round = tick(begun.tour, 10 + 30_000, false);
  assert.deepEqual(round.go, stops[0]);
  assert.equal(goes(round.tour, 10 + 35_000), B);
  assert.equal(goes(follow(round.tour, stops, ROOT), 10 + 30_001), A);
  assert.equal(tick(follow(touched(tour, 20), stops, A), 30, false).phase, "paused");
});
