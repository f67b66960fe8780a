// @ts-check
// Every colour that the map paints with. The page's own colours are in css/tokens.css.

/** Stored colour index → fill. Tuned from Paul Tol's light set for large areas on paper. */
export const MAP_COLOURS = ["#8fb7e6", "#f2a98c", "#f1e2a0", "#f3bfd0", "#7dcbb3", "#c6d681"];

/** Kind → fill. */
export const KIND_COLOURS = { rural: "#d3e2b1", community: "#a3c4ee", exclusive: "#f0a64b" };

/** Sequential and diverging ramps, low to high; all of them hold for red-green blindness. */
export const RAMPS = {
  events: ["#fff3cf", "#fdd692", "#f9b062", "#ee8246", "#cf4f33", "#96261f"],
  closing_rate: ["#8f2f06", "#cf5f1a", "#f0a05a", "#f9d9b2", "#dbe9f4", "#aacdea"],
  overdue: ["#fbd7a4", "#f5a582", "#e2706f", "#bd4277", "#86226f", "#4d1056"],
  density: ["#f0ebf7", "#d6c8e8", "#b6a0d6", "#9275bf", "#6c489f", "#47216f"],
  households: ["#eff6d2", "#c5e5b5", "#86cdbc", "#45a9bf", "#2b78ab", "#223f86"],
};

export const NO_DATA = "#dfe4ea";
/** Grids without overdue work. */
export const NONE_OVERDUE = "#fbfdf4";

/** Level of urgency (1 is the highest) → colour of its pulse, on light land. */
export const PULSES = ["#0b7a4b", "#c4162a", "#b35900", "#0b7a4b"];

export const PAPER = "#f7fafd";
/** Land under the heat, and land that is not looked into. */
export const LAND = { inside: "#fbfcfe", outside: "#e9eff6" };

export const INK = {
  county: "#12468f",
  borders: ["#12468f", "#1d4f96", "#5878a6", "#8199bd"],
  grid: "rgba(72, 94, 130, 0.55)",
  exclusive: "#a3420f",
  label: "#14233b",
  labelStrong: "#0c2f66",
  labelGrid: "#33435c",
  halo: "rgba(255, 255, 255, 0.92)",
};

/** Stops of the heat ramp: share of the scale, red, green, blue, opacity. */
const HEAT_STOPS = [
  [0, 255, 240, 170, 0],
  [0.08, 255, 238, 165, 0.2],
  [0.24, 254, 216, 122, 0.55],
  [0.42, 250, 168, 88, 0.7],
  [0.6, 234, 108, 84, 0.76],
  [0.78, 190, 56, 108, 0.8],
  [1, 92, 22, 112, 0.88],
];

/**
 * @param {number} t 0 to 1
 * @returns {[number, number, number, number]} red, green, blue (0–255) and opacity (0–1)
 */
export function heatColour(t) {
  const above = Math.max(1, HEAT_STOPS.findIndex((stop) => stop[0] >= t));
  const [a, b] = [HEAT_STOPS[above - 1], HEAT_STOPS[above]];
  const f = Math.min(1, Math.max(0, (t - a[0]) / (b[0] - a[0])));
  const mix = (/** @type {number} */ n) => a[n] + (b[n] - a[n]) * f;
  return [mix(1), mix(2), mix(3), mix(4)];
}

/** @returns {Uint8ClampedArray} 256 RGBA entries, opacity not multiplied in */
export function heatTable() {
  const table = new Uint8ClampedArray(1024);
  for (let n = 0; n < 256; n += 1) {
    const [r, g, b, a] = heatColour(n / 255);
    table.set([r, g, b, a * 255], 4 * n);
  }
  return table;
}

/**
 * @typedef {object} HeatRange
 * @property {number} knee the 98.5th percentile of the field that is seen, events per km²
 * @property {number} top its maximum
 */

/** Share of the ramp below the knee. */
const KNEE_PLACE = 0.78;

/**
 * Densities span orders of magnitude. Up to the knee the ramp follows a root, so that villages
 * show beside towns; above it the logarithm, so that towns do not drown in one colour. The
 * legend's ticks use the same function.
 * @param {number} value density
 * @param {HeatRange} range
 * @returns {number} place on the ramp, 0 to 1
 */
export function rampPlace(value, { knee, top }) {
  if (!(value > 0) || knee <= 0) return 0;
  if (value <= knee) return (top > knee ? KNEE_PLACE : 1) * (value / knee) ** 0.62;
  if (value >= top) return 1;
  return KNEE_PLACE + (1 - KNEE_PLACE) * (Math.log(value / knee) / Math.log(top / knee));
}

/**
 * @param {string} colour #rrggbb
 * @param {string} other
 * @param {number} share of the other
 * @returns {string}
 */
export function mixed(colour, other, share) {
  const part = (/** @type {string} */ c, /** @type {number} */ n) =>
    parseInt(c.slice(1 + 2 * n, 3 + 2 * n), 16);
  const channels = [0, 1, 2].map((n) =>
    Math.round(part(colour, n) * (1 - share) + part(other, n) * share),
  );
  return `#${channels.map((c) => c.toString(16).padStart(2, "0")).join("")}`;
}
