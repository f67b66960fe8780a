// @ts-check
// The legend: what the colours and lines on the map mean, with units and counts.
import { number, percent, translate } from "../core/i18n.js";
import { rampOf } from "../core/look.js";
import { INK, KIND_COLOURS, MAP_COLOURS, NONE_OVERDUE, NO_DATA, heatColour, rampPlace } from "../core/palette.js";
import { el } from "./dom.js";

/** @typedef {import("../core/i18n.js").Lang} Lang */
/** @typedef {import("../core/look.js").ClassCount} ClassCount */

/**
 * @param {Lang} lang
 * @param {string} mode
 * @param {ClassCount | null} classes for the modes that have classes
 * @param {{rural: number, community: number, exclusive: number}} kinds grids of each kind
 * @returns {HTMLElement[]}
 */
export function areaLegend(lang, mode, classes, kinds) {
  const title = el("h3", { class: "legend__title", text: translate(lang, `legend.${mode}`) });
  if (mode === "colour") {
    const row = el("div", { class: "legend__strip" }, MAP_COLOURS.map((c) => swatch(c)));
    return [title, row, ...kindRows(lang, kinds, false)];
  }
  if (mode === "kind") return [title, ...kindRows(lang, kinds, true)];
  return [title, ...(classes ? classRows(lang, mode, classes) : [])];
}

/**
 * @param {Lang} lang
 * @param {{rural: number, community: number, exclusive: number}} kinds
 * @param {boolean} filled
 */
function kindRows(lang, kinds, filled) {
  const present = /** @type {("rural" | "community" | "exclusive")[]} */ (Object.keys(kinds));
  return present
    .filter((kind) => kinds[kind] > 0)
    .map((kind) =>
      row(
        swatch(filled || kind === "exclusive" ? KIND_COLOURS[kind] : "#ffffff", kind),
        translate(lang, `kind.${kind}`),
        translate(lang, "legend.grids", { count: number(lang, kinds[kind]) }),
      ),
    );
}

/**
 * @param {Lang} lang
 * @param {string} mode
 * @param {ClassCount} classes
 */
function classRows(lang, mode, { bounds, lowest, counts, none, missing }) {
  const ramp = rampOf(mode, bounds.length);
  const form = (/** @type {number} */ value) => measure(lang, mode, value);
  // Whole numbers begin one above the class before.
  const step = mode === "closing_rate" || mode === "density" ? 0 : 1;
  const rows = bounds.map((bound, n) => {
    const from = n === 0 ? lowest : bounds[n - 1] + step;
    const range = from >= bound ? form(bound) : `${form(from)} – ${form(bound)}`;
    return row(swatch(ramp[n]), range, translate(lang, "legend.grids", { count: number(lang, counts[n]) }));
  });
  const count = (/** @type {number} */ grids) => translate(lang, "legend.grids", { count: number(lang, grids) });
  if (none > 0) rows.unshift(row(swatch(NONE_OVERDUE), translate(lang, "legend.no_overdue"), count(none)));
  if (missing > 0) rows.push(row(swatch(NO_DATA), translate(lang, "legend.no_data"), count(missing)));
  return rows;
}

/**
 * @param {Lang} lang
 * @param {string} mode
 * @param {number} value
 * @returns {string} densities are told per hundred households
 */
export function measure(lang, mode, value) {
  if (mode === "closing_rate") return percent(value, 1);
  return mode === "density" ? number(lang, value * 100, 1) : number(lang, value);
}

/**
 * @param {Lang} lang
 * @param {Map<string, number>} counts assets by kind
 * @returns {HTMLElement[]}
 */
export function assetRows(lang, counts) {
  return [...counts].map(([kind, count]) => {
    const known = kind === "camera" || kind === "centre" ? kind : "other";
    const mark = el("span", { class: `asset-mark asset-mark--${known}`, "aria-hidden": "true" });
    return row(mark, translate(lang, `stage.asset_${known}`), number(lang, count));
  });
}

/**
 * @param {string} colour
 * @param {string} [texture] kind of grid
 */
function swatch(colour, texture = "") {
  return el("span", {
    class: `swatch${texture ? ` swatch--${texture}` : ""}`,
    style: { "--swatch": colour },
    "aria-hidden": "true",
  });
}

/**
 * @param {HTMLElement} mark
 * @param {string} text
 * @param {string} [count]
 */
function row(mark, text, count = "") {
  return el("div", { class: "legend__row" }, [
    mark,
    el("span", { class: "legend__text", text }),
    count ? el("span", { class: "legend__count", text: count }) : null,
  ]);
}

/**
 * @param {Lang} lang
 * @param {string[]} levels names of the levels below the root that have borders, highest first
 * @param {string} root name of the root's level
 * @returns {HTMLElement}
 */
export function borderLegend(lang, levels, root) {
  const line = (/** @type {string} */ colour, /** @type {number} */ width) =>
    el("span", {
      class: "line-sample",
      style: { "--line": colour, "--line-width": `${width / 16}rem` },
      "aria-hidden": "true",
    });
  return el("div", { class: "legend__lines" }, [
    row(line(INK.county, 3), translate(lang, "legend.border", { level: root })),
    ...levels.map((level, n) =>
      row(line(INK.borders[Math.min(3, n + 1)], n === 0 ? 2 : 1.4), translate(lang, "legend.border", { level })),
    ),
    row(line(INK.grid, 1), translate(lang, "legend.grid_border")),
  ]);
}

/**
 * @param {Lang} lang
 * @param {import("../map/heat.js").HeatScale | null} scale
 * @returns {HTMLElement[]}
 */
export function heatLegend(lang, scale) {
  const title = el("h3", { class: "legend__title", text: translate(lang, "legend.heat") });
  if (!scale || scale.range.top <= 0) {
    return [title, el("p", { class: "legend__note", text: translate(lang, "legend.heat_empty") })];
  }
  const stops = Array.from({ length: 13 }, (_, n) => {
    const [r, g, b, a] = heatColour(n / 12);
    return `rgba(${Math.round(r)}, ${Math.round(g)}, ${Math.round(b)}, ${a.toFixed(3)}) ${((n / 12) * 100).toFixed(1)}%`;
  });
  const ramp = el("div", {
    class: "heat-ramp",
    style: { "--ramp": `linear-gradient(90deg, ${stops.join(", ")})` },
    "aria-hidden": "true",
  });
  const ticks = el("div", { class: "heat-ticks" }, ticksOf(scale.range).map((value) =>
    el("span", {
      class: "heat-tick",
      text: number(lang, value.at, value.decimals),
      style: { "--at": `${(rampPlace(value.at, scale.range) * 100).toFixed(2)}%` },
    }),
  ));
  const note = translate(lang, "legend.heat_note", {
    radius: number(lang, Math.round(scale.bandwidthM / 10) * 10),
    count: number(lang, scale.total),
  });
  return [title, ramp, ticks, el("p", { class: "legend__note", text: note })];
}

/**
 * Round densities along the ramp.
 * @param {import("../core/palette.js").HeatRange} range
 * @returns {{at: number, decimals: number}[]}
 */
function ticksOf(range) {
  const round = (/** @type {number} */ value) => {
    const size = 10 ** Math.floor(Math.log10(value));
    return Math.round(value / size) * size;
  };
  const decimals = (/** @type {number} */ value) =>
    value === 0 ? 0 : Math.max(0, Math.min(3, -Math.floor(Math.log10(value))));
  const { knee, top } = range;
  /** @type {number[]} */
  const ticks = [0];
  for (const value of [round(knee * 0.12), round(knee * 0.45), round(knee)]) {
    // Two figures need room between them.
    const near = rampPlace(value, range) - rampPlace(ticks[ticks.length - 1], range) < 0.16;
    if (!near && rampPlace(value, range) < 0.86) ticks.push(value);
  }
  return [...ticks, top].map((at) => ({ at, decimals: at === top && top >= 10 ? 0 : decimals(at) }));
}
