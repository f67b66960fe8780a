// @ts-check
// Events reported and closed, day by day.
import { el } from "../../ui/dom.js";
import { number } from "../../core/i18n.js";
import { trendOf } from "../../core/trend.js";
import { Chart } from "../chart.js";
import { Panel } from "../panel.js";

const INK = "#a9cbee";
const LINE = "rgba(169, 203, 238, 0.16)";
const SERIES = /** @type {const} */ ([
  { name: "reported", colour: "#3fd0ff", type: "solid", fill: [0.34, 0.02] },
  { name: "closed", colour: "#4be3a4", type: "dashed", fill: [0, 0] },
]);
/** Without a period the wall looks back so far. */
const RECENT_DAYS = 30;
const FONT = '"Barlow Condensed", "Noto Sans SC Variable", sans-serif';

export class Trend extends Panel {
  /** @param {import("../panel.js").Context} context */
  constructor(context) {
    super("trend", context);
    this.chart = new Chart((rem) => this.#options(rem));
    this.chart.element.setAttribute("role", "img");
    this.key = el("ul", { class: "key" });
    this.body.append(this.key, this.chart.element);
    /** @type {import("../../core/trend.js").TrendShown} */
    this.data = { days: [], last: "", reported: [], closed: [] };
  }

  /** @param {any} board */
  draw({ trend }) {
    const { from, to } = this.context.store.state;
    this.data = trendOf(trend, from === null && to === null ? RECENT_DAYS : null);
    const { days } = this.data;
    const [first, last] = [days[0] ?? "", this.data.last];
    this.unit.textContent = days.length ? this.say("board.span", { first, last }) : "";
    const sums = SERIES.map(({ name }) => this.data[name].reduce((sum, count) => sum + count, 0));
    this.key.replaceChildren(...SERIES.map(({ name }, n) => el("li", { class: "key__item" }, [
      el("span", { class: `key__mark key__mark--${name}`, "aria-hidden": "true" }),
      el("span", { text: this.say(`board.${name}`) }),
      el("span", { class: "digits key__count", text: number(this.lang, sums[n]) }),
    ])));
    this.chart.element.setAttribute("aria-label", this.say("board.trend_told", {
      first, last, reported: sums[0], closed: sums[1],
    }));
    this.chart.draw();
  }

  resize() {
    this.chart.draw();
  }

  /** @param {number} rem */
  #options(rem) {
    const text = { color: INK, fontFamily: FONT, fontSize: rem * 1.0625, fontWeight: 600 };
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    return {
      animation: !still,
      animationDuration: 500,
      grid: { left: 0.25 * rem, right: 0.75 * rem, top: 0.75 * rem, bottom: 0, containLabel: true },
      xAxis: {
        type: "category",
        data: this.data.days,
        boundaryGap: false,
        axisLine: { lineStyle: { color: LINE, width: rem / 16 } },
        axisTick: { show: false },
        axisLabel: { ...text, formatter: (/** @type {string} */ day) => day.slice(5), hideOverlap: true, margin: 0.5 * rem },
      },
      yAxis: {
        type: "value",
        minInterval: 1,
        splitNumber: 3,
        axisLabel: text,
        splitLine: { lineStyle: { color: LINE, width: rem / 16 } },
      },
      series: SERIES.map(({ name, colour, type, fill }) => ({
        name,
        type: "line",
        data: this.data[name],
        smooth: 0.35,
        smoothMonotone: "x",
        showSymbol: false,
        silent: true,
        lineStyle: { color: colour, width: (rem * 2.5) / 16, type: type === "solid" ? type : [rem * 0.4, rem * 0.25] },
        areaStyle: {
          color: {
            type: "linear", x: 0, y: 0, x2: 0, y2: 1,
            colorStops: [{ offset: 0, color: colour }, { offset: 1, color: `${colour}00` }],
          },
          opacity: fill[0],
        },
      })),
    };
  }
}
