// @ts-check
// Whether a grid comes nearer to the size that is wanted, or goes away from it.

import { area, number } from "../core/i18n.js";

/** @typedef {{low: number, high: number}} Band */

/**
 * @param {number} value
 * @param {Band} band
 * @returns {number} how far outside; 0 inside
 */
export const outside = (value, { low, high }) => Math.max(low - value, value - high, 0);

/**
 * @param {number | null} before null for a new grid
 * @param {number | null} after null for a grid that is no more
 * @param {Band} band
 * @returns {"good" | "bad" | "same"} of a new grid: whether it fits; one that goes is no fault
 */
export function verdict(before, after, band) {
  if (after === null) return "same";
  const now = outside(after, band);
  if (before === null) return now === 0 ? "good" : "bad";
  const was = outside(before, band);
  if (now === was) return "same";
  return now < was ? "good" : "bad";
}

/**
 * @param {number} change
 * @param {string} [text] of its size
 * @returns {string} +12, −3 or ±0
 */
export function signed(change, text = String(Math.abs(change))) {
  if (change === 0) return "±0";
  return change > 0 ? `+${text}` : `−${text}`;
}

/**
 * @param {import("../core/i18n.js").Lang} lang
 * @param {number} squareMetres
 * @returns {string} in km² from a tenth of one on
 */
export const surface = (lang, squareMetres) =>
  squareMetres < 1e5 ? `${number(lang, squareMetres)} m²` : area(lang, squareMetres);
