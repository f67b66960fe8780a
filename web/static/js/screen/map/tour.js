// @ts-check
// Takes the screen through the county and its townships, rests when somebody touches it, and lets
// an urgent event interrupt it.
import { findPlaylist } from "../../api/playlists.js";
import { breadcrumb, enter } from "../../core/screen_state.js";
import { shortDivision } from "../../core/names.js";
import { alerted, follow, startTour, stopsOf, tick, touched } from "../../core/screen_tour.js";
import { Source } from "../source.js";

/** @typedef {import("../../core/screen_state.js").ScreenState} ScreenState */
/** @typedef {import("../../core/screen_state.js").Alert} Alert */
/** @typedef {import("./stage.js").Stage} Stage */

const BEAT_MS = 250;

export class Tour {
  /**
   * @param {Stage} stage
   * @param {Pick<import("../../core/screen_state.js").ScreenOptions, "rotate" | "stops" | "playlist">} options
   * @param {((code: string) => Promise<void>) | null} open
   */
  constructor(stage, { rotate, stops, playlist }, open = null) {
    this.stage = stage;
    /** Looks into what the terrain does not know, where a deployment is shown by parts. */
    this.open = open;
    this.store = stage.store;
    const { mode, heat } = this.store.state;
    /** What stops without colours of their own show. */
    this.own = { mode, heat };
    this.isColoured = false;
    this.playlist = { name: playlist.name, division: playlist.division ?? stage.terrain.root?.code ?? "" };
    this.told = "";
    /** Asked for again when the live feed says so. @type {Source<{found: import("../../api/playlists.js").Playlist | null}> | null} */
    this.source = stops.length ? null : new Source(
      (signal) => findPlaylist(signal, this.playlist.division, this.playlist.name),
      (source) => this.#answered(source),
    );
    const interval = (rotate || 15) * 1000;
    const first = stopsOf(stage.terrain, stops.map((division) => ({ division })), open !== null);
    this.clock = startTour(first, interval, Date.now(), this.#here());
    /** Where to go back to after an alert. @type {Partial<ScreenState> | null} */
    this.left = null;
    this.listening = new AbortController();
    const { signal } = this.listening;
    for (const name of ["pointerdown", "wheel", "keydown"]) {
      document.addEventListener(name, (event) => this.#touched(event), { signal, passive: true, capture: true });
    }
    this.store.watch(["touring"], () => this.#switched());
    this.store.watch(["paused_until"], ({ paused_until }) => {
      if (paused_until === null) this.clock = { ...this.clock, pausedUntil: 0, since: Date.now() };
    });
    this.store.watch(["alert"], ({ alert }) => this.#alerted(alert));
    this.timer = window.setInterval(() => this.#beat(), BEAT_MS);
    stage.setTour(this.clock.stops.length > 1);
    this.source?.load();
  }

  /** @param {{division: string, name: string}} changed playlist, as the live feed tells it */
  changed({ division, name }) {
    if (division === this.playlist.division && name === this.playlist.name) this.source?.load();
  }

  /** Whatever was missed while the line was down. */
  poke() {
    this.source?.poke();
  }

  /** @param {Source<{found: import("../../api/playlists.js").Playlist | null}>} source */
  #answered({ data, failure }) {
    const etag = data?.found?.etag ?? "";
    // Whoever does not answer has not changed the playlist.
    if (failure || etag === this.told) return;
    this.told = etag;
    const listed = data?.found?.stops ?? [];
    const stops = listed.map(({ division, mode, heat, seconds }) => ({ division, mode, heat, seconds }));
    const known = stopsOf(this.stage.terrain, stops, this.open !== null);
    this.clock = follow(this.clock, known, this.#here());
    document.documentElement.dataset.playlist = etag;
    this.stage.setTour(known.length > 1);
  }

  #here() {
    const { root } = this.stage.terrain;
    return this.store.state.division ?? root?.code ?? null;
  }

  #switched() {
    this.clock = startTour(this.clock.stops, this.clock.interval, Date.now(), this.#here());
  }

  /** @param {Event} event */
  #touched(event) {
    // What the page itself sends is nobody's touch, nor is the switch of the tour.
    if (!event.isTrusted || this.stage.bar.tour.contains(/** @type {Node} */ (event.target))) return;
    this.clock = touched(this.clock, Date.now());
    this.left = null;
    this.store.set({ paused_until: this.clock.pausedUntil, alert: null });
  }

  /** @param {Alert | null} alert */
  #alerted(alert) {
    if (!alert) return;
    if (this.clock.alertUntil === 0) {
      const { division, grid } = this.store.state;
      this.left = { division, grid };
    }
    this.clock = alerted(this.clock, Date.now());
    const { byCode } = this.stage.terrain;
    const code = alert.grid && (this.open || byCode.has(alert.grid)) ? alert.grid : alert.division;
    this.#enter(code ?? "");
  }

  /** @param {string} code of a division or a grid */
  #enter(code) {
    const { divisions, byCode } = this.stage.terrain;
    if (this.open && code && !divisions.has(code) && !byCode.has(code)) this.open(code);
    else this.store.set(enter(this.stage.terrain, code));
  }

  #beat() {
    const { state } = this.store;
    const { tour, phase, go, alertEnded, share } = tick(this.clock, Date.now(), document.hidden);
    this.clock = tour;
    if (alertEnded) {
      const { left } = this;
      this.left = null;
      this.store.set({ alert: null });
      if (left) this.#return(left);
    }
    if (phase !== "paused" && state.paused_until !== null) this.store.set({ paused_until: null });
    const isOn = state.touring && state.playing === null;
    if (!isOn) this.clock = { ...this.clock, since: Date.now() };
    else if (go && !alertEnded) this.#go(go);
    const left = phase === "paused" ? Math.ceil((this.clock.pausedUntil - Date.now()) / 1000) : 0;
    this.stage.showTour(isOn || phase === "alert" ? phase : "off", share, left);
  }

  /** @param {Partial<ScreenState>} left where an alert came */
  #return(left) {
    const { divisions, byCode } = this.stage.terrain;
    const isThere = (!left.division || divisions.has(left.division)) && (!left.grid || byCode.has(left.grid));
    if (isThere) this.store.set(left);
    else this.#enter(left.grid ?? left.division ?? "");
  }

  /** @param {import("../../core/screen_tour.js").Stop} stop */
  #go({ division, mode, heat }) {
    const isColoured = mode !== undefined;
    // Once a playlist has gone, its colours go too; else they are those that somebody chose last.
    const own = this.isColoured ? this.own : {};
    this.isColoured = isColoured;
    this.store.set(isColoured ? { mode, heat: heat === true } : own);
    this.#enter(division);
  }

  /**
   * An event of level 1 has come in: everybody should see it now.
   * @param {{event_no?: string, title?: string, level?: number, lon?: number | null, lat?: number | null,
   *   basic?: string | null, exclusive?: string | null, division?: string | null}} event
   */
  alert(event) {
    const { terrain } = this.stage;
    const { lon = null, lat = null } = event;
    const code = event.exclusive ?? event.basic ?? this.stage.gridAt(lon, lat)?.code ?? null;
    const grid = terrain.byCode.get(code ?? "") ?? null;
    const division = grid?.division ?? event.division ?? null;
    const steps = breadcrumb(terrain, { ...this.store.state, division, grid: grid?.code ?? null });
    const place = steps.slice(1).map((step) => shortDivision(step.name)).join(" · ");
    this.store.set({
      alert: { event_no: event.event_no ?? "", title: event.title ?? "", place, lon, lat, grid: grid?.code ?? null, division },
    });
  }

  destroy() {
    window.clearInterval(this.timer);
    this.listening.abort();
    this.source?.want(false);
  }
}
