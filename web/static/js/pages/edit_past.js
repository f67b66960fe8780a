// @ts-check
// The panel of what was: the history of a grid, the generations, and the way back.
import { crosswalkFile, draftRollback, listGenerations, readCrosswalk, readDifferences, readGeneration, readLineage, readVersions } from "../api/generations.js";
import { generationList, generationView } from "../edit/generation_view.js";
import { historyView } from "../edit/history_view.js";
import { MOST_DRAWN, countiesOf, pastOf, pastOfDifferences, shapeOf } from "../edit/past.js";
import { begin } from "../edit/tools.js";
import { ask } from "../ui/dialogs.js";
import { choiceField } from "../ui/fields.js";
import { one } from "../ui/dom.js";

/** @typedef {import("../api/generations.js").Generation} Generation */
/** @typedef {{kind: "grid", code: string, versions: any[], lineage: any[], chosen: number, against: number | null}} GridShown */
/** @typedef {{kind: "list", generations: Generation[]}} ListShown */
/** @typedef {{kind: "one", entry: Generation, against: number, differences: any[], isDrawn: boolean, crosswalk: any[]}} OneShown */

export class PastDesk {
  /** @param {import("./edit_page.js").EditPage} page */
  constructor(page) {
    this.page = page;
    /** @type {GridShown | ListShown | OneShown | null} */
    this.shown = null;
    /** From where one came. @type {(() => void)[]} */
    this.way = [];
    /** What the curtain parts. @type {[string, string] | null} */
    this.sides = null;
  }

  get isOpen() {
    return this.shown !== null;
  }

  get canCompare() {
    return this.sides !== null;
  }

  close() {
    if (!this.shown) return;
    this.shown = null;
    this.way = [];
    this.#draw(null, null);
    this.page.show();
  }

  /** Other boundaries are published: what is listed here may be more by now. */
  async renew() {
    if (this.shown?.kind === "list") await this.list();
  }

  /** @param {string} code of a grid, also one that is no more */
  async grid(code) {
    await this.page.guarded(async () => {
      const [versions, lineage] = await Promise.all([readVersions(code), readLineage(code)]);
      this.#go(() => this.grid(code));
      this.shown = { kind: "grid", code, versions, lineage, chosen: versions.length - 1, against: null };
      this.#drawVersion(true);
    });
  }

  async list() {
    await this.page.guarded(async () => {
      const generations = await listGenerations();
      this.#go(() => this.list());
      this.shown = { kind: "list", generations };
      this.#draw(null, null);
      this.page.show();
    });
  }

  async #older() {
    await this.page.guarded(async () => {
      if (this.shown?.kind !== "list") return;
      const { generations } = this.shown;
      const more = await listGenerations(generations[generations.length - 1].generation);
      this.shown = { kind: "list", generations: [...generations, ...more] };
      this.page.showPanel();
    });
  }

  /** @param {number} number @param {number | null} [against] */
  async generation(number, against = null) {
    await this.page.guarded(async () => {
      const entry = await readGeneration(number);
      const other = against ?? entry.parent ?? number;
      const isFirst = entry.parent === null;
      const [differences, crosswalk] = await Promise.all([
        isFirst ? [] : readDifferences(number, other, false),
        isFirst ? [] : readCrosswalk(number),
      ]);
      const isDrawn = differences.length <= MOST_DRAWN;
      const both = isDrawn && !isFirst ? await Promise.all([readDifferences(number, other, true), readDifferences(other, number, true)]) : [[], []];
      if (!(this.shown?.kind === "one" && this.shown.entry.generation === number)) this.#go(() => this.generation(number));
      this.shown = { kind: "one", entry, against: other, differences: isDrawn && !isFirst ? both[0] : differences, isDrawn, crosswalk };
      const [older, newer] = number < other ? [both[1], both[0]] : [both[0], both[1]];
      this.#drawGeneration(older, newer, Math.min(number, other), Math.max(number, other));
    });
  }

  /** @param {any[]} forward @param {any[]} backward @param {number} from @param {number} to */
  #drawGeneration(forward, backward, from, to) {
    const past = pastOfDifferences(forward, backward);
    const { language } = this.page;
    const isAny = past.codes.size > 0;
    const names = /** @type {[string, string]} */ ([from, to].map((number) => language.say("app.generation", { number })));
    this.#draw(isAny ? past : null, isAny ? names : null);
    this.page.controls.setCurtain(isAny ? 0.5 : null);
    if (isAny) this.#zoom([...past.before, ...past.after]);
    this.page.show();
  }

  /** @param {boolean} [zooms] */
  #drawVersion(zooms = false) {
    if (this.shown?.kind !== "grid") return;
    const { versions, chosen, against } = this.shown;
    const side = (/** @type {number} */ position) => shapeOf(versions[position], "modified");
    const [older, newer] = against === null ? [null, chosen] : [Math.min(chosen, against), Math.max(chosen, against)];
    const past = pastOf(older === null ? [] : side(older), side(newer));
    const { language } = this.page;
    const name = (/** @type {number} */ position) => language.say("app.generation", { number: versions[position].properties.first_generation });
    this.#draw(past, older === null ? null : [name(older), name(newer)]);
    this.page.controls.setCurtain(older === null ? null : 0.5);
    if (zooms) this.#zoom([...past.before, ...past.after]);
    this.page.show();
  }

  /**
   * @param {import("../edit/paint_past.js").Past | null} past
   * @param {[string, string] | null} sides
   */
  #draw(past, sides) {
    const { board, controls } = this.page;
    this.sides = sides;
    if (past) board.setGesture(begin("select"));
    board.stage.setPast(past);
    if (!sides) controls.setCurtain(null);
  }

  /** @param {import("../edit/paint_past.js").PastShape[]} shapes */
  #zoom(shapes) {
    const geometries = shapes.map(({ geometry }) => geometry);
    if (geometries.length) this.page.board.zoomTo({ type: "GeometryCollection", geometries }, this.page.padding());
  }

  /** @param {() => void} here how to come here again */
  #go(here) {
    this.way.push(here);
  }

  #back() {
    this.way.pop();
    const before = this.way.pop();
    if (before) before();
    else this.close();
  }

  /** @param {boolean} only undo what this generation changed, instead of all since it */
  #rollback(only) {
    if (this.shown?.kind !== "one") return;
    const { page } = this;
    const { language } = page;
    const { generation } = this.shown.entry;
    const counties = countiesOf(page.terrain.divisions.values());
    const county = choiceField(language.say("past.county"), counties, { id: "rollback-county" });
    ask(language, {
      title: language.say(only ? "past.undo_one" : "past.back_to"),
      text: language.say(only ? "past.undo_one_text" : "past.back_to_text", { number: generation }),
      fields: counties.length > 1 ? [county.root] : [],
      submit: language.say("past.draft"),
      run: async () => {
        const { changeset_id } = await draftRollback(generation, { county: county.input.value, only });
        one("#dialog").close();
        await page.loadList();
        await page.enter(changeset_id);
      },
    });
  }

  /** @returns {HTMLElement[]} */
  view() {
    const { language, config } = this.page;
    const { shown } = this;
    const back = () => this.#back();
    if (shown?.kind === "list") {
      const last = shown.generations[shown.generations.length - 1];
      return generationList(language, shown.generations, { back, open: (number) => this.generation(number), older: last && last.generation > 1 ? () => this.#older() : null });
    }
    if (shown?.kind === "grid") {
      return historyView(language, shown, {
        back,
        choose: (position) => this.#choose(position, null),
        compare: (position, against) => this.#choose(position, against),
        grid: (code) => this.grid(code),
        generation: (number) => this.generation(number),
      });
    }
    if (shown?.kind !== "one") return [];
    return generationView(language, { ...shown, newest: config.generation, file: crosswalkFile(shown.entry.generation), mayDraft: config.powers.includes("draft") }, {
      back,
      compare: (against) => this.generation(shown.entry.generation, against),
      zoom: ({ geometry }) => geometry && this.page.board.zoomTo(geometry, this.page.padding()),
      grid: (code) => this.grid(code),
      changeset: (id) => this.page.enter(id),
      rollback: (only) => this.#rollback(only),
    });
  }

  /** @param {number} chosen @param {number | null} against */
  #choose(chosen, against) {
    if (this.shown?.kind !== "grid") return;
    this.shown = { ...this.shown, chosen, against };
    this.#drawVersion();
  }
}
