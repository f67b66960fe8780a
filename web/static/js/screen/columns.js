// @ts-check
// Puts the panels into columns, and puts them anew when the wall has another shape.
import { arrange } from "../core/screen_layout.js";
import { one } from "../ui/dom.js";
import { Slot } from "./slot.js";

/** @typedef {import("./panel.js").Panel} Panel */

const COLUMNS = ["a", "b", "c", "d"];

export class Columns {
  /** @param {import("./beat.js").Beat} beat */
  constructor(beat) {
    /** @type {Map<string, Panel>} */
    this.panels = new Map();
    /** @type {Slot[]} */
    this.slots = [];
    this.arranged = "";
    beat.every((now) => this.slots.forEach((slot) => slot.tick(now)));
  }

  /** @param {Panel[]} panels all of them, from now on; until then the columns stand empty */
  take(panels) {
    this.panels = new Map(panels.map((panel) => [panel.name, panel]));
    this.arranged = "";
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
      const planned = plan.find((one) => one.column === name)?.slots ?? [];
      column.hidden = planned.length === 0;
      if (this.panels.size === 0) continue;
      const slots = planned.map((names) => this.#slot(names));
      column.replaceChildren(...slots.map((slot) => slot.element));
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
