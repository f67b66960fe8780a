// @ts-check
// The map page: takes the map over from the shell, loads the boundaries, and starts.
import { loadTopology } from "../api/maps.js";
import { nameKinds, translate } from "../core/i18n.js";
import { parseState } from "../core/state.js";
import { Store } from "../core/store.js";
import { readTopology } from "../core/topology.js";
import { baseMap, baseSwitch } from "../map/base.js";
import { showAccount } from "../ui/account.js";
import { one } from "../ui/dom.js";
import { Frame } from "../ui/frame.js";
import { LANGUAGE_KEY } from "../ui/language.js";
import { followMap } from "./map_follow.js";
import { MapPage } from "./map_page.js";
import { Where } from "./where.js";

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
      const terrain = readTopology(await loadTopology(topology_url));
      const page = new MapPage(map, terrain, store, frame, config, heat);
      await page.open();
      frame.ready();
      // A file asks nobody where it is, and nothing in it changes.
      const where = config.is_file ? null : new Where(page);
      followMap(page, where);
    } catch (error) {
      frame.fail(store.state.lang, error, open);
    }
  };
  await open();
}
