// @ts-check
// A place in a column. Panels that share it take turns; somebody who picks one holds it for a while.
import { el } from "../ui/dom.js";

/** @typedef {import("./panel.js").Panel} Panel */

/** So long each panel of a slot is seen. */
const TURN_MS = 20_000;
/** So long the panel stays that somebody picked. */
const HELD_MS = 120_000;

export class Slot {
  /** @param {Panel[]} panels at least one */
  constructor(panels) {
    this.panels = panels;
    this.at = 0;
    this.until = Date.now() + TURN_MS;
    this.dots = panels.length > 1 ? panels.map((panel, n) => this.#dot(panel, n)) : [];
    this.element = el("div", { class: "slot" }, panels.map((panel) => panel.element));
    this.element.dataset.grow = panels[0].name;
    this.choose(0);
  }

  /**
   * @param {Panel} panel
   * @param {number} n
   */
  #dot(panel, n) {
    return el("button", {
      type: "button", class: "dot",
      on: { click: () => this.#pick(n) },
    });
  }

  /** @param {number} n */
  #pick(n) {
    this.choose(n);
    this.until = Date.now() + HELD_MS;
  }

  /** @param {number} n */
  choose(n) {
    this.at = n;
    this.panels.forEach((panel, place) => {
      panel.element.hidden = place !== n;
    });
    if (this.dots.length === 0) {
      this.panels[0].tools.querySelector(".dots")?.remove();
      return;
    }
    const dots = this.panels[n].tools;
    let group = dots.querySelector(".dots");
    if (!group) {
      group = el("div", { class: "dots" });
      dots.append(group);
    }
    const focused = this.dots.includes(/** @type {any} */ (document.activeElement));
    group.replaceChildren(...this.dots);
    if (focused) this.dots[n].focus();
    this.label();
    this.panels[n].resize();
  }

  /** Says what each dot brings, in the language of now. */
  label() {
    this.dots.forEach((dot, n) => {
      dot.setAttribute("aria-label", this.panels[n].heading());
      dot.title = this.panels[n].heading();
      dot.setAttribute("aria-pressed", String(n === this.at));
    });
  }

  /** @param {number} now ms */
  tick(now) {
    if (this.panels.length < 2 || now < this.until) return;
    if (this.element.matches(":hover, :focus-within") || document.hidden) return;
    this.until = now + TURN_MS;
    this.choose((this.at + 1) % this.panels.length);
  }
}
