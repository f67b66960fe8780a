// @ts-check
// The state of the map page and what follows from it: requests, the map, the panels.
import { ProblemError } from "../api/client.js";
import { latest, loadFigures, loadFiguresByParts, loadHeat, loadTimeline } from "../api/maps.js";
import { Figures } from "../core/figures.js";
import { classesOf, coloursOf, landColours } from "../core/look.js";
import { addDays, clampSpan, presetSpan } from "../core/period.js";
import { searcher } from "../core/search.js";
import { formatHash } from "../core/state.js";
import { cellFor, readBins } from "../map/heat.js";
import { MapView } from "../map/map_view.js";
import { Card } from "../ui/card.js";
import { Controls } from "../ui/controls.js";
import { one } from "../ui/dom.js";
import { fetchFonts, shown } from "../ui/first_picture.js";
import { LANGUAGE_KEY } from "../ui/language.js";
import { OverviewPanel } from "../ui/overview_panel.js";
import { SearchBox } from "../ui/search_box.js";
import { TimeBar } from "../ui/time_bar.js";
import { MapParts } from "./map_parts.js";
import { MapThings } from "./map_things.js";
import { Playing } from "./playing.js";
import { SelectedGrid } from "./selected_grid.js";

/** @typedef {import("../core/state.js").MapState} MapState */
/** @typedef {import("../core/topology.js").Terrain} Terrain */
/** @typedef {import("../core/period.js").Span} Span */
/** @typedef {import("../core/store.js").Store<MapState>} MapStore */
/** @typedef {import("../ui/frame.js").Frame} Frame */

export class MapPage {
  /**
   * @param {any} map
   * @param {Terrain} terrain
   * @param {MapStore} store
   * @param {Frame} frame
   * @param {any} config
   * @param {{first_day: string, last_day: string} | null} heat
   */
  constructor(map, terrain, store, frame, config, heat) {
    this.terrain = terrain;
    this.store = store;
    this.frame = frame;
    this.config = config;
    this.data = heat ? { first: heat.first_day, last: heat.last_day } : null;
    /** @type {Figures | null} */
    this.figures = null;
    /** @type {any} */
    this.classes = null;
    /** @type {number | undefined} */
    this.heatCell = undefined;
    /** Where the deployment is too large to be on the map at once. @type {MapParts | null} */
    this.parts = null;
    this.requestFigures = latest((signal, choice) =>
      this.parts ? loadFiguresByParts(signal, choice, this.parts.code) : loadFigures(signal, choice));
    this.requestHeat = latest((signal, choice, cell) =>
      this.parts ? this.parts.heat(signal, choice, cell) : loadHeat(signal, choice, cell));
    this.requestTimeline = latest(loadTimeline);
    this.view = new MapView(map, terrain, {
      click: (grid) => (grid?.isTract ? this.parts?.enter(grid) : this.select(grid?.code ?? null)),
      hover: (grid, at) => this.tooltip(grid, at),
      move: () => this.moved(),
      heat: (scale) => this.controls.heatLegend(this.state.lang, scale),
    });
    frame.onSheet = (change) => this.view.map.panBy([0, change / 2]);
    this.controls = new Controls(store, terrain, config);
    this.panel = this.#makePanel();
    this.card = this.#makeCard();
    this.time = this.#makeTimeBar();
    this.search = this.#makeSearch();
    this.playing = new Playing(this);
    this.chosen = new SelectedGrid(this);
    this.things = new MapThings(this);
    this.#buttons();
    this.#watch();
  }

  get state() {
    return this.store.state;
  }

  /** @returns {import("../core/topology.js").Division} */
  get scope() {
    const { divisions, root } = this.terrain;
    return /** @type {any} */ (divisions.get(this.state.scope ?? "") ?? root);
  }

  /** @returns {Span | null} */
  get span() {
    if (!this.data) return null;
    const { from, to } = this.state;
    return clampSpan({ first: from ?? this.data.first, last: to ?? this.data.last }, this.data);
  }

  #makePanel() {
    return new OverviewPanel(this.terrain, this.config, {
      enter: (code) => this.enter(code),
      select: (code) => this.select(code, true),
      hover: (code) => this.view.hovered.set(this.terrain.byCode.get(code ?? "") ?? null),
    });
  }

  #makeCard() {
    return new Card(this.terrain, {
      close: () => this.select(null),
      zoom: () => this.zoomTo(this.state.grid),
      link: () => location.href,
      retry: () => this.loadCard(),
    });
  }

  #makeTimeBar() {
    const time = one(".time");
    time.hidden = !this.data;
    if (!this.data) return null;
    return new TimeBar({
      data: this.data,
      today: this.config.today,
      classes: this.config.classes,
      choose: (span) => this.setPeriod(span),
      filter: (category) => this.store.set({ category }),
      play: () => this.playing.toggle(),
    });
  }

  #makeSearch() {
    return new SearchBox({
      find: searcher(this.terrain),
      choose: (found) => (found.type === "grid" ? this.select(found.code, true) : this.enter(found.code)),
      lang: () => this.state.lang,
      kindName: (kind) => this.controls.kindName(this.state.lang, kind),
    });
  }

  #buttons() {
    const { map } = this.view;
    one("#zoom-in").onclick = () => map.zoomIn();
    one("#zoom-out").onclick = () => map.zoomOut();
    one("#zoom-home").onclick = () => this.enter(this.terrain.root?.code ?? "");
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !(event.target instanceof HTMLInputElement)) this.select(null);
    });
  }

  #watch() {
    const { store } = this;
    store.watch(["lang"], (state) => {
      localStorage.setItem(LANGUAGE_KEY, state.lang);
      this.frame.words(state.lang);
      this.showFacts();
      this.showAll();
    });
    store.watch(["mode", "exclusive", "scope", "heat"], () => this.paintLook());
    store.watch(["scope", "mode", "grid"], () => this.showPanel());
    store.watch(["labels"], (state) => this.view.setLabels(state.labels));
    store.watch(["heat"], () => this.loadHeat());
    store.watch(["from", "to", "category"], () => {
      this.playing.stop();
      this.loadPeriod();
    });
    store.watch(["category"], () => this.loadTimeline());
    store.watch(["grid"], () => this.loadCard());
    store.watch(/** @type {any} */ (Object.keys(store.state)), () => this.writeAddress());
  }

  async open() {
    this.frame.words(this.state.lang);
    this.showFacts();
    this.view.begin(() => {
      this.view.setLabels(this.state.labels);
      this.place();
      this.paintLook();
    });
    this.frame.drawn();
    const heated = this.loadHeat();
    await shown();
    fetchFonts();
    this.view.name();
    this.showAll();
    await Promise.all([heated, this.loadFigures(), this.loadTimeline(), this.loadCard(), this.things.open()]);
  }

  /** Where the address says, else the division that is looked into. */
  place() {
    const { view } = this.state;
    if (view) this.view.map.setView([view[1], view[2]], view[0], { animate: false });
    else this.view.show(this.scope.box, this.frame.padding(), { animate: false });
  }

  showAll() {
    const { lang } = this.state;
    this.controls.show(lang);
    this.playing.show(lang);
    this.showPanel();
    this.showTime();
    this.showLegend();
    this.showCard();
    this.showScale();
  }

  paintLook() {
    const { mode, exclusive, heat } = this.state;
    const figures = this.figures;
    const graded = figures && !["colour", "kind"].includes(mode);
    this.classes = graded ? classesOf(this.terrain, figures, mode, this.playing.held(mode)) : null;
    const inside = this.scope.depth > 0 ? new Set(this.scope.grids) : null;
    const plain = mode === "colour" || mode === "kind";
    this.view.setLook({
      colours: heat
        ? landColours(this.terrain, inside)
        : coloursOf(this.terrain, mode, figures, this.classes, inside),
      exclusive,
      textured: plain && !heat,
      hatched: !heat,
      soft: mode === "colour" && !heat,
    });
    this.showLegend();
  }

  showLegend() {
    this.controls.legend(this.state, this.classes, this.scope, this.view.tiers);
  }

  showPanel() {
    const { lang, mode, grid } = this.state;
    this.panel.show(lang, this.scope, this.figures, mode, grid);
  }

  showTime() {
    if (!this.time || !this.span) return;
    const { root } = this.terrain;
    const total = this.figures && root ? this.figures.of(root).events : null;
    this.time.show(this.state.lang, this.span, this.state.category, total, this.playing.isPlaying);
  }

  /** Which boundaries are on the map. */
  showFacts() {
    this.frame.facts(this.state.lang, this.playing.boundaries ?? this.config);
  }

  showScale() {
    this.frame.scale(this.view.scaleBar());
  }

  /**
   * Show the deployment by parts.
   * @param {import("../core/parts.js").Overview} overview
   */
  divide(overview) {
    const parts = new MapParts(this, overview);
    this.parts = parts;
    this.search.find = (query) => parts.find(query);
  }

  /** @param {string} code of a division */
  enter(code) {
    const division = this.terrain.divisions.get(code);
    if (!division) {
      this.parts?.open(code, (there) => this.enter(there));
      return;
    }
    this.store.set({ scope: division.depth === 0 ? null : code, grid: null });
    this.view.show(division.box, this.frame.padding());
    this.frame.openSheet("");
  }

  /**
   * @param {string | null} code of a grid
   * @param {boolean} [zoom]
   */
  select(code, zoom = false) {
    if (code && this.parts && !this.terrain.byCode.has(code)) {
      this.parts.open(code, (there) => this.select(there, zoom));
      return;
    }
    this.store.set({ grid: code });
    if (code) this.frame.openSheet("");
    const grid = this.terrain.byCode.get(code ?? "");
    if (grid && zoom) this.zoomTo(code);
    else if (grid) this.view.reveal(grid, this.frame.padding());
  }

  /** @param {string | null} code */
  zoomTo(code) {
    const grid = this.terrain.byCode.get(code ?? "");
    if (grid) this.view.show(grid.box, this.frame.padding(), { maxZoom: 15.5 });
  }

  /** @param {Span} span */
  setPeriod(span) {
    const all = this.data && presetSpan("all", this.data);
    const whole = all && span.first === all.first && span.last === all.last;
    this.store.set({ from: whole ? null : span.first, to: whole ? null : span.last });
  }

  async loadPeriod() {
    this.showTime();
    await Promise.all([this.loadFigures(), this.loadHeat()]);
  }

  get choice() {
    return { from: this.state.from, to: this.state.to, category: this.state.category };
  }

  async loadFigures() {
    await this.guarded(async () => {
      const answer = await this.requestFigures(this.choice);
      if (!answer) return;
      this.figures = new Figures(this.terrain, answer);
      this.paintLook();
      this.showPanel();
      this.showTime();
      this.showCard();
    });
  }

  async loadHeat() {
    if (!this.state.heat || !this.data) {
      this.view.setHeat(null);
      return;
    }
    if (this.playing.isOn) {
      this.playing.heat();
      return;
    }
    await this.guarded(async () => {
      const { map } = this.view;
      const cell = cellFor(map.getCenter().lat, map.getZoom());
      this.heatCell = cell;
      const answer = await this.requestHeat(this.choice, cell);
      if (!answer || !this.state.heat) return;
      this.view.setHeat(readBins(answer, this.terrain.origin));
    });
  }

  async loadTimeline() {
    if (!this.time || !this.data) return;
    const { time, data } = this;
    await this.guarded(async () => {
      const answer = await this.requestTimeline(this.state.category);
      if (!answer) return;
      const counts = [];
      for (let day = data.first; answer.first_day && day < answer.first_day; day = addDays(day, 1)) counts.push(0);
      time.setCounts([...counts, ...answer.counts]);
    });
  }

  async loadCard() {
    await this.chosen.load();
  }

  showCard() {
    this.chosen.show();
  }

  /**
   * @param {import("../core/topology.js").Grid | null} grid
   * @param {{x: number, y: number}} at
   */
  tooltip(grid, at) {
    const value = grid && this.figures ? this.figures.value(grid.index, this.state.mode) : NaN;
    this.frame.tooltip(this.state.lang, grid, at, this.state.mode, value);
  }

  moved() {
    const { map } = this.view;
    const { lat, lng } = map.getCenter();
    this.store.set({ view: [map.getZoom(), lat, lng] });
    this.showScale();
    const cell = cellFor(lat, map.getZoom());
    if (this.playing.isOn) this.playing.moved();
    else if (this.state.heat && this.heatCell && cell !== this.heatCell) this.loadHeat();
  }

  writeAddress() {
    const url = new URL(location.href);
    if (this.state.lang === "en") url.searchParams.set("lang", "en");
    else url.searchParams.delete("lang");
    url.hash = formatHash(this.state);
    history.replaceState(null, "", url);
  }

  /** @param {() => Promise<void>} work */
  async guarded(work) {
    try {
      await work();
      this.frame.recovered();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.frame.trouble(this.state.lang, error, () => this.loadPeriod());
    }
  }
}
