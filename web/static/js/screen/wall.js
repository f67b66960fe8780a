// @ts-check
// The wall screen: its panels, its map, and what follows when something changes.
import { openLive } from "../api/live.js";
import { Figures } from "../core/figures.js";
import { ServerClock } from "../core/server_clock.js";
import { readBins } from "../map/heat.js";
import { one } from "../ui/dom.js";
import { LANGUAGE_KEY } from "../ui/language.js";
import { Beat } from "./beat.js";
import { Columns } from "./columns.js";
import { ScreenData } from "./data.js";
import { Fit } from "./fit.js";
import { Header } from "./header.js";
import { Headline } from "./headline.js";
import { Stage } from "./map/stage.js";
import { Tour } from "./map/tour.js";
import { Assets } from "./panels/assets.js";
import { Classes } from "./panels/classes.js";
import { Newest } from "./panels/newest.js";
import { Organisation } from "./panels/organisation.js";
import { Outliers } from "./panels/outliers.js";
import { Overview } from "./panels/overview.js";
import { Ranking } from "./panels/ranking.js";
import { Rates } from "./panels/rates.js";
import { Structure } from "./panels/structure.js";
import { Trend } from "./panels/trend.js";
import { Parts } from "./parts.js";
import { Playing } from "./playing.js";
import { Twin } from "./twin.js";
import { Turns } from "./turns.js";
import { Watchdog } from "./watchdog.js";

/** @typedef {import("./panel.js").Panel} Panel */
/** @typedef {import("../core/screen_state.js").ScreenState} ScreenState */

/** What a message of the live feed means for the figures. */
const TOUCHES_FIGURES = new Set(["event.reported", "event.changed", "events.imported"]);

/** So long the figures wait for the first heat, at most. */
const HEAT_FIRST_MS = 400;

/** @type {[string, new (context: import("./panel.js").Context) => Panel][]} */
const PANELS = [
  ["overview", Overview], ["rates", Rates], ["trend", Trend], ["classes", Classes], ["ranking", Ranking],
  ["outliers", Outliers], ["structure", Structure], ["organisation", Organisation], ["assets", Assets], ["newest", Newest],
];

export class Wall {
  /**
   * @param {any} map Leaflet's
   * @param {import("../core/topology.js").Terrain} terrain
   * @param {import("../core/store.js").Store<ScreenState>} store
   * @param {import("../core/screen_state.js").ScreenOptions} options
   * @param {any} config
   * @param {{lastDay: string | null, coming: Promise<any> | null, first: any}} events day of the last
   *   one, the first answer on their heat where it was asked for already, and that if it has come
   */
  constructor(map, terrain, store, options, config, { lastDay, coming, first }) {
    this.map = map;
    this.terrain = terrain;
    this.store = store;
    this.config = config;
    /** @type {Figures | null} of now */
    this.figures = null;
    /** Where the deployment is too large to be under the map at once. @type {Parts | null} */
    this.parts = null;
    this.clock = new ServerClock();
    this.beat = new Beat();
    /** @type {import("./panel.js").Context} */
    this.context = { config, store, terrain, clock: this.clock, beat: this.beat };
    this.header = new Header(this.context);
    this.headline = new Headline(this.context);
    /** @type {Panel[]} */
    this.panels = [];
    this.turns = new Turns(() => this.#stages.some((stage) => stage.isBusy));
    /** Whether a board has come: the first one is shown as it comes. */
    this.wasBoarded = false;
    this.columns = new Columns(this.beat);
    this.watchdog = new Watchdog(this.clock, this.beat);
    this.data = this.#makeData(coming);
    this.fit = new Fit(options.ana, (layout) => this.#fitted(layout));
    /** @type {import("../core/screen_layout.js").LayoutName} */
    this.layout = "hall";
    this.fit.apply();
    this.playing = new Playing(this, lastDay ?? config.today);
    // Whatever the map's size hangs on stands before it is painted: it is painted once.
    this.#writeAround();
    this.heatShown = first;
    const bins = first && readBins(first, terrain.origin);
    this.stage = new Stage(map, terrain, store, { element: one("#stage"), config, bins });
    this.options = options;
    this.heated = this.data.askHeat();
  }

  /** What the first picture does not wait for. */
  #furnish() {
    this.panels = PANELS.map(([, Kind]) => new Kind(this.context));
    this.newest = /** @type {Newest} */ (this.panels.find((panel) => panel instanceof Newest));
    this.columns.take(this.panels);
    this.#place();
    this.tour = new Tour(this.stage, this.options, this.parts && ((code) => this.parts?.open(code) ?? Promise.resolve()));
    this.stage.name();
    this.twin = new Twin(this);
    this.#pair();
    this.#watch();
  }

  /** @param {Promise<any> | null} coming */
  #makeData(coming) {
    return new ScreenData(this.store, this.config.root.code, () => this.stage.heatCell, coming, {
      board: (source) => this.#boarded(source),
      figures: (source) => this.#figured(source),
      heat: ({ data }) => this.#heated(data),
      assets: ({ data }) => data && this.#stages.forEach((stage) => stage.setAssets(data)),
    });
  }

  /** @param {any} answer on the heat */
  #heated(answer) {
    // The first one may be in the first picture.
    if (answer && answer !== this.heatShown) {
      this.#stages.forEach((stage) => stage.setHeat(readBins(answer, this.terrain.origin)));
    }
    this.heatShown = null;
  }

  #watch() {
    const { store } = this;
    store.watch(["lang"], ({ lang }) => {
      localStorage.setItem(LANGUAGE_KEY, lang);
      this.#write();
    });
    store.watch(["playing"], ({ playing }) => {
      this.headline.show(this.data.board.data);
      this.#stages.forEach((stage) => stage.setFrame(playing));
    });
    // The picture follows the window a little later; what fits is known when it has.
    new ResizeObserver(() => this.columns.resize()).observe(one("#board"));
    // Names of the panels come in a font that arrives in pieces; what fits is known when it is there.
    document.fonts.addEventListener("loadingdone", () => this.turns.add("letters", () => this.columns.resize()));
  }

  async open() {
    this.#furnish();
    this.#write();
    this.live = openLive({
      onMessage: (kind, data) => this.#heard(kind, data),
      onStatus: (status, since) => this.#told(status, since),
    });
    // What the map shows comes first; the server would count both at once, and both late.
    await Promise.race([this.heated, new Promise((settle) => setTimeout(settle, HEAT_FIRST_MS))]);
    await Promise.all([this.heated, this.data.loadFirst()]);
  }

  /**
   * Show the deployment by parts.
   * @param {import("../core/parts.js").Overview} overview
   */
  divide(overview) {
    const parts = new Parts(this, overview);
    this.parts = parts;
    this.data.parts = parts;
    this.context.open = (code) => parts.open(code);
  }

  /**
   * Another part of the deployment is looked into, or the whole of it again.
   * @param {import("../core/topology.js").Terrain} terrain
   * @param {Partial<ScreenState> | null} change of what is looked at, which this terrain knows
   */
  standOn(terrain, change) {
    this.playing.leaveFor(terrain);
    this.terrain = terrain;
    this.context.terrain = terrain;
    this.figures = null;
    this.stand(terrain, change);
    this.data.loadMap();
    const { data } = this.data.assets;
    if (data) this.#stages.forEach((stage) => stage.setAssets(data));
  }

  /**
   * Put other boundaries under the map, those of the past or of now again.
   * @param {import("../core/topology.js").Terrain} terrain
   * @param {Partial<ScreenState> | null} [change]
   */
  stand(terrain, change = null) {
    if (terrain === this.stage.terrain) return;
    this.stage.destroy();
    if (change) this.store.set(change);
    this.stage = new Stage(this.map, terrain, this.store, { element: one("#stage"), config: this.config });
    this.tour.stage = this.stage;
    this.stage.name();
    this.stage.setTour(this.tour.clock.stops.length > 1);
    if (terrain === this.terrain && this.figures) this.stage.setFigures(this.figures);
    this.twin.stand(terrain);
  }

  /** The map, and on very wide walls the second one. */
  get #stages() {
    return this.twin?.stage ? [this.stage, this.twin.stage] : [this.stage];
  }

  /** A wall of another shape may have another number of maps. */
  #pair() {
    const isDouble = this.layout === "double";
    this.data.wantsHeat = isDouble;
    if (isDouble && !this.twin.stage) this.data.askHeat();
    this.twin.show(isDouble);
  }

  #writeAround() {
    this.header.write();
    this.headline.show(null);
    this.playing.show(this.store.state.lang);
  }

  #write() {
    this.#writeAround();
    this.#show();
    this.columns.label();
  }

  /** @param {import("./source.js").Source<any>} source */
  #boarded(source) {
    if (source.data?.now && source.failure === null) this.clock.set(source.data.now, Date.now());
    if (!this.wasBoarded || source.failure) {
      this.wasBoarded = true;
      this.#place();
      this.#show();
      return;
    }
    // A flight has come to its end, and no picture after it waits for all panels at once.
    this.turns.add("place", () => this.#place());
    this.turns.add("headline", () => this.headline.show(this.data.board.data));
    for (const panel of this.panels) this.turns.add(panel.name, () => panel.show(this.data.board.data, this.data.board));
    this.turns.add("fresh", () => this.header.fresh(this.data.board));
  }

  /** @param {import("./source.js").Source<any>} source */
  #figured({ data, failure }) {
    if (!data || failure) return;
    this.figures = new Figures(this.terrain, data);
    // A picture of the past has columns of its own.
    const { figures } = this;
    if (this.stage.terrain === this.terrain) this.#stages.forEach((stage) => stage.setFigures(figures));
  }

  #show() {
    const { board } = this.data;
    this.headline.show(board.data);
    for (const panel of this.panels) panel.show(board.data, board);
    this.header.fresh(board);
  }

  /** Which panels there are hangs on the shape of the wall, and on what the deployment has. */
  #place() {
    const board = this.data.board.data;
    const wanted = new Set(PANELS.map(([name]) => name));
    if (!board || sum(board.party_organisations) === 0) wanted.delete("organisation");
    if (!board || sum(board.assets) === 0) wanted.delete("assets");
    this.columns.place(this.layout, wanted);
  }

  /** @param {import("../core/screen_layout.js").Layout} layout */
  #fitted(layout) {
    this.layout = layout.name;
    this.#place();
    this.columns.resize();
    this.stage?.resize();
    if (this.twin) this.#pair();
  }

  /**
   * @param {string} kind
   * @param {any} message
   */
  #heard(kind, message) {
    if (kind === "hello") this.#greeted(message);
    if (kind === "reset") {
      this.newest.forget();
      this.data.loadAll();
    }
    if (kind === "event.reported") this.#reported(message);
    if (kind === "event.changed") this.newest.change(message);
    if (TOUCHES_FIGURES.has(kind)) this.data.poke();
    if (kind === "playlist.changed") this.tour.changed(message);
    if (kind === "generation.published") this.#published(message.generation);
  }

  /**
   * @param {string} status of the live feed
   * @param {number} since
   */
  #told(status, since) {
    this.header.status(status, since);
    // Whether the server is away, or only the feed, is soon known.
    if (status !== "live" && this.data.board.at !== null) this.data.board.poke();
  }

  /** @param {any} message */
  #greeted({ build, generation, now }) {
    this.clock.set(now, Date.now());
    this.header.write();
    this.watchdog.met(build);
    this.#published(generation);
    // Whatever was missed without a message of its own.
    this.tour.poke();
    if (this.data.board.at !== null) this.data.poke();
  }

  /** @param {number} generation */
  #published(generation) {
    if (generation > this.terrain.generation) this.watchdog.ask(`generation ${generation}`);
  }

  /**
   * Of a village whose grids are not there, the tract is known.
   * @param {any} message
   */
  #placed(message) {
    if (!this.parts || this.terrain.divisions.has(message.division ?? "")) return message;
    const { lon = null, lat = null } = message;
    return { ...message, division: this.stage.gridAt(lon, lat)?.division ?? message.division };
  }

  /** @param {any} heard */
  #reported(heard) {
    const message = this.#placed(heard);
    this.#stages.forEach((stage) => stage.pulse(message));
    this.newest.add(message);
    if (message.level === 1) this.tour.alert(message);
  }
}

/** @param {Record<string, number> | undefined} counts */
const sum = (counts) => Object.values(counts ?? {}).reduce((total, count) => total + count, 0);
