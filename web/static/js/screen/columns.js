// @ts-check
// Puts the panels into columns, and puts them anew when the wall has another shape.
import { arrange } from "../core/screen_layout.js";
import { one } from "../ui/dom.js";
import { Slot } from "./slot.js";

/** @typedef {import("./panel.js").Panel} Panel */

const COLUMNS = ["a", "b", "c", "d"];

export class Columns {
  /**
   * @param {Panel[]} panels all of them
   * @param {import("./beat.js").Beat} beat
   */
  constructor(panels, beat) {
    this.panels = new Map(panels.map((panel) => [panel.name, panel]));
    /** @type {Slot[]} */
    this.slots = [];
    this.arranged = "";
    beat.every((now) => this.slots.forEach((slot) => slot.tick(now)));
  }

  /**
   * @param {import("../core/screen_layout.js").LayoutName} layout
   * @param {Set<string>} wanted panels that have something to say
   */
  place(layout, wanted) {
    const plan = arrange(layout, wanted);
    const key = JSON.stringify(plan);
    if (key === this.arranged) return;
    this.arranged = key;
    this.slots = [];
    for (const name of COLUMNS) {
      const column = one(`#column-${name}`);
      const slots = (plan.find((planned) => planned.column === name)?.slots ?? []).map((names) => this.#slot(names));
      column.replaceChildren(...slots.map((slot) => slot.element));
      column.hidden = slots.length === 0;
      this.slots.push(...slots);
    }
  }

  /** @param {string[]} names */
  #slot(names) {
    return new Slot(names.map((name) => /** @type {Panel} */ (this.panels.get(name))));
  }

  label() {
    this.slots.forEach((slot) => slot.label());
  }

  resize() {
    for (const panel of this.panels.values()) panel.resize();
  }
}
