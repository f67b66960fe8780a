// @ts-check
// The map page: takes the map over from the shell, loads the boundaries, and starts.
import { loadTopology } from "../api/maps.js";
import { learn, nameKinds, translate } from "../core/i18n.js";
import { PLAYBACK_MESSAGES } from "../core/playback_messages.js";
import { STAGE_MESSAGES } from "../core/stage_messages.js";
import { WHERE_MESSAGES } from "../core/where_messages.js";
import { readOverview } from "../core/parts.js";
import { parseState } from "../core/state.js";
import { Store } from "../core/store.js";
import { readTopology } from "../core/topology.js";
import { baseMap, baseSwitch } from "../map/base.js";
import { showAccount } from "../ui/account.js";
import { one } from "../ui/dom.js";
import { fetchFonts } from "../ui/first_picture.js";
import { Frame } from "../ui/frame.js";
import { LANGUAGE_KEY } from "../ui/language.js";
import { followMap } from "./map_follow.js";
import { MapPage } from "./map_page.js";
import { Where } from "./where.js";

learn(PLAYBACK_MESSAGES, STAGE_MESSAGES, WHERE_MESSAGES);

/**
 * @param {any} map Leaflet's, made by the shell
 * @param {any[]} layers what the shell configured
 * @param {any} config
 */
export async function start(map, layers, config) {
  nameKinds(config.kinds);
  showAccount(config.account);
  const remembered = localStorage.getItem(LANGUAGE_KEY);
  const store = new Store(parseState(location.search, location.hash, remembered));
  const frame = new Frame(config);
  frame.words(store.state.lang);
  const { topology_url } = layers.find((layer) => layer.kind === "grids");
  const heat = layers.find((layer) => layer.kind === "heat") ?? null;
  one("#layer-heat").closest("label").hidden = heat === null;
  baseSwitch(baseMap(map, layers), one("#layer-base"));
  const open = async () => {
    try {
      frame.wait(translate(store.state.lang, "app.loading"));
      const sent = await loadTopology(topology_url);
      const overview = config.is_large ? readOverview(sent) : null;
      const page = new MapPage(map, overview?.terrain ?? readTopology(sent), store, frame, config, heat);
      const { grid, scope } = store.state;
      if (overview) page.divide(overview);
      await page.open();
      frame.ready();
      // What lies below the tracts comes with its part.
      if (overview && grid) page.select(grid, true);
      else if (scope && page.scope.code !== scope) page.enter(scope);
      // A file asks nobody where it is, and nothing in it changes.
      const where = config.is_file ? null : new Where(page);
      followMap(page, where);
    } catch (error) {
      fetchFonts();
      frame.fail(store.state.lang, error, open);
    }
  };
  await open();
}
