// @ts-check
// The rates, each with what was divided by what.
import { number } from "../../core/i18n.js";
import { el } from "../../ui/dom.js";
import { Panel } from "../panel.js";
import { Ticker } from "../ticker.js";

const RATES = /** @type {const} */ (["closing_rate", "on_time_rate", "resolution_rate", "satisfaction_rate"]);
const SVG = "http://www.w3.org/2000/svg";
const RADIUS = 42;
const AROUND = 2 * Math.PI * RADIUS;

export class Rates extends Panel {
  /** @param {import("../panel.js").Context} context */
  constructor(context) {
    super("rates", context);
    this.rates = new Map(RATES.map((name) => [name, new Ring(name)]));
    this.body.append(el("dl", { class: "rates" }, [...this.rates.values()].map((ring) => ring.element)));
  }

  /** @param {any} board */
  draw({ rates }) {
    for (const [name, ring] of this.rates) {
      ring.element.hidden = !rates[name];
      if (rates[name]) ring.set(this.lang, this.say(`board.${name}`), rates[name], this.say("board.none"));
    }
  }
}

class Ring {
  /** @param {string} name */
  constructor(name) {
    this.label = el("dt", { class: "rate__label" });
    this.value = new Ticker("rate__value");
    this.parts = el("dd", { class: "rate__parts digits" });
    this.arc = circle("rate__arc");
    const ring = document.createElementNS(SVG, "svg");
    ring.setAttribute("viewBox", "0 0 100 100");
    ring.setAttribute("class", "rate__ring");
    ring.setAttribute("aria-hidden", "true");
    ring.append(circle("rate__track"), this.arc);
    this.element = el("div", { class: `rate rate--${name}` }, [
      ring, this.label, el("dd", {}, [this.value.element]), this.parts,
    ]);
  }

  /**
   * @param {"zh" | "en"} lang
   * @param {string} label
   * @param {{numerator: number, denominator: number, value: number | null, fraction: number | null}} rate
   * @param {string} none said where there is nothing to divide by
   */
  set(lang, label, { numerator, denominator, value, fraction }, none) {
    this.label.textContent = label;
    this.value.set(lang, value, 2, "%");
    this.parts.textContent = denominator ? `${number(lang, numerator)} / ${number(lang, denominator)}` : none;
    this.arc.style.strokeDasharray = `${(fraction ?? 0) * AROUND} ${AROUND}`;
  }
}

/** @param {string} className */
function circle(className) {
  const made = document.createElementNS(SVG, "circle");
  for (const [key, value] of Object.entries({ cx: 50, cy: 50, r: RADIUS, class: className })) {
    made.setAttribute(key, String(value));
  }
  return made;
}
