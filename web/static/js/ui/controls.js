// @ts-check
// The right-hand controls: mode of colouring, layers, language, and the legend below them.
import { kindsOf } from "../core/figures.js";
import { translate } from "../core/i18n.js";
import { MODES } from "../core/state.js";
import { el, one } from "./dom.js";
import { areaLegend, borderLegend, heatLegend } from "./legend.js";

/** @typedef {import("../core/i18n.js").Lang} Lang */
/** @typedef {import("../core/state.js").MapState} MapState */

export class Controls {
  /**
   * @param {import("../core/store.js").Store<MapState>} store
   * @param {import("../core/topology.js").Terrain} terrain
   * @param {any} config
   */
  constructor(store, terrain, config) {
    this.store = store;
    this.terrain = terrain;
    this.config = config;
    for (const layer of /** @type {const} */ (["heat", "exclusive", "labels", "assets"])) {
      const box = one(`#layer-${layer}`);
      box.addEventListener("change", () => store.set({ [layer]: box.checked }));
      store.watch([layer], (state) => {
        box.checked = state[layer];
      });
      box.checked = store.state[layer];
    }
    one("#layer-exclusive").closest("label").hidden = !terrain.grids.some((grid) => grid.kind === "exclusive");
    one("#language").addEventListener("click", () =>
      store.set({ lang: store.state.lang === "zh" ? "en" : "zh" }),
    );
  }

  /** @param {Lang} lang */
  show(lang) {
    one("#modes").replaceChildren(
      ...(this.config.modes ?? MODES).map((/** @type {string} */ mode) =>
        el("label", { class: "segment" }, [
          el("input", {
            type: "radio",
            name: "mode",
            value: mode,
            // Heat lies over plain land: who asks for a colour wants to see it.
            on: { change: () => this.store.set({ mode, heat: false }) },
          }),
          el("span", { text: translate(lang, `mode.${mode}`) }),
        ]),
      ),
    );
    one(`#modes input[value="${this.store.state.mode}"]`).checked = true;
  }

  /**
   * @param {Lang} lang
   * @param {string} kind a kind of grid, or a level of divisions
   * @returns {string}
   */
  kindName(lang, kind) {
    const level = this.config.levels[kind];
    return level ? level[lang === "zh" ? 0 : 1] : translate(lang, `kind.${kind}`);
  }

  /**
   * @param {MapState} state
   * @param {any} classes
   * @param {import("../core/topology.js").Division} scope
   * @param {number[]} tiers depths of the divisions that have borders
   */
  legend({ lang, mode, heat }, classes, scope, tiers) {
    const kinds = kindsOf(this.terrain, scope);
    // Under the heat the areas are plain land.
    one("#legend-area").replaceChildren(...(heat ? [] : areaLegend(lang, mode, classes, kinds)));
    const names = Object.values(this.config.levels).map((pair) => pair[lang === "zh" ? 0 : 1]);
    one("#legend-borders").replaceChildren(borderLegend(lang, tiers.map((depth) => names[depth]), names[0]));
  }

  /**
   * @param {Lang} lang
   * @param {import("../map/heat.js").HeatScale | null} scale null where there is no heat
   */
  heatLegend(lang, scale) {
    const part = one("#legend-heat");
    part.hidden = !this.store.state.heat;
    part.replaceChildren(...(this.store.state.heat ? heatLegend(lang, scale) : []));
  }
}
