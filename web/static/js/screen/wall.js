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
import { Playing } from "./playing.js";
import { Watchdog } from "./watchdog.js";

/** @typedef {import("./panel.js").Panel} Panel */
/** @typedef {import("../core/screen_state.js").ScreenState} ScreenState */

/** What a message of the live feed means for the figures. */
const TOUCHES_FIGURES = new Set(["event.reported", "event.changed", "events.imported"]);

export class Wall {
  /**
   * @param {any} map Leaflet's
   * @param {import("../core/topology.js").Terrain} terrain
   * @param {import("../core/store.js").Store<ScreenState>} store
   * @param {import("../core/screen_state.js").ScreenOptions} options
   * @param {any} config
   * @param {string | null} lastDay of the last event
   */
  constructor(map, terrain, store, options, config, lastDay) {
    this.map = map;
    this.terrain = terrain;
    this.store = store;
    this.config = config;
    /** @type {Figures | null} of now */
    this.figures = null;
    this.clock = new ServerClock();
    this.beat = new Beat();
    const context = { config, store, terrain, clock: this.clock, beat: this.beat };
    this.header = new Header(context);
    this.headline = new Headline(context);
    this.newest = new Newest(context);
    /** @type {Panel[]} */
    this.panels = [
      Overview, Rates, Trend, Classes, Ranking, Outliers, Structure, Organisation, Assets,
    ].map((Kind) => new Kind(context));
    this.panels.push(this.newest);
    this.columns = new Columns(this.panels, this.beat);
    this.watchdog = new Watchdog(this.clock, this.beat);
    this.data = this.#makeData();
    this.fit = new Fit(options.ana, (layout) => this.#fitted(layout));
    /** @type {import("../core/screen_layout.js").LayoutName} */
    this.layout = "hall";
    this.fit.apply();
    this.stage = new Stage(map, terrain, store, { element: one("#stage"), config });
    this.tour = new Tour(this.stage, options);
    this.playing = new Playing(this, lastDay ?? config.today);
    this.#watch();
  }

  #makeData() {
    return new ScreenData(this.store, this.config.root.code, () => this.stage.heatCell, {
      board: (source) => this.#boarded(source),
      figures: (source) => this.#figured(source),
      heat: ({ data }) => data && this.stage.setHeat(readBins(data, this.terrain.origin)),
      assets: ({ data }) => data && this.stage.setAssets(data),
    });
  }

  #watch() {
    const { store } = this;
    store.watch(["lang"], ({ lang }) => {
      localStorage.setItem(LANGUAGE_KEY, lang);
      this.#write();
    });
    store.watch(["playing"], ({ playing }) => {
      this.headline.show(this.data.board.data);
      this.stage.setFrame(playing);
    });
    // The picture follows the window a little later; what fits is known when it has.
    new ResizeObserver(() => this.columns.resize()).observe(one("#board"));
    // Names of the panels come in a font that arrives in pieces; what fits is known when it is there.
    document.fonts.addEventListener("loadingdone", () => this.columns.resize());
  }

  async open() {
    this.#write();
    this.live = openLive({
      onMessage: (kind, data) => this.#heard(kind, data),
      onStatus: (status, since) => this.#told(status, since),
    });
    await this.data.loadAll();
  }

  /**
   * Put other boundaries under the map, those of the past or of now again.
   * @param {import("../core/topology.js").Terrain} terrain
   */
  stand(terrain) {
    if (terrain === this.stage.terrain) return;
    this.stage.destroy();
    this.stage = new Stage(this.map, terrain, this.store, { element: one("#stage"), config: this.config });
    this.tour.stage = this.stage;
    this.stage.setTour(this.tour.clock.stops.length > 1);
    if (terrain === this.terrain && this.figures) this.stage.setFigures(this.figures);
  }

  #write() {
    this.header.write();
    this.playing.show(this.store.state.lang);
    this.#show();
    this.columns.label();
  }

  /** @param {import("./source.js").Source<any>} source */
  #boarded(source) {
    if (source.data?.now && source.failure === null) this.clock.set(source.data.now, Date.now());
    this.#place();
    this.#show();
  }

  /** @param {import("./source.js").Source<any>} source */
  #figured({ data, failure }) {
    if (!data || failure) return;
    this.figures = new Figures(this.terrain, data);
    // A picture of the past has columns of its own.
    if (this.stage.terrain === this.terrain) this.stage.setFigures(this.figures);
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
    const wanted = new Set(this.panels.map((panel) => panel.name));
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
    if (this.data.board.at !== null) this.data.poke();
  }

  /** @param {number} generation */
  #published(generation) {
    if (generation > this.terrain.generation) this.watchdog.ask(`generation ${generation}`);
  }

  /** @param {any} message */
  #reported(message) {
    this.stage.pulse(message);
    this.newest.add(message);
    if (message.level === 1) this.tour.alert(message);
  }
}

/** @param {Record<string, number> | undefined} counts */
const sum = (counts) => Object.values(counts ?? {}).reduce((total, count) => total + count, 0);
