// @ts-check
// The playback's bar: play, a slider over the steps, speed, and where wanted the period to play.
import { number, percent, translate } from "../core/i18n.js";
import { PLAY_PRESETS, SPEEDS, presetQuery, spanOf } from "../core/playback.js";
import { ICONS, el, icon } from "./dom.js";

/** @typedef {import("../core/i18n.js").Lang} Lang */
/** @typedef {import("../core/playback.js").Playback} Playback */
/** @typedef {{from: string, to: string, hours: number | null, step: string | null}} Range */

export class PlaybackBar {
  /**
   * @param {HTMLElement} host is filled; hidden while nothing is loaded, unless it offers periods
   * @param {object} parts
   * @param {(n: number | null) => void} parts.frame shows a picture; null when the playback ends
   * @param {(range: Range) => void} [parts.choose] loads a period; without it none is offered
   * @param {string} [parts.today] with which the periods end
   * @param {() => void} [parts.toggled] it plays now, or no more
   * @param {() => string | null} [parts.exported] address of the animation of what is shown
   */
  constructor(host, { frame, choose, today, toggled, exported }) {
    this.host = host;
    this.frame = frame;
    this.choose = choose;
    this.today = today ?? "";
    this.toggled = toggled;
    this.exported = exported;
    /** @type {Lang} */
    this.lang = "zh";
    /** @type {Playback | null} */
    this.playback = null;
    this.n = 0;
    this.speed = SPEEDS[0];
    /** @type {number | undefined} */
    this.timer = undefined;
    this.#build();
    this.show(this.lang);
  }

  get isPlaying() {
    return this.timer !== undefined;
  }

  #build() {
    const button = (/** @type {string} */ name, /** @type {() => void} */ click) =>
      el("button", { type: "button", class: `playback__${name}`, on: { click } });
    this.toggler = button("play", () => this.toggle());
    this.slider = el("input", {
      type: "range", class: "playback__slider", min: 0, value: 0, step: 1,
      on: { input: () => this.#slid(Number(this.slider.value)) },
    });
    this.when = el("strong", { class: "playback__when digits" });
    this.figures = el("span", { class: "playback__figures" });
    this.about = el("span", { class: "playback__about" });
    this.faster = button("speed digits", () => this.#faster());
    this.save = el("a", { class: "playback__export", download: true });
    this.end = button("close", () => this.close());
    this.end.append(icon(ICONS.close));
    this.ranges = el("div", { class: "playback__ranges chips", role: "group" });
    this.host.classList.add("playback");
    this.host.setAttribute("role", "group");
    this.host.addEventListener("keydown", (event) => this.#key(event));
    this.host.replaceChildren(
      this.ranges,
      el("div", { class: "playback__line" }, [this.toggler, this.slider, this.faster, this.save, this.end]),
      el("div", { class: "playback__words" }, [this.when, this.figures, this.about]),
    );
  }

  /** @param {number} n to which the slider was moved; who moves it wants to look */
  #slid(n) {
    this.pause();
    this.seek(n);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!this.playback) return;
    const typing = event.target instanceof HTMLInputElement && event.target.type !== "range";
    if (event.key === " " && !typing && !(event.target instanceof HTMLButtonElement)) {
      event.preventDefault();
      this.toggle();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
    }
  }

  /**
   * @param {Playback} playback
   * @param {number} [n] picture with which it begins
   */
  load(playback, n = 0) {
    this.playback = playback;
    this.slider.max = String(playback.length - 1);
    this.seek(Math.min(n, playback.length - 1));
  }

  play() {
    if (!this.playback || this.isPlaying) return;
    if (this.n >= this.playback.length - 1) this.seek(0);
    this.#wait();
    this.show(this.lang);
    this.toggled?.();
  }

  pause() {
    window.clearTimeout(this.timer);
    this.timer = undefined;
    this.show(this.lang);
    this.toggled?.();
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  /** Back to what is shown without a playback. */
  close() {
    if (!this.playback) return;
    this.pause();
    this.playback = null;
    this.show(this.lang);
    this.frame(null);
  }

  /** @param {number} n */
  seek(n) {
    this.n = n;
    this.show(this.lang);
    this.frame(n);
  }

  #wait() {
    const { playback } = this;
    if (!playback) return;
    this.timer = window.setTimeout(() => {
      if (this.n >= playback.length - 1) this.pause();
      else {
        this.seek(this.n + 1);
        this.#wait();
      }
    }, playback.pace(this.speed));
  }

  #faster() {
    this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length];
    this.show(this.lang);
  }

  /** @param {Lang} lang */
  show(lang) {
    this.lang = lang;
    const { playback } = this;
    const say = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) =>
      translate(lang, key, values);
    this.host.setAttribute("aria-label", say("playback.title"));
    this.host.hidden = !playback && !this.choose;
    this.host.classList.toggle("playback--idle", !playback);
    this.#offer(lang);
    label(this.toggler, say(this.isPlaying ? "playback.pause" : "playback.play"));
    this.toggler.replaceChildren(icon(this.isPlaying ? ICONS.pause : ICONS.play));
    this.toggler.setAttribute("aria-pressed", String(this.isPlaying));
    label(this.faster, say("playback.speed", { speed: this.speed }));
    this.faster.textContent = `${this.speed}×`;
    label(this.end, say("playback.close"));
    this.slider.setAttribute("aria-label", say("playback.slider"));
    if (!playback) return;
    this.slider.value = String(this.n);
    this.slider.style.setProperty("--done", `${(100 * this.n) / Math.max(1, playback.length - 1)}%`);
    const address = this.exported?.() ?? null;
    this.save.hidden = address === null;
    if (address) this.save.href = address;
    this.save.textContent = say("playback.export");
    this.save.title = say("playback.export_title");
    this.#words(lang, playback);
  }

  /**
   * @param {Lang} lang
   * @param {Playback} playback
   */
  #words(lang, playback) {
    const step = playback.steps[this.n];
    const { fraction } = step.closing_rate;
    const count = (/** @type {number} */ value) => number(lang, value);
    const words = {
      when: translate(lang, `playback.${playback.unit}`, spanOf(step, playback.unit)),
      figures: translate(lang, "playback.now", {
        reported: count(step.reported), closed: count(step.closed), open: count(step.open),
      }),
      rate: fraction === null
        ? translate(lang, "playback.no_rate")
        : translate(lang, "playback.rate", { rate: percent(fraction) }),
      boundaries: translate(lang, "playback.generation", { number: step.generation }),
    };
    this.when.textContent = words.when;
    this.figures.textContent = `${words.figures} · ${words.rate} · ${words.boundaries}`;
    this.about.textContent = translate(lang, "playback.about", {
      heat: translate(lang, `playback.heat_${playback.unit}`),
    });
    this.slider.setAttribute("aria-valuetext", translate(lang, "playback.value", words));
  }

  /** @param {Lang} lang */
  #offer(lang) {
    const { choose } = this;
    this.ranges.hidden = !choose;
    if (!choose) return;
    this.ranges.setAttribute("aria-label", translate(lang, "playback.range"));
    if (this.offeredIn === lang) return;
    this.offeredIn = lang;
    const day = (/** @type {string} */ name) =>
      el("input", { type: "date", max: this.today, "aria-label": translate(lang, `playback.${name}`) });
    const [from, to] = [day("from"), day("to")];
    const typed = () => {
      if (!from.value || !to.value) return;
      const [first, last] = [from.value, to.value].sort();
      choose({ from: first, to: last, hours: null, step: null });
    };
    for (const field of [from, to]) field.addEventListener("change", typed);
    this.ranges.replaceChildren(
      ...PLAY_PRESETS.map((preset) =>
        el("button", {
          type: "button", class: "chip", "data-preset": preset,
          text: translate(lang, `playback.last_${preset}`),
          on: { click: () => choose(presetQuery(preset, this.today)) },
        }),
      ),
      from,
      to,
    );
  }
}

/**
 * @param {HTMLElement} element
 * @param {string} words
 */
function label(element, words) {
  element.setAttribute("aria-label", words);
  element.title = words;
}
