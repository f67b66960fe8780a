// @ts-check
// The wall screen's page: takes the map over from the shell, loads the boundaries, and starts. It
// tries until it succeeds, since nobody stands by to press a button.
import { loadTopology } from "../api/maps.js";
import { ProblemError } from "../api/client.js";
import { nameKinds, translate } from "../core/i18n.js";
import { parseScreen } from "../core/screen_state.js";
import { Store } from "../core/store.js";
import { readTopology } from "../core/topology.js";
import { Wall } from "../screen/wall.js";
import { one } from "../ui/dom.js";
import { LANGUAGE_KEY } from "../ui/language.js";
import { writeWords } from "../ui/words.js";

const RETRY_MS = 5000;

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
  const { topology_url } = layers.find((layer) => layer.kind === "grids");
  const open = async () => {
    try {
      tell(translate(state.lang, "app.loading"), "");
      const terrain = readTopology(await loadTopology(topology_url));
      const division = terrain.divisions.has(state.division ?? "") ? state.division : null;
      const store = new Store({ ...state, division });
      const wall = new Wall(map, terrain, store, options, config, heat?.last_day ?? null);
      one("#status").hidden = true;
      await wall.open();
      document.documentElement.dataset.ready = "true";
    } catch (error) {
      const words = error instanceof ProblemError ? error.text(state.lang) : String(error);
      tell(translate(state.lang, "screen.failed"), words);
      if (!(error instanceof ProblemError)) throw error;
      setTimeout(open, RETRY_MS);
    }
  };
  await open();
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
