// @ts-check
// Where the map is, from the county down to the grid; every step leads back to it.
import { translate } from "../../core/i18n.js";
import { shortDivision } from "../../core/names.js";
import { breadcrumb } from "../../core/screen_state.js";
import { el } from "../../ui/dom.js";

/** @typedef {import("../../core/topology.js").Terrain} Terrain */
/** @typedef {import("../../core/screen_state.js").ScreenState} ScreenState */

export class Crumbs {
  /**
   * @param {Terrain} terrain
   * @param {(code: string) => void} enter
   */
  constructor(terrain, enter) {
    this.terrain = terrain;
    this.enter = enter;
    this.list = el("ol", { class: "stage-crumbs__list" });
    this.element = el("nav", { class: "stage-crumbs" }, [this.list]);
  }

  /** @param {ScreenState} state */
  show(state) {
    this.element.setAttribute("aria-label", translate(state.lang, "stage.breadcrumb"));
    const steps = breadcrumb(this.terrain, state);
    this.list.replaceChildren(
      ...steps.map((step, n) => {
        const text = n === 0 ? step.name : shortDivision(step.name);
        const isLast = n === steps.length - 1;
        const inner = isLast
          ? el("span", { class: "stage-crumbs__here", "aria-current": "location", text })
          : el("button", { type: "button", class: "stage-crumbs__step", text, on: { click: () => this.enter(step.code) } });
        return el("li", {}, [inner]);
      }),
    );
  }
}
