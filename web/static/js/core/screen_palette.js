// @ts-check
// Every colour that the map of the wall screen paints with: bright on dark, calm over large areas.
import { mixed } from "./palette.js";

/** Land that is not looked into. */
export const OUTSIDE = "#0b1f42";
/** Land under the heat. */
export const UNDER_HEAT = "#0d2a55";
export const NO_FIGURE = "#23395f";

/** Stored colour index → fill. From Paul Tol's muted set, lifted off a dark ground. */
export const SCREEN_COLOURS = ["#4a58bd", "#b9a452", "#1f8258", "#5fb2d8", "#8c3d78", "#c0707f"];

/** Kind → fill. */
export const SCREEN_KINDS = { rural: "#2a8a70", community: "#4f86d6", exclusive: "#ffb547" };

/** Ramps, low to high: more is brighter, as a dark wall wants it; safe for red-green blindness. */
export const SCREEN_RAMPS = {
  density: ["#17386b", "#1d5d85", "#23888c", "#4cb37b", "#a6d458", "#f8ee8a"],
  closing_rate: ["#ffd86b", "#f59a45", "#c95f58", "#85497e", "#43508f", "#1d4f86"],
  overdue: ["#4a2a78", "#8a2f80", "#c2406c", "#ec6a4e", "#fba13f", "#fde27a"],
};
/** Grids without overdue work. */
export const NONE_OVERDUE = "#15396b";

export const SCREEN_INK = {
  county: "#3fd0ff",
  township: "#ffd479",
  village: "#9cd2ff",
  grid: "#a9cbee",
  exclusive: "#ffb547",
  label: "#f4f9ff",
  labelLower: "#d5e6fa",
  halo: "rgba(4, 13, 32, 0.88)",
  selected: "#ffffff",
  hover: "#7fe3ff",
};

/** Level of urgency (1 is the highest) → colour of its pulse; the list of events says it in words. */
export const PULSE_COLOURS = ["#4be3a4", "#ff5a4f", "#ffb547", "#4be3a4"];

/** Stops of the heat ramp: share of the scale, red, green, blue, opacity. Light grows with it. */
const HEAT_STOPS = [
  [0, 46, 58, 150, 0],
  [0.1, 62, 60, 168, 0.3],
  [0.28, 110, 52, 160, 0.62],
  [0.46, 178, 54, 136, 0.78],
  [0.64, 236, 92, 92, 0.86],
  [0.82, 253, 168, 66, 0.9],
  [1, 255, 246, 178, 0.95],
];

/**
 * @param {number} t 0 to 1
 * @returns {[number, number, number, number]} red, green, blue (0–255) and opacity (0–1)
 */
export function screenHeat(t) {
  const above = Math.max(1, HEAT_STOPS.findIndex((stop) => stop[0] >= t));
  const [a, b] = [HEAT_STOPS[above - 1], HEAT_STOPS[above]];
  const f = Math.min(1, Math.max(0, (t - a[0]) / (b[0] - a[0])));
  const mix = (/** @type {number} */ n) => a[n] + (b[n] - a[n]) * f;
  return [mix(1), mix(2), mix(3), mix(4)];
}

/** @returns {Uint8ClampedArray} 256 RGBA entries */
export function screenHeatTable() {
  const table = new Uint8ClampedArray(1024);
  for (let n = 0; n < 256; n += 1) {
    const [r, g, b, a] = screenHeat(n / 255);
    table.set([r, g, b, a * 255], 4 * n);
  }
  return table;
}

/**
 * Thousands of small areas in full colours are confetti: far away map colours step back.
 * @param {string} colour
 * @param {number} strength 0 to 1
 * @returns {string}
 */
export const calmed = (colour, strength) => mixed(colour, "#123262", 1 - strength);
