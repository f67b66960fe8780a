// @ts-check
// The legend of the wall screen's map: exactly the classes, kinds and scale that are painted.
import { densityPlace, densityTicks } from "../../core/heat_scale.js";
import { number, percent, translate } from "../../core/i18n.js";
import { SCREEN_COLOURS, calmed, screenHeat } from "../../core/screen_palette.js";
import { el } from "../../ui/dom.js";
import { assetColour } from "./assets.js";

/** @typedef {import("../../core/i18n.js").Lang} Lang */
/** @typedef {import("../../core/screen_look.js").Entry} Entry */

/**
 * @param {Lang} lang
 * @param {string} mode
 * @param {Entry[]} entries
 * @param {number} strength of map colours
 * @returns {HTMLElement[]}
 */
export function lookLegend(lang, mode, entries, strength) {
  const title = el("h3", { class: "stage-legend__title", text: translate(lang, `stage.legend_${mode}`) });
  if (mode !== "colour") return [title, ...entries.map((entry) => row(lang, mode, entry))];
  const strip = el("div", { class: "stage-legend__strip" }, SCREEN_COLOURS.map((colour) => swatch(calmed(colour, strength))));
  const exclusive = entries.filter((entry) => entry.what === "exclusive");
  return [title, strip, ...exclusive.map((entry) => row(lang, mode, entry))];
}

/**
 * @param {Lang} lang
 * @param {string} mode
 * @param {Entry} entry
 */
function row(lang, mode, entry) {
  return el("div", { class: "stage-legend__row", "data-what": entry.what }, [
    swatch(entry.colour, entry.what === "exclusive" || entry.what === "community" ? entry.what : ""),
    el("span", { class: "stage-legend__text", text: wordsOf(lang, mode, entry) }),
    el("span", { class: "stage-legend__count digits", text: number(lang, entry.count) }),
  ]);
}

/**
 * @param {Lang} lang
 * @param {string} mode
 * @param {Entry} entry
 * @returns {string}
 */
function wordsOf(lang, mode, { what, from = 0, to = 0 }) {
  if (what === "none" || what === "missing") return translate(lang, `stage.legend_${what}`);
  if (what !== "class") return translate(lang, `kind.${what}`);
  // Classes reach from above the bound before to their own bound; whole numbers begin one later.
  if (mode === "overdue") return from === to || from + 1 >= to ? number(lang, to) : `${number(lang, from + 1)}–${number(lang, to)}`;
  const form = (/** @type {number} */ value) =>
    mode === "closing_rate" ? percent(value, 1) : number(lang, value * 100, 1);
  return from >= to ? form(to) : `${form(from)}–${form(to)}`;
}

/**
 * @param {string} colour
 * @param {string} [texture]
 */
function swatch(colour, texture = "") {
  const more = texture ? ` stage-legend__swatch--${texture}` : "";
  return el("span", { class: `stage-legend__swatch${more}`, style: { "--swatch": colour }, "aria-hidden": "true" });
}

/**
 * @param {Lang} lang
 * @param {{scale: import("../../core/heat_scale.js").DensityScale, bandwidthM: number, total: number} | null} heat
 * @param {boolean} [isByParts] whether the whole and its parts have scales of their own
 * @returns {HTMLElement[]}
 */
export function heatScaleLegend(lang, heat, isByParts = false) {
  const title = el("h3", { class: "stage-legend__title", text: translate(lang, "stage.legend_heat") });
  if (!heat || heat.total === 0) {
    return [title, el("p", { class: "stage-legend__note", text: translate(lang, "stage.legend_heat_empty") })];
  }
  const stops = Array.from({ length: 17 }, (_, n) => {
    const [r, g, b, a] = screenHeat(n / 16);
    return `rgba(${Math.round(r)}, ${Math.round(g)}, ${Math.round(b)}, ${a.toFixed(3)})`;
  });
  const ramp = el("div", { class: "stage-legend__ramp", style: { "--ramp": `linear-gradient(to right, ${stops.join(", ")})` } });
  const ticks = densityTicks(heat.scale).map((value) =>
    el("span", {
      class: "stage-legend__tick digits",
      style: { "--at": `${densityPlace(value, heat.scale) * 100}%` },
      text: number(lang, value, value < 1 ? 1 : 0),
    }),
  );
  const values = { total: number(lang, heat.total), metres: number(lang, Math.round(heat.bandwidthM / 10) * 10) };
  const note = el("p", { class: "stage-legend__note", text: translate(lang, isByParts ? "stage.legend_heat_by_parts" : "stage.legend_heat_note", values) });
  return [title, ramp, el("div", { class: "stage-legend__ticks" }, ticks), note];
}

/**
 * @param {Lang} lang
 * @param {Map<string, number>} counts assets by kind
 * @returns {HTMLElement[]}
 */
export function assetLegend(lang, counts) {
  return [...counts].map(([kind, count]) => {
    const known = kind === "camera" || kind === "centre" ? kind : "other";
    return el("div", { class: "stage-legend__row" }, [
      el("span", {
        class: `stage-legend__symbol stage-legend__symbol--${known}`,
        style: { "--swatch": assetColour(kind) },
        "aria-hidden": "true",
      }),
      el("span", { class: "stage-legend__text", text: translate(lang, `stage.asset_${known}`) }),
      el("span", { class: "stage-legend__count digits", text: number(lang, count) }),
    ]);
  });
}
