// @ts-check
// The base map below the grids: tiles of our own server, which fetched and aligned them.
import { L } from "./leaflet.js";

/**
 * @param {any} map Leaflet's
 * @param {any[]} layers what the shell configured
 * @returns {((shown: boolean) => void) | null} shows or hides it; null where there is none
 */
export function baseMap(map, layers) {
  const found = layers.find((layer) => layer.kind === "base");
  if (!found) return null;
  map.createPane("base").style.zIndex = "150";
  const tiles = L.tileLayer(found.tile_url, { pane: "base", maxZoom: 20, maxNativeZoom: 18 });
  return (shown) => {
    map.getContainer().classList.toggle("has-base", shown);
    if (shown) tiles.addTo(map);
    else tiles.remove();
  };
}

const KEY = "gridmap.base";

/**
 * A switch for it, which is remembered.
 * @param {((shown: boolean) => void) | null} show
 * @param {HTMLInputElement} box
 */
export function baseSwitch(show, box) {
  const label = /** @type {HTMLElement} */ (box.closest("label"));
  label.hidden = show === null;
  if (!show) return;
  box.checked = localStorage.getItem(KEY) !== "0";
  show(box.checked);
  box.addEventListener("change", () => {
    localStorage.setItem(KEY, box.checked ? "1" : "0");
    show(box.checked);
  });
}
