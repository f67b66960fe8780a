// @ts-check
// The time bar: presets, two handles over a histogram of the days, category, and play.
import { number, translate } from "../core/i18n.js";
import { PRESETS, addDays, daysBetween, presetOf, presetSpan } from "../core/period.js";
import { ICONS, el, icon, one } from "./dom.js";

/** @typedef {import("../core/i18n.js").Lang} Lang */
/** @typedef {import("../core/period.js").Span} Span */

const MAX_BARS = 120;
const SVG = "http://www.w3.org/2000/svg";

export class TimeBar {
  /**
   * @param {object} parts
   * @param {Span} parts.data first and last day with an event
   * @param {string} parts.today as the server's clock says
   * @param {{code: string, name_zh: string, name_en: string}[]} parts.classes
   * @param {(span: Span) => void} parts.choose
   * @param {(category: string | null) => void} parts.filter
   * @param {() => void} parts.play
   */
  constructor({ data, today, classes, choose, filter, play }) {
    this.data = data;
    this.today = today;
    this.classes = classes;
    this.choose = choose;
    this.days = daysBetween(data.first, data.last);
    /** @type {number[]} */
    this.counts = [];
    this.start = one("#time-start");
    this.end = one("#time-end");
    this.from = one("#time-from");
    this.to = one("#time-to");
    this.category = one("#time-category");
    for (const handle of [this.start, this.end]) {
      handle.max = String(this.days);
      handle.addEventListener("input", () => this.#preview());
      handle.addEventListener("change", () => this.choose(this.#handles()));
    }
    for (const field of [this.from, this.to]) {
      field.min = data.first;
      field.max = data.last;
      field.addEventListener("change", () => this.#typed());
    }
    this.category.addEventListener("change", () => filter(this.category.value || null));
    one("#time-play").addEventListener("click", play);
  }

  /** @returns {Span} */
  #handles() {
    const [a, b] = [Number(this.start.value), Number(this.end.value)];
    return {
      first: addDays(this.data.first, Math.min(a, b)),
      last: addDays(this.data.first, Math.max(a, b)),
    };
  }

  #typed() {
    if (!this.from.value || !this.to.value) return;
    const [first, last] = [this.from.value, this.to.value].sort();
    this.choose({ first, last });
  }

  /**
   * @param {Lang} lang
   * @param {Span} span
   * @param {string | null} category
   * @param {number | null} total events chosen
   * @param {boolean} playing
   */
  show(lang, span, category, total, playing) {
    this.lang = lang;
    this.span = span;
    this.start.value = String(daysBetween(this.data.first, span.first));
    this.end.value = String(daysBetween(this.data.first, span.last));
    this.from.value = span.first;
    this.to.value = span.last;
    this.#presets(lang, span);
    this.#categories(lang, category);
    const play = one("#time-play");
    const words = translate(lang, playing ? "time.pause" : "time.play");
    play.replaceChildren(icon(playing ? ICONS.pause : ICONS.play));
    play.setAttribute("aria-label", words);
    play.setAttribute("aria-pressed", String(playing));
    play.title = words;
    one("#time-total").textContent = total === null ? "…" : total === 0
      ? translate(lang, "time.empty")
      : translate(lang, "time.events", { count: number(lang, total) });
    this.#bars(span);
  }

  /** @param {number[]} counts events by day, from the first day of the data on */
  setCounts(counts) {
    this.counts = counts;
    if (this.span) this.#bars(this.span);
  }

  #preview() {
    const span = this.#handles();
    this.from.value = span.first;
    this.to.value = span.last;
    this.#bars(span);
  }

  /**
   * @param {Lang} lang
   * @param {Span} span
   */
  #presets(lang, span) {
    const current = presetOf(span, this.data);
    one("#time-presets").replaceChildren(
      ...PRESETS.map((preset) => {
        const stale = preset === "day" && this.data.last !== this.today;
        return el("button", {
          type: "button",
          class: "chip",
          "data-preset": preset,
          "aria-pressed": String(preset === current),
          text: translate(lang, stale ? "time.day_latest" : `time.${preset}`),
          on: { click: () => this.choose(/** @type {Span} */ (presetSpan(preset, this.data))) },
        });
      }),
    );
  }

  /**
   * @param {Lang} lang
   * @param {string | null} category
   */
  #categories(lang, category) {
    this.category.replaceChildren(
      el("option", { value: "", text: translate(lang, "time.all_categories") }),
      ...this.classes.map((cls) =>
        el("option", { value: cls.code, text: `${cls.code} ${lang === "zh" ? cls.name_zh : cls.name_en}` }),
      ),
    );
    this.category.value = category ?? "";
  }

  /** @param {Span} span */
  #bars(span) {
    const chart = one("#time-chart");
    const step = Math.max(1, Math.ceil((this.days + 1) / MAX_BARS));
    const bars = [];
    for (let n = 0; n <= this.days; n += step) {
      bars.push(this.counts.slice(n, n + step).reduce((sum, count) => sum + count, 0));
    }
    const top = Math.max(...bars, 1);
    const [from, to] = [daysBetween(this.data.first, span.first), daysBetween(this.data.first, span.last)];
    chart.setAttribute("viewBox", `0 0 ${bars.length} 40`);
    chart.replaceChildren(
      ...bars.map((count, n) => {
        const bar = document.createElementNS(SVG, "rect");
        const height = count ? Math.max(1, (count / top) * 40) : 0;
        const inside = n * step <= to && (n + 1) * step > from;
        for (const [name, value] of Object.entries({ x: n + 0.14, y: 40 - height, width: 0.72, height })) {
          bar.setAttribute(name, String(value));
        }
        bar.setAttribute("class", inside ? "day day--in" : "day");
        return bar;
      }),
    );
  }
}
