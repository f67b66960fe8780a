// @ts-check
// The page /edit: takes the map over from the shell, loads the boundaries, and starts.
import { loadTopology } from "../api/maps.js";
import { keepProof } from "../api/client.js";
import { learn, nameKinds } from "../core/i18n.js";
import { ACCESS_MESSAGES } from "../core/access_messages.js";
import { EDIT_MESSAGES } from "../core/edit_messages.js";
import { REVIEW_MESSAGES } from "../core/review_messages.js";
import { UPLOAD_MESSAGES } from "../core/upload_messages.js";
import { readTopology } from "../core/topology.js";
import { reasonOf } from "../ui/dialogs.js";
import { one } from "../ui/dom.js";
import { Language } from "../ui/language.js";
import { EditPage } from "./edit_page.js";

learn(ACCESS_MESSAGES, EDIT_MESSAGES, REVIEW_MESSAGES, UPLOAD_MESSAGES);

/**
 * @param {any} map Leaflet's, made by the shell
 * @param {any[]} layers what the shell configured
 * @param {any} config
 */
export async function start(map, layers, config) {
  nameKinds(config.kinds);
  keepProof(config.account.proof);
  map.setMaxZoom(21);
  map.getContainer().dataset.i18nLabel = "edit.map";
  /** @type {EditPage | null} */
  let page = null;
  const language = new Language(config.root, "edit.title", () => page?.show());
  const { topology_url } = layers.find((layer) => layer.kind === "grids");
  const open = async () => {
    status("waiting", language.say("edit.loading"), "");
    try {
      const terrain = readTopology(await loadTopology(topology_url));
      page = new EditPage(map, terrain, language, config);
      await page.open();
      one("#status").hidden = true;
      document.documentElement.dataset.ready = "true";
    } catch (error) {
      status("failed", language.say("app.failed"), reasonOf(language, error), open);
    }
  };
  await open();
}

/**
 * @param {string} state
 * @param {string} words
 * @param {string} detail
 * @param {() => void} [retry]
 */
function status(state, words, detail, retry) {
  const box = one("#status");
  box.hidden = false;
  box.dataset.state = state;
  one("#status-words").textContent = words;
  one("#status-detail").textContent = detail;
  one("#status-retry").hidden = !retry;
  one("#status-retry").onclick = retry ?? null;
}
