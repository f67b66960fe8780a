// @ts-check
// The wall screen's page: takes the map over from the shell, loads the boundaries, and starts. It
// tries until it succeeds, since nobody stands by to press a button.
import { loadHeat, loadTopology } from "../api/maps.js";
import { ProblemError } from "../api/client.js";
import { learn, nameKinds, translate } from "../core/i18n.js";
import { PLAYBACK_MESSAGES } from "../core/playback_messages.js";
import { SCREEN_MESSAGES } from "../core/screen_messages.js";
import { STAGE_MESSAGES } from "../core/stage_messages.js";
import { worldX, worldY } from "../core/mercator.js";
import { readOverview } from "../core/parts.js";
import { parseScreen } from "../core/screen_state.js";
import { Store } from "../core/store.js";
import { readTopology } from "../core/topology.js";
import { binOf } from "../screen/map/heat_source.js";
import { Wall } from "../screen/wall.js";
import { one } from "../ui/dom.js";
import { fetchFonts, shown } from "../ui/first_picture.js";
import { LANGUAGE_KEY } from "../ui/language.js";
import { writeWords } from "../ui/words.js";

const RETRY_MS = 5000;
/** So long the first picture waits for heat that was asked for before the boundaries were read. */
const HEAT_WITH_IT_MS = 40;

learn(PLAYBACK_MESSAGES, SCREEN_MESSAGES, STAGE_MESSAGES);

/**
 * @param {any} map Leaflet's, made by the shell
 * @param {any[]} layers what the shell configured
 * @param {any} config
 */
export async function start(map, layers, config) {
  nameKinds(config.kinds);
  const { state, options } = parseScreen(location.search, localStorage.getItem(LANGUAGE_KEY));
  document.documentElement.dataset.theme = options.theme;
  writeWords(document, state.lang);
  const heat = layers.find((layer) => layer.kind === "heat");
  // The server counts while the boundaries are read and painted.
  let coming = heat && state.heat ? hastened(state, config.bounds) : null;
  const { topology_url } = layers.find((layer) => layer.kind === "grids");
  const open = async () => {
    try {
      tell(translate(state.lang, "app.loading"), "");
      const sent = await loadTopology(topology_url);
      const overview = config.is_large ? readOverview(sent) : null;
      const terrain = overview?.terrain ?? readTopology(sent);
      const division = terrain.divisions.has(state.division ?? "") ? state.division : null;
      const store = new Store({ ...state, division });
      const first = coming && await soon(coming);
      const wall = new Wall(map, terrain, store, options, config, { lastDay: heat?.last_day ?? null, coming, first });
      coming = null;
      if (overview) wall.divide(overview);
      one("#status").hidden = true;
      await shown();
      fetchFonts();
      // What lies below the tracts comes with its part.
      const inside = overview && (state.grid ?? (division === state.division ? null : state.division));
      if (inside) wall.parts?.open(inside);
      else wall.parts?.follow();
      await wall.open();
      document.documentElement.dataset.ready = "true";
    } catch (error) {
      fetchFonts();
      const words = error instanceof ProblemError ? error.text(state.lang) : String(error);
      tell(translate(state.lang, "screen.failed"), words);
      if (!(error instanceof ProblemError)) throw error;
      setTimeout(open, RETRY_MS);
    }
  };
  await open();
}

/**
 * @param {import("../core/screen_state.js").ScreenState} state
 * @param {[number, number, number, number]} bounds west, south, east, north
 * @returns {Promise<any>} bins of heat, or the failure that whoever waits for it will see
 */
function hastened({ from, to }, [west, south, east, north]) {
  const box = { x0: worldX(west), y0: worldY(north), x1: worldX(east), y1: worldY(south) };
  const coming = loadHeat(new AbortController().signal, { from, to, category: null }, binOf(box, (south + north) / 2));
  coming.catch(() => {});
  return coming;
}

/**
 * @param {Promise<any>} coming
 * @returns {Promise<any>} what it brings, or null where that takes longer
 */
function soon(coming) {
  return Promise.race([coming.catch(() => null), new Promise((settle) => setTimeout(settle, HEAT_WITH_IT_MS, null))]);
}

/**
 * @param {string} words
 * @param {string} detail
 */
function tell(words, detail) {
  one("#status").hidden = false;
  one("#status-words").textContent = words;
  one("#status-detail").textContent = detail;
}
