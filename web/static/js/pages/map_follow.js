// @ts-check
// The map page follows what happens: boundaries and register as they are published, events as they
// come, without being loaded anew.
import { openLive } from "../api/live.js";
import { loadBoundaries } from "../api/maps.js";
import { ProblemError } from "../api/client.js";
import { FAR_APART_MS, waitFor } from "../core/refresh.js";
import { searcher } from "../core/search.js";
import { readTopology } from "../core/topology.js";

/** @typedef {import("./map_page.js").MapPage} MapPage */
/** @typedef {import("./where.js").Where} Where */

/** After these the figures are no longer those on the page. */
const CHANGES = ["event.reported", "event.changed", "events.imported", "reset"];

/**
 * @param {MapPage} page
 * @param {Where | null} where
 * @returns {{close: () => void}}
 */
export function followMap(page, where) {
  const root = document.documentElement.dataset;
  const figures = new FreshFigures(page);
  let isFirst = true;
  return openLive({
    onMessage: (kind, data) => {
      if (kind === "hello" || kind === "generation.published") renew(page, where, data.generation, data.effective_from ?? null);
      if (kind === "event.reported") page.things.pulse(data);
      // A line that could not be resumed has missed something.
      if (CHANGES.includes(kind) || (kind === "hello" && !isFirst && !data.resumed)) figures.poke();
      if (kind === "hello") isFirst = false;
    },
    onStatus: (status) => {
      root.live = status;
    },
  });
}

/** Asks for the figures anew, soon after something has happened and never too often. */
class FreshFigures {
  /** @param {MapPage} page */
  constructor(page) {
    this.page = page;
    this.timer = 0;
    /** @type {import("../core/refresh.js").Asked} */
    this.asked = { started: null, failures: 0, poked: null };
    document.addEventListener("visibilitychange", () => this.#plan());
  }

  poke() {
    this.asked.poked ??= Date.now();
    this.#plan();
  }

  #plan() {
    clearTimeout(this.timer);
    // A page that nobody looks at asks when somebody does.
    if (this.asked.poked === null || document.hidden) return;
    this.timer = window.setTimeout(() => this.#ask(), waitFor(this.asked, Date.now(), FAR_APART_MS));
  }

  async #ask() {
    const { page } = this;
    this.asked = { started: Date.now(), failures: 0, poked: null };
    // A playback stands still in time; what came meanwhile is taken up after it.
    if (page.playing.isOn) {
      this.poke();
      return;
    }
    await Promise.all([page.loadPeriod(), page.loadTimeline(), page.chosen.loadOpen()]);
  }
}

/**
 * Take up newer boundaries.
 * @param {MapPage} page
 * @param {Where | null} where
 * @param {number} generation
 * @param {string | null} effective_from null where it was not told
 */
async function renew(page, where, generation, effective_from) {
  const { config } = page;
  if (generation <= config.generation) return;
  const before = { generation: config.generation, effective_from: config.effective_from };
  Object.assign(config, { generation, effective_from: effective_from ?? config.effective_from });
  try {
    if (page.parts) await page.parts.renew(generation);
    else {
      const terrain = readTopology(await loadBoundaries(generation), page.terrain.origin);
      if (generation === config.generation) await stand(page, terrain);
    }
    where?.renew();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    Object.assign(config, before); // the next message tries again
  }
}

/**
 * Put other boundaries under the map, newer ones or those of a part.
 * @param {MapPage} page
 * @param {import("../core/topology.js").Terrain} terrain
 */
export async function stand(page, terrain) {
  const { playing, store } = page;
  playing.stop();
  playing.own = terrain;
  playing.terrains = new Map([[terrain.generation, terrain]]);
  page.terrain = terrain;
  for (const part of [page.controls, page.panel, page.card]) part.terrain = terrain;
  if (!page.parts) page.search.find = searcher(terrain);
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
