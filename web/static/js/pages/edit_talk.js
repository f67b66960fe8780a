// @ts-check
// What is said about the draft that is open, and who else works on it.
import { addRemark, endPresence, listRemarks, resolveRemark, tellPresence } from "../api/talking.js";
import { ProblemError } from "../api/client.js";
import { hueOf, initialOf, othersOf, showCompany, titleOf } from "../edit/company.js";
import { nameOf } from "../edit/draft_list.js";
import { degreesOf, vertexOf } from "../edit/lattice.js";
import { Pins } from "../edit/pins.js";
import { begin } from "../edit/tools.js";
import { ask } from "../ui/dialogs.js";
import { wordsField } from "../ui/fields.js";

/** @typedef {import("../api/talking.js").Remark} Remark */
/** @typedef {import("../api/talking.js").Presence} Presence */
/** @typedef {import("../edit/lattice.js").Vertex} Vertex */

/** Time between two signs of life, ms; the server counts somebody as there for ten minutes. */
const BEAT_MS = 30_000;
/** Whoever chooses one grid after the other is where he stays so long; ms. */
const CHOSEN_MS = 400;

export class Talk {
  /** @param {import("./edit_page.js").EditPage} page */
  constructor(page) {
    this.page = page;
    this.pins = new Pins(page.map);
    /** @type {Remark[]} */
    this.remarks = [];
    /** @type {Presence[]} */
    this.others = [];
    /** @type {number | null} */
    this.id = null;
    this.timer = 0;
    this.choosing = 0;
    /** Grids that the server was told of. */
    this.last = "";
    addEventListener("pagehide", () => this.#goodbye());
    addEventListener("pageshow", (event) => event.persisted && this.#beat());
  }

  get open() {
    return this.remarks.filter(({ resolved_at }) => !resolved_at).length;
  }

  /** @param {number} id of the draft that is open now */
  async enter(id) {
    this.leave();
    this.id = id;
    this.timer = setInterval(() => this.#beat(), BEAT_MS);
    await Promise.all([this.load(), this.#beat()]);
  }

  leave() {
    this.#goodbye();
    clearInterval(this.timer);
    this.id = null;
    this.remarks = [];
    this.others = [];
    this.show();
  }

  #goodbye() {
    if (this.id !== null) endPresence(this.id).catch(() => undefined); // the server forgets by itself
  }

  /** A sign of life; whoever cannot give it sees no others, and works all the same. */
  async #beat() {
    const { id, page } = this;
    if (id === null) return;
    const grids = page.board.gesture.chosen.slice(0, 50);
    this.last = grids.join();
    try {
      const present = await tellPresence(id, grids);
      if (id !== this.id) return;
      this.others = othersOf(present, page.config.account.name, id);
      this.show();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
    }
  }

  /** Something was said, or somebody came or went. */
  async refresh() {
    await Promise.all([this.page.guarded(() => this.load()), this.#beat()]);
  }

  /** Another grid is chosen: say so. */
  told() {
    if (this.id === null || this.page.board.gesture.chosen.join() === this.last) return;
    clearTimeout(this.choosing);
    this.choosing = setTimeout(() => this.#beat(), CHOSEN_MS);
  }

  async load() {
    const { id } = this;
    if (id === null) return;
    const remarks = await listRemarks(id);
    if (id !== this.id) return;
    this.remarks = remarks;
    this.show();
    this.page.showPanel();
  }

  /** Pins on the map, names in the bar. */
  show() {
    const { page, others, id } = this;
    const { language } = page;
    showCompany(language, others, id, (codes) => this.#namesOf(codes), (other) => this.#find(other));
    this.pins.show([...this.#remarkPins(), ...this.#personPins()]);
  }

  /** @returns {import("../edit/pins.js").Pin[]} */
  #remarkPins() {
    return this.remarks.flatMap((remark) => {
      const { comment_id, author, body, lon, lat, resolved_at } = remark;
      if (lon === null || lat === null) return [];
      const title = `${nameOf(author)}: ${body}`;
      return [{ look: resolved_at ? "settled" : "remark", lon, lat, text: String(comment_id), title, click: () => this.read(comment_id) }];
    });
  }

  /** @returns {import("../edit/pins.js").Pin[]} */
  #personPins() {
    const { language } = this.page;
    return this.others.flatMap((other) => {
      const at = this.#placeOf(other.grids[0]);
      if (!at) return [];
      const title = titleOf(language, other, this.id, (codes) => this.#namesOf(codes));
      return [{ look: "person", lon: at[0], lat: at[1], text: initialOf(other.actor), title, hue: hueOf(other.actor), click: () => this.#find(other) }];
    });
  }

  /** @param {string | undefined} code of a grid @returns {[number, number] | null} a place in it, degrees */
  #placeOf(code) {
    const { terrain, board } = this.page;
    const drafted = board.mesh.grids.get(code ?? "");
    const published = terrain.byCode.get(code ?? "");
    if (published) return [published.lon, published.lat];
    if (!drafted) return null;
    const { x0, y0, x1, y1 } = drafted.box;
    return degreesOf([(x0 + x1) / 2, (y0 + y1) / 2]);
  }

  /** @param {string[]} codes of grids */
  #namesOf(codes) {
    const { terrain, board } = this.page;
    return codes.map((code) => board.mesh.grids.get(code)?.name ?? terrain.byCode.get(code)?.name ?? code).join(", ");
  }

  /** @param {Presence} other */
  #find({ grids }) {
    const grid = this.page.board.mesh.grids.get(grids[0] ?? "");
    if (grid) this.page.board.zoomTo(grid.box, this.page.padding());
  }

  /** @param {Remark} remark @returns {string | null} name of the grid that it is pinned to */
  gridOf({ lon, lat }) {
    if (lon === null || lat === null) return null;
    return this.page.board.mesh.at(vertexOf([lon, lat]))?.name ?? this.page.terrain.root?.name ?? null;
  }

  /** @param {number} no of a remark, to be read in the panel */
  read(no) {
    this.page.past.close();
    this.page.tab = "talk";
    this.page.showPanel();
    document.querySelector(`[data-remark="${no}"]`)?.scrollIntoView({ block: "nearest" });
  }

  /** @param {Remark} remark */
  zoom({ lon, lat }) {
    this.page.board.zoomTo({ type: "Point", coordinates: [lon, lat] }, this.page.padding());
  }

  /** @param {Remark} remark settled, or opened again */
  async settle({ comment_id, resolved_at }) {
    const { id } = this;
    if (id === null) return;
    await this.page.guarded(async () => {
      await resolveRemark(id, comment_id, !resolved_at);
      await this.load();
    });
  }

  /** @param {import("../edit/mesh.js").EditGrid} grid to which a remark is pinned */
  askAbout(grid) {
    const at = this.#placeOf(grid.code);
    if (at) this.ask(vertexOf(at));
  }

  /** @param {Vertex | null} at where to pin it; null for the whole draft */
  ask(at) {
    const { id, page } = this;
    if (id === null) return;
    const { language, board } = page;
    const grid = at && board.mesh.at(at);
    const words = wordsField(language.say("talk.body"), { id: "remark-body", maxlength: 2000 });
    const spot = at && degreesOf(at);
    if (spot) board.stage.show({ held: at });
    ask(language, {
      title: language.say(at ? "talk.pin" : "talk.write"),
      text: grid ? language.say("talk.at", { place: grid.name }) : undefined,
      fields: [words.root],
      submit: language.say("talk.send"),
      run: async () => {
        await addRemark(id, { body: words.input.value, ...(spot ? { lon: spot[0], lat: spot[1] } : {}) });
        page.tab = "talk";
        page.past.close();
        await this.load();
        if (board.gesture.tool === "comment") board.setGesture(begin("select", board.gesture.chosen));
      },
    });
    words.input.focus();
  }
}
