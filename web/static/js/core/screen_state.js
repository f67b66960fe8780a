// @ts-check
// What the wall screen shows, how one place follows from another, and the address that says it.
import { isDay } from "./period.js";

/** @typedef {import("./topology.js").Terrain} Terrain */
/** @typedef {import("./topology.js").Division} Division */
/** @typedef {import("./topology.js").Grid} Grid */

export const SCREEN_MODES = /** @type {const} */ (["colour", "kind", "density", "closing_rate", "overdue"]);

/**
 * @typedef {object} Alert an event that everybody should see now
 * @property {string} event_no
 * @property {string} title
 * @property {string} place where it is, in words
 * @property {number | null} lon
 * @property {number | null} lat
 * @property {string | null} grid code
 * @property {string | null} division code
 */

/**
 * @typedef {object} ScreenState
 * @property {"zh" | "en"} lang
 * @property {string | null} division code of the division that is looked into; null for all
 * @property {string | null} grid code of the selected grid
 * @property {string} mode one of SCREEN_MODES
 * @property {boolean} heat
 * @property {boolean} labels
 * @property {boolean} assets
 * @property {string | null} from first day
 * @property {string | null} to last day
 * @property {any} playing frame of the playback, or null
 * @property {boolean} touring
 * @property {number | null} paused_until milliseconds; the tour rests until then
 * @property {Alert | null} alert
 */

/** @type {ScreenState} */
export const DEFAULT_SCREEN = {
  lang: "zh",
  division: null,
  grid: null,
  mode: "colour",
  heat: false,
  labels: true,
  assets: false,
  from: null,
  to: null,
  playing: null,
  touring: true,
  paused_until: null,
  alert: null,
};

/**
 * @typedef {object} ScreenOptions what the address fixes for as long as the page is open
 * @property {number} rotate seconds at each stop of the tour; 0 for no tour
 * @property {string[]} stops codes of divisions where the tour stops; empty where a playlist says so
 * @property {{name: string, division: string | null}} playlist whose division is the root where it
 *   is null; where there is none of that name, the tour goes to the root and what lies below it
 * @property {"dark" | "light"} theme
 * @property {[number, number] | null} ana stretch of the picture by the wall, across and down
 */

const DEFAULT_ROTATE_S = 15;

/**
 * @param {string} search ?division=411421103000&rotate=15&mode=density&heat=1&lang=en
 * @param {string | null} [remembered] language chosen before
 * @returns {{state: ScreenState, options: ScreenOptions}} what is not understood keeps its default
 */
export function parseScreen(search, remembered = null) {
  const query = new URLSearchParams(search);
  const text = (/** @type {string} */ key, /** @type {RegExp} */ form) => {
    const value = query.get(key);
    return value !== null && form.test(value) ? value : null;
  };
  const day = (/** @type {string} */ key) => {
    const value = query.get(key);
    return isDay(value) ? value : null;
  };
  const rotate = Number(text("rotate", /^\d{1,4}$/) ?? DEFAULT_ROTATE_S);
  /** @type {ScreenState} */
  const state = {
    ...DEFAULT_SCREEN,
    lang: (query.get("lang") ?? remembered) === "en" ? "en" : "zh",
    division: text("division", /^\d{12}$/),
    grid: text("grid", /^\d{15}(\d\d)?$/),
    mode: SCREEN_MODES.find((mode) => mode === query.get("mode")) ?? DEFAULT_SCREEN.mode,
    heat: query.get("heat") === "1",
    labels: query.get("labels") !== "0",
    assets: query.get("assets") === "1",
    from: day("from"),
    to: day("to"),
    touring: rotate > 0,
  };
  const theme = query.get("theme") === "light" ? "light" : "dark";
  const tour = tourOf(query.get("playlist") ?? "");
  return { state, options: { rotate, ...tour, theme, ana: stretchOf(query.get("ana")) } };
}

/** The playlist of screens whose address names none. */
export const DEFAULT_PLAYLIST = "default";

/**
 * @param {string} value 411421102000,411421103000 or a playlist's name, 大厅 or 大厅@411421102000
 * @returns {Pick<ScreenOptions, "stops" | "playlist">}
 */
function tourOf(value) {
  const stops = value.split(",").filter((code) => /^\d{12}$/.test(code));
  const [name, division = ""] = stops.length ? [""] : value.split("@");
  const owner = /^\d{12}$/.test(division) ? division : null;
  return { stops, playlist: { name: name.trim() || DEFAULT_PLAYLIST, division: owner } };
}

/**
 * @param {string | null} value 2,1.2
 * @returns {[number, number] | null}
 */
function stretchOf(value) {
  const [across, down = 1] = (value ?? "").split(",").map(Number);
  const sane = (/** @type {number} */ n) => Number.isFinite(n) && n >= 0.25 && n <= 8;
  return value && sane(across) && sane(down) ? [across, down] : null;
}

/**
 * @param {Terrain} terrain
 * @param {ScreenState} state
 * @returns {Division} the division that is looked into; the root where the state names none
 */
export function scopeOf({ divisions, root }, { division }) {
  return /** @type {Division} */ (divisions.get(division ?? "") ?? root);
}

/**
 * @param {Terrain} terrain
 * @param {ScreenState} state
 * @returns {(Division | Grid)[]} from the root down to what is looked at
 */
export function breadcrumb(terrain, state) {
  const scope = scopeOf(terrain, state);
  const grid = terrain.byCode.get(state.grid ?? "");
  const path = scope.path.flatMap((code) => terrain.divisions.get(code) ?? []);
  return grid ? [...path, grid] : path;
}

/**
 * A change to look into a division or at a grid. One that parts nothing (a province of one
 * prefecture) is passed through.
 * @param {Terrain} terrain
 * @param {string} code of a division or a grid
 * @returns {Partial<ScreenState>} nothing for a code that is not known
 */
export function enter(terrain, code) {
  const { divisions, root, byCode } = terrain;
  const grid = byCode.get(code);
  if (grid) return { division: held(terrain, grid.division), grid: code };
  const division = divisions.get(code);
  if (!division) return {};
  return { division: division === root ? null : division.code, grid: null };
}

/**
 * @param {Terrain} terrain
 * @param {string} code
 * @returns {string | null} as the state holds it: null for the root
 */
function held({ root }, code) {
  return code === root?.code ? null : code;
}

/**
 * @param {Terrain} terrain
 * @param {ScreenState} state
 * @param {Grid | null} grid under the pointer
 * @returns {Partial<ScreenState>} one level down towards the grid; beside the present division,
 *   the neighbour of the same level; on the lowest level the grid itself
 */
export function click(terrain, state, grid) {
  if (!grid) return state.grid ? { grid: null } : {};
  if (grid.code === state.grid) return { grid: null };
  const scope = scopeOf(terrain, state);
  const path = terrain.divisions.get(grid.division)?.path ?? [];
  if (path[scope.depth] !== scope.code) {
    // Beside what is looked into: the neighbour, or whatever above it there is.
    return enter(terrain, path[Math.min(scope.depth, path.length - 1)] ?? "");
  }
  const below = parting(terrain, path, scope);
  if (below) return enter(terrain, below.code);
  // A tract has no card; its grids come when its part is looked into.
  if (grid.isTract) return path.at(-1) === scope.code ? {} : enter(terrain, path.at(-1) ?? "");
  return { grid: grid.code };
}

/**
 * @param {Terrain} terrain
 * @param {string[]} path codes from the root to a lowest division
 * @param {Division} scope on that path
 * @returns {Division | null} the next one on the path that is smaller than the scope
 */
function parting({ divisions }, path, scope) {
  for (const code of path.slice(scope.depth + 1)) {
    const division = divisions.get(code);
    if (division && division.grids.length < scope.grids.length) return division;
  }
  return null;
}

/**
 * @param {Terrain} terrain
 * @param {ScreenState} state
 * @returns {Partial<ScreenState>} one level up; nothing at the root
 */
export function up(terrain, state) {
  if (state.grid) return { grid: null };
  const scope = scopeOf(terrain, state);
  let wider = terrain.divisions.get(scope.parent ?? "");
  if (!wider) return {};
  // Divisions that part nothing would be steps that change no picture.
  for (let next = terrain.divisions.get(wider.parent ?? ""); next; next = terrain.divisions.get(next.parent ?? "")) {
    const isMore = wider.grids.length > scope.grids.length;
    if (isMore && next.grids.length > wider.grids.length) break;
    wider = next;
  }
  return enter(terrain, wider.code);
}

/**
 * @param {Terrain} terrain
 * @param {ScreenState} state
 * @returns {Partial<ScreenState>} the first of what lies below; nothing at a grid
 */
export function down(terrain, state) {
  if (state.grid) return {};
  const [first] = below(terrain, scopeOf(terrain, state));
  return first ? enter(terrain, first) : {};
}

/**
 * @param {Terrain} terrain
 * @param {ScreenState} state
 * @param {1 | -1} step
 * @returns {Partial<ScreenState>} the next or last on the same level, round and round
 */
export function sibling(terrain, state, step) {
  const scope = scopeOf(terrain, state);
  const parent = terrain.divisions.get(scope.parent ?? "");
  const ring = state.grid ? below(terrain, scope) : parent ? below(terrain, parent) : [];
  const at = ring.indexOf(state.grid ?? scope.code);
  if (at < 0 || ring.length < 2) return {};
  return enter(terrain, ring[(at + step + ring.length) % ring.length]);
}

/**
 * @param {Terrain} terrain
 * @param {Division} scope
 * @returns {string[]} codes of its divisions, or of its grids where it has none; only children
 *   that part nothing are passed through
 */
export function below(terrain, scope) {
  let at = scope;
  while (at.children.length === 1 && at.children[0].grids.length === at.grids.length) at = at.children[0];
  const divisions = at.children.filter((child) => child.grids.length > 0);
  if (divisions.length > 0) return divisions.map((child) => child.code);
  return at.grids.map((index) => terrain.grids[index].code).sort();
}
