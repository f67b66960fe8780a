// @ts-check
// What can be shared as an address: the language in the query, the rest in the fragment.
import { isDay } from "./period.js";

export const MODES = /** @type {const} */ ([
  "colour",
  "kind",
  "events",
  "closing_rate",
  "overdue",
  "density",
  "households",
]);

/**
 * @typedef {object} MapState
 * @property {"zh" | "en"} lang
 * @property {string} mode one of MODES
 * @property {boolean} heat
 * @property {boolean} labels
 * @property {boolean} exclusive
 * @property {boolean} assets
 * @property {string | null} grid code of the selected grid
 * @property {string | null} scope code of the division that is looked into
 * @property {string | null} from first day
 * @property {string | null} to last day
 * @property {string | null} category two-digit class
 * @property {[number, number, number] | null} view zoom, latitude, longitude
 */

/** @type {MapState} */
export const DEFAULT_STATE = {
  lang: "zh",
  mode: "colour",
  heat: false,
  labels: true,
  exclusive: true,
  assets: false,
  grid: null,
  scope: null,
  from: null,
  to: null,
  category: null,
  view: null,
};

/**
 * @param {string} search ?lang=en
 * @param {string} hash #mode=events&grid=…
 * @param {string | null} remembered language chosen before
 * @returns {MapState} what is not understood keeps its default
 */
export function parseState(search, hash, remembered) {
  const query = new URLSearchParams(search);
  const wanted = new URLSearchParams(hash.replace(/^#/, ""));
  const text = (/** @type {string} */ key, /** @type {RegExp} */ form) => {
    const value = wanted.get(key);
    return value !== null && form.test(value) ? value : null;
  };
  const day = (/** @type {string} */ key) => {
    const value = wanted.get(key);
    return isDay(value) ? value : null;
  };
  const lang = query.get("lang") ?? remembered;
  return {
    lang: lang === "en" ? "en" : "zh",
    mode: MODES.find((mode) => mode === wanted.get("mode")) ?? DEFAULT_STATE.mode,
    heat: wanted.get("heat") === "1",
    labels: wanted.get("labels") !== "0",
    exclusive: wanted.get("exclusive") !== "0",
    assets: wanted.get("assets") === "1",
    grid: text("grid", /^\d{15}(\d\d)?$/),
    scope: text("scope", /^\d{12}$/),
    from: day("from"),
    to: day("to"),
    category: text("category", /^\d\d$/),
    view: parseView(wanted.get("map")),
  };
}

/**
 * @param {string | null} value zoom/latitude/longitude
 * @returns {[number, number, number] | null}
 */
function parseView(value) {
  const numbers = (value ?? "").split("/").map(Number);
  if (numbers.length !== 3 || !numbers.every(Number.isFinite)) return null;
  const [zoom, lat, lon] = numbers;
  if (zoom < 3 || zoom > 19 || Math.abs(lat) > 85 || Math.abs(lon) > 180) return null;
  return [zoom, lat, lon];
}

/**
 * @param {MapState} state
 * @returns {string} fragment with #, or an empty string
 */
export function formatHash(state) {
  /** @type {string[]} */
  const parts = [];
  const put = (/** @type {string} */ key, /** @type {string | null} */ value) => {
    if (value !== null) parts.push(`${key}=${value}`);
  };
  put("mode", state.mode === DEFAULT_STATE.mode ? null : state.mode);
  put("heat", state.heat ? "1" : null);
  put("labels", state.labels ? null : "0");
  put("exclusive", state.exclusive ? null : "0");
  put("assets", state.assets ? "1" : null);
  put("scope", state.scope);
  put("grid", state.grid);
  put("from", state.from);
  put("to", state.to);
  put("category", state.category);
  if (state.view) {
    const [zoom, lat, lon] = state.view;
    put("map", `${+zoom.toFixed(2)}/${lat.toFixed(5)}/${lon.toFixed(5)}`);
  }
  return parts.length ? `#${parts.join("&")}` : "";
}
