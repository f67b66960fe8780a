// @ts-check
// The line above and the line below: time, connection, how fresh the figures are and whose borders.
import { number, translate } from "../core/i18n.js";
import { dayOf, timeOf, weekdayOf } from "../core/server_clock.js";
import { one } from "../ui/dom.js";
import { writeWords } from "../ui/words.js";

/** @typedef {import("./panel.js").Context} Context */

export class Header {
  /** @param {Context} context */
  constructor(context) {
    this.context = context;
    /** @type {{status: string, since: number}} */
    this.live = { status: "waiting", since: Date.now() };
    this.wasLive = false;
    /** @type {import("./source.js").Source<any> | null} */
    this.source = null;
    this.second = "";
    context.beat.every((now) => this.#tick(now));
    one("#language").addEventListener("click", () => {
      context.store.set({ lang: this.lang === "zh" ? "en" : "zh" });
    });
    one("#fullscreen").addEventListener("click", () => toggleFullscreen());
  }

  get lang() {
    return this.context.store.state.lang;
  }

  /** All words, in the language of now. */
  write() {
    const { config } = this.context;
    const { lang } = this;
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    writeWords(document, lang);
    one("#app-place").textContent = config.root[lang];
    document.title = `${config.root[lang]} · ${translate(lang, "screen.title")}`;
    one("#badge").hidden = !config.is_schematic;
    this.second = "";
    this.#tick(Date.now());
    this.#tellLive();
    this.#tellFresh();
  }

  /** @param {number} now */
  #tick(now) {
    const at = this.context.clock.at(now);
    const time = timeOf(at);
    if (time === this.second) return;
    this.second = time;
    const clock = one("#clock");
    clock.textContent = time;
    clock.dateTime = `${dayOf(at)}T${time}+08:00`;
    const [year, month, day] = dayOf(at).split("-").map(Number);
    const date = translate(this.lang, "screen.date", {
      year, month, day, weekday: translate(this.lang, `weekday.d${weekdayOf(at)}`),
      month_name: translate(this.lang, `month.m${month}`),
    });
    const shown = one("#date");
    if (shown.textContent !== date) shown.textContent = date;
  }

  /**
   * @param {string} status live, waiting or lost
   * @param {number | undefined} since ms of our own clock
   */
  status(status, since) {
    this.live = { status, since: since ?? Date.now() };
    this.wasLive ||= status === "live";
    this.#tellLive();
  }

  #tellLive() {
    const { status, since } = this.live;
    // What is shown is old from the first moment on that the line is down.
    const isLost = status === "lost" || (status === "waiting" && this.wasLive);
    const told = isLost ? "lost" : status;
    const words = translate(this.lang, `live.${told}`, { time: timeOf(this.context.clock.at(since)) });
    one("#live").dataset.status = told;
    // Told aloud only when it changes: it is a status for screen readers.
    const shown = one("#live-words");
    if (shown.textContent !== words) shown.textContent = words;
  }

  /** @param {import("./source.js").Source<any>} source of the board */
  fresh(source) {
    this.source = source;
    this.#tellFresh();
  }

  #tellFresh() {
    const { lang, source } = this;
    const at = source?.at ?? null;
    const key = at === null ? "fresh.none" : source?.failure ? "fresh.stale" : "fresh.at";
    const line = one("#fresh");
    line.textContent = translate(lang, key, { time: at === null ? "" : timeOf(this.context.clock.at(at)) });
    line.dataset.state = at === null || source?.failure ? "stale" : "fresh";
    const { generation, effective_from } = this.context.config;
    const parts = [
      translate(lang, "app.generation", { number: number(lang, source?.data?.generation ?? generation) }),
      translate(lang, "app.generation_title", { day: effective_from }),
      this.#period(source?.data?.period),
    ];
    one("#source").textContent = parts.filter(Boolean).join(" · ");
  }

  /** @param {{first: string | null, last: string | null} | undefined} period */
  #period(period) {
    if (!period?.first && !period?.last) return translate(this.lang, "fresh.all_days");
    return translate(this.lang, "fresh.days", { first: period.first ?? "…", last: period.last ?? "…" });
  }
}

function toggleFullscreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
}
