// @ts-check
// A period in steps, as `/api/v1/playback` tells it, made into pictures that can be shown.

/** How many times as fast. */
export const SPEEDS = [1, 2, 4];
/** How long a picture stays at speed 1; more of them go by faster. */
const LONGEST_MS = 900;
const SHORTEST_MS = 220;
/** About so long does a whole period take at speed 1. */
const WHOLE_MS = 45_000;
/** Heat of one hour is a few points: so many steps are shown together. */
const HEAT_STEPS = /** @type {Record<string, number>} */ ({ hour: 6 });

/**
 * @typedef {object} Step
 * @property {number} n place, from 0
 * @property {string} start ISO time
 * @property {string} end not included
 * @property {number} generation whose grids held then
 * @property {number} reported in the step
 * @property {number} closed in the step
 * @property {number} open at its end
 * @property {{numerator: number, denominator: number, fraction: number | null}} closing_rate so far
 */

/**
 * @typedef {object} Frame what one picture shows: sums from the first step to the end of this one,
 *   by the grids of this one
 * @property {Step} step
 * @property {string[]} codes grids; the columns are beside them
 * @property {Float64Array} events reported so far
 * @property {Float64Array} closed of these, closed so far
 * @property {Float64Array} open at the end of the step, whenever they were reported
 */

export class Playback {
  /** @param {any} answer of `/api/v1/playback` */
  constructor(answer) {
    /** @type {"hour" | "day" | "week" | "month"} */
    this.unit = answer.step;
    /** @type {string[]} */
    this.codes = answer.grids.codes;
    /** @type {number[]} */
    this.generations = [...new Set(answer.steps.map((/** @type {Step} */ step) => step.generation))];
    /** @type {Step[]} */
    this.steps = answer.steps.map((/** @type {Step} */ step, /** @type {number} */ n) => ({ ...step, n }));
    this.changes = answer.grids;
    /** @type {number[][]} */
    this.places = answer.grids.index.map(together);
    this.heat = answer.heat && { ...answer.heat, cells: answer.heat.cells.map(together) };
  }

  get length() {
    return this.steps.length;
  }

  /**
   * @param {number} n
   * @returns {Frame}
   */
  frame(n) {
    const { length } = this.codes;
    const [events, closed, open] = [0, 1, 2].map(() => new Float64Array(length));
    // Under other boundaries sums begin anew: their first step tells what was before.
    let first = n;
    while (first > 0 && this.steps[first - 1].generation === this.steps[n].generation) first -= 1;
    for (let at = first; at <= n; at += 1) {
      const row = (/** @type {string} */ name, /** @type {number} */ k) => this.changes[name][at][k] ?? 0;
      this.places[at].forEach((place, k) => {
        events[place] += row("reported", k) + row("reported_before", k);
        closed[place] += row("closed", k) - row("older", k) + row("closed_before", k);
        open[place] = row("open", k);
      });
    }
    return { step: this.steps[n], codes: this.codes, events, closed, open };
  }

  /**
   * @param {number} n
   * @returns {{lon: number[], lat: number[], events: number[], total: number, cell_m: number} | null}
   *   in the form of `/api/v1/heat`; null without heat
   */
  heatOf(n) {
    if (!this.heat) return null;
    const { lon, lat, cells, events, cell_m } = this.heat;
    /** @type {Map<number, number>} */
    const counts = new Map();
    for (let at = Math.max(0, n - this.heatSteps + 1); at <= n; at += 1) {
      cells[at].forEach((/** @type {number} */ cell, /** @type {number} */ k) => {
        counts.set(cell, (counts.get(cell) ?? 0) + events[at][k]);
      });
    }
    const places = [...counts.keys()];
    return {
      lon: places.map((cell) => lon[cell % lon.length]),
      lat: places.map((cell) => lat[Math.floor(cell / lon.length)]),
      events: [...counts.values()],
      total: [...counts.values()].reduce((sum, count) => sum + count, 0),
      cell_m,
    };
  }

  /** How many steps the heat of a picture is of. */
  get heatSteps() {
    return HEAT_STEPS[this.unit] ?? 1;
  }

  /** @returns {number} the step with most reports: its heat gives the scale of all */
  get busiest() {
    return this.steps.reduce((best, step) => (step.reported > this.steps[best].reported ? step.n : best), 0);
  }

  /**
   * @param {number} speed one of SPEEDS
   * @returns {number} milliseconds that a picture stays
   */
  pace(speed) {
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, WHOLE_MS / this.length)) / speed;
  }
}

/**
 * A frame in the form of `/api/v1/statistics/grids`, for the grids of its own boundaries. What does
 * not change with time is taken from the figures that are shown else.
 * @param {Frame} frame
 * @param {string[]} codes grids of the frame's boundaries
 * @param {(code: string, name: string) => number} still households and people of a grid
 * @returns {any}
 */
export function figuresOf(frame, codes, still) {
  const place = new Map(frame.codes.map((code, n) => [code, n]));
  const column = (/** @type {Float64Array} */ values) =>
    codes.map((code) => values[place.get(code) ?? -1] ?? 0);
  const kept = ["disputes", "resolved", "households", "people", "party_members"].map((name) => [
    name,
    codes.map((code) => still(code, name)),
  ]);
  return {
    codes,
    events: column(frame.events),
    closed: column(frame.closed),
    open: column(frame.open),
    ...Object.fromEntries(kept),
  };
}

/**
 * @param {Step} step
 * @param {string} unit
 * @returns {{first: string, last: string}} what a label says: the hour, the day, both days, the month
 */
export function spanOf(step, unit) {
  const last = lastDay(step.end);
  if (unit === "hour") return { first: `${step.start.slice(0, 10)} ${step.start.slice(11, 16)}`, last: `${step.end.slice(11, 16)}` };
  if (unit === "day") return { first: last, last };
  return { first: step.start.slice(0, 10), last };
}

/**
 * @param {string} end ISO time with the zone of China
 * @returns {string} the day before that moment ends
 */
function lastDay(end) {
  const day = end.slice(0, 10);
  if (end.slice(11, 16) !== "00:00") return day;
  return new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

/**
 * @param {number[]} apart each place less the one before it
 * @returns {number[]}
 */
function together(apart) {
  let place = -1;
  return apart.map((step) => {
    place += step;
    return place;
  });
}

/** @typedef {"day" | "week" | "month" | "year"} Preset */
/** Periods that a playback can be asked for by name. */
export const PLAY_PRESETS = /** @type {const} */ (["day", "week", "month", "year"]);

/**
 * @param {Preset} preset
 * @param {string} today the day with which it ends
 * @returns {{from: string, to: string, hours: number | null, step: string | null}} what to ask for
 */
export function presetQuery(preset, today) {
  const back = (/** @type {number} */ days) =>
    new Date(Date.parse(`${today}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
  switch (preset) {
    case "day":
      return { from: back(1), to: today, hours: 24, step: null };
    case "week":
      return { from: back(6), to: today, hours: null, step: null };
    case "month":
      return { from: back(29), to: today, hours: null, step: "day" };
    default:
      return { from: back(364), to: today, hours: null, step: "week" };
  }
}
