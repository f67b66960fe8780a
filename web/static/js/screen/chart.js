// @ts-check
// ECharts, made once per panel and told of new data; sizes follow the rem, since a canvas does not.
import { el } from "../ui/dom.js";

/** The library, once it is there: it is large, and the map does not wait for it. @type {any} */
let echarts = null;
/** @type {Promise<void> | null} */
let coming = null;

async function fetchLibrary() {
  echarts = await import("../../vendor/echarts/echarts.esm.min.mjs");
}

/** @returns {number} CSS pixels of one rem */
export const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

export class Chart {
  /** @param {(rem: number) => any} options what is drawn, for the rem of now */
  constructor(options) {
    this.options = options;
    this.element = el("div", { class: "chart" });
    /** @type {any} */
    this.chart = null;
    this.rem = 0;
  }

  /** Draw what there is now. */
  draw() {
    const { clientWidth, clientHeight } = this.element;
    // Nothing can be measured in a panel that waits for its turn; it is drawn when that comes.
    if (clientWidth === 0 || clientHeight === 0) return;
    if (!echarts) {
      coming ??= fetchLibrary();
      coming.then(() => this.draw());
      return;
    }
    const now = rem();
    if (this.chart && now !== this.rem) this.#drop();
    if (!this.chart) {
      this.rem = now;
      this.chart = echarts.init(this.element, null, { renderer: "canvas" });
    } else if (this.chart.getWidth() !== clientWidth || this.chart.getHeight() !== clientHeight) {
      this.chart.resize();
    }
    this.chart.setOption(this.options(now), { notMerge: false, lazyUpdate: false });
  }

  #drop() {
    this.chart.dispose();
    this.chart = null;
  }
}
