// @ts-check
// The switches of the map: colours, layers, tour. They work by touch, mouse and keyboard.
import { translate } from "../../core/i18n.js";
import { SCREEN_MODES } from "../../core/screen_state.js";
import { el } from "../../ui/dom.js";

/** @typedef {import("../../core/screen_state.js").ScreenState} ScreenState */

const LAYERS = /** @type {const} */ (["heat", "labels", "assets"]);

export class Bar {
  /** @param {import("../../core/store.js").Store<ScreenState>} store */
  constructor(store) {
    this.store = store;
    this.modes = new Map(SCREEN_MODES.map((mode) => [mode, this.#button(() => store.set({ mode, heat: false }))]));
    this.layers = new Map(
      LAYERS.map((layer) => [layer, this.#button(() => store.set({ [layer]: !store.state[layer] }))]),
    );
    this.ring = el("span", { class: "stage-bar__ring", "aria-hidden": "true" });
    this.tourText = el("span");
    this.tour = this.#button(() => {
      const { touring, paused_until } = store.state;
      store.set({ touring: !touring || paused_until !== null, paused_until: null });
    });
    this.tour.classList.add("stage-bar__tour");
    this.tour.append(this.ring, this.tourText);
    this.modeGroup = el("div", { class: "stage-bar__group", role: "group" }, [...this.modes.values()]);
    this.layerGroup = el("div", { class: "stage-bar__group", role: "group" }, [...this.layers.values(), this.tour]);
    this.element = el("div", { class: "stage-bar" }, [this.modeGroup, this.layerGroup]);
  }

  /** @param {() => void} run */
  #button(run) {
    return el("button", { type: "button", class: "stage-bar__button", on: { click: run } });
  }

  /**
   * @param {ScreenState} state
   * @param {{assets: boolean, tour: boolean}} has what there is to switch on
   */
  show(state, has) {
    const { lang } = state;
    this.modeGroup.setAttribute("aria-label", translate(lang, "stage.modes"));
    this.layerGroup.setAttribute("aria-label", translate(lang, "stage.layers"));
    for (const [mode, button] of this.modes) {
      button.textContent = translate(lang, `stage.${mode}`);
      button.setAttribute("aria-pressed", String(state.mode === mode && !state.heat));
      button.dataset.mode = mode;
    }
    for (const [layer, button] of this.layers) {
      button.textContent = translate(lang, `stage.${layer}`);
      button.setAttribute("aria-pressed", String(state[layer]));
      button.dataset.layer = layer;
    }
    /** @type {HTMLElement} */ (this.layers.get("assets")).hidden = !has.assets;
    this.tour.hidden = !has.tour;
    this.tourText.textContent = translate(lang, "stage.tour");
    this.tour.setAttribute("aria-pressed", String(state.touring));
  }

  /**
   * @param {import("../../core/i18n.js").Lang} lang
   * @param {"off" | "alert" | "paused" | "hidden" | "running"} phase
   * @param {number} share of the phase that is over
   * @param {number} seconds left of a pause
   */
  tourRing(lang, phase, share, seconds) {
    this.tour.dataset.phase = phase;
    this.ring.style.setProperty("--share", share.toFixed(3));
    const key = phase === "paused" ? "stage.tour_paused" : phase === "off" ? "stage.tour_off" : "stage.tour_running";
    this.tour.title = translate(lang, key, { seconds });
  }
}
