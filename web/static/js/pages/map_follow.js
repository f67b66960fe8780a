// @ts-check
// The map page follows publications: boundaries, figures and register, without being loaded anew.
import { openLive } from "../api/live.js";
import { loadBoundaries } from "../api/maps.js";
import { ProblemError } from "../api/client.js";
import { searcher } from "../core/search.js";
import { readTopology } from "../core/topology.js";

/** @typedef {import("./map_page.js").MapPage} MapPage */

/**
 * @param {MapPage} page
 * @returns {{close: () => void}}
 */
export function followMap(page) {
  const root = document.documentElement.dataset;
  return openLive({
    onMessage: (kind, data) => {
      if (kind === "hello" || kind === "generation.published") renew(page, data.generation, data.effective_from ?? null);
    },
    onStatus: (status) => {
      root.live = status;
    },
  });
}

/**
 * Take up newer boundaries.
 * @param {MapPage} page
 * @param {number} generation
 * @param {string | null} effective_from null where it was not told
 */
async function renew(page, generation, effective_from) {
  const { config } = page;
  if (generation <= config.generation) return;
  const before = { generation: config.generation, effective_from: config.effective_from };
  Object.assign(config, { generation, effective_from: effective_from ?? config.effective_from });
  try {
    const terrain = readTopology(await loadBoundaries(generation), page.terrain.origin);
    if (generation === config.generation) await stand(page, terrain);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    Object.assign(config, before); // the next message tries again
  }
}

/**
 * @param {MapPage} page
 * @param {import("../core/topology.js").Terrain} terrain
 */
async function stand(page, terrain) {
  const { playing, store } = page;
  playing.stop();
  playing.own = terrain;
  playing.terrains.set(terrain.generation, terrain);
  page.terrain = terrain;
  for (const part of [page.controls, page.panel, page.card]) part.terrain = terrain;
  page.search.find = searcher(terrain);
  page.view.setTerrain(terrain);
  page.figures = null;
  const { grid, scope } = page.state;
  // Whoever looked at a grid that is no more looks at its division.
  store.set({
    grid: terrain.byCode.has(grid ?? "") ? grid : null,
    scope: terrain.divisions.has(scope ?? "") ? scope : null,
  });
  page.paintLook();
  page.showFacts();
  page.showAll();
  await Promise.all([page.loadPeriod(), page.loadCard()]);
}
