// @ts-check
// Wires the editor: the list of drafts, the draft that is open, the board, and what stands beside it.
import { ProblemError } from "../api/client.js";
import { readGeneration } from "../api/generations.js";
import { listChangesets, listGridsIn } from "../api/changesets.js";
import { loadTopology } from "../api/maps.js";
import { readTopology } from "../core/topology.js";
import { Board } from "../edit/board.js";
import { Draft, EDITABLE } from "../edit/draft.js";
import { wordsOf } from "../edit/fault_list.js";
import { Loader } from "../edit/loader.js";
import { clearToasts, toast } from "../edit/toasts.js";
import { begin, isComplete, operationOf } from "../edit/tools.js";
import { Working } from "../edit/working.js";
import { reasonOf } from "../ui/dialogs.js";
import { one } from "../ui/dom.js";
import { Controls } from "./edit_controls.js";
import { EditDialogs } from "./edit_dialogs.js";
import { follow } from "./edit_follow.js";
import { PastDesk } from "./edit_past.js";
import { Steps } from "./edit_steps.js";
import { Talk } from "./edit_talk.js";
import { UploadDesk } from "./edit_upload.js";
import { coveredBy, openSheet, showBar, showChosen, showDesk, showFacts, showNext, showWeight } from "./edit_view.js";

/** @typedef {import("../edit/fault_list.js").Fault} Fault */
/** @typedef {import("../edit/draft_view.js").Tab} Tab */

export class EditPage {
  /**
   * @param {any} map Leaflet's
   * @param {import("../core/topology.js").Terrain} terrain
   * @param {import("../ui/language.js").Language} language
   * @param {any} config
   */
  constructor(map, terrain, language, config) {
    this.map = map;
    this.terrain = terrain;
    this.language = language;
    this.config = config;
    this.working = new Working();
    this.loader = new Loader(terrain, listGridsIn);
    this.board = new Board(map, terrain, this.working, this.loader, {
      operate: (operation) => this.operate(operation),
      attempt: (operation) => this.attempt(operation),
      gesture: () => this.chosen(),
      finish: () => this.finish(null),
      place: (at) => this.talk.ask(at),
      moved: () => showNext(this),
      fetched: (asked) => this.#fetched(asked),
    });
    this.dialogs = new EditDialogs(language, () => this.terrain);
    this.controls = new Controls(this);
    this.steps = new Steps(this);
    this.talk = new Talk(this);
    this.past = new PastDesk(this);
    this.upload = new UploadDesk(this);
    /** @type {import("../api/changesets.js").Changeset[]} */
    this.changesets = [];
    /** @type {import("../edit/draft_list.js").Filter} */
    this.filter = config.powers.includes("draft") ? "own" : "review";
    /** @type {Draft | null} */
    this.draft = null;
    /** @type {Tab} */
    this.tab = "impact";
    /** @type {Fault[]} */
    this.faults = [];
    /** @type {any} */
    this.impact = null;
    this.isLive = false;
    /** Whether others published some of its grids anew. */
    this.isStale = false;
    /** @type {any[]} */
    this.log = [];
    this.controls.listen();
  }

  get canEdit() {
    return this.draft !== null && EDITABLE.includes(this.draft.changeset.state) && this.config.powers.includes("draft");
  }

  async open() {
    const { config } = this;
    one("#who").textContent = config.account.login;
    one("#badge").hidden = !config.is_schematic;
    await this.loadList();
    const wanted = /^#draft=(\d+)$/.exec(location.hash);
    if (wanted) await this.enter(Number(wanted[1]));
    this.show();
    await this.board.load();
    follow(this);
  }

  /**
   * Other boundaries are published now: take them up, with whatever is open.
   * @param {number} generation
   */
  async renew(generation) {
    if (generation <= this.config.generation) return;
    this.config.generation = generation;
    await this.guarded(async () => {
      const [topology, entry] = await Promise.all([loadTopology(`/tiles/grids/${generation}.topojson`), readGeneration(generation)]);
      if (generation !== this.config.generation) return; // a still newer one came
      const terrain = readTopology(topology);
      this.config.effective_from = entry.effective_from;
      this.board.hand.giveUp();
      this.terrain = terrain;
      this.working.clear();
      this.board.setTerrain(terrain);
      await this.draft?.reload();
      await Promise.all([this.board.load(), this.loadList(), this.drafted(), this.past.renew()]);
      this.show();
      toast(this.language.say("follow.published", { number: generation }), "note");
    });
  }

  async loadList() {
    this.changesets = await listChangesets();
  }

  /** @param {number} id */
  async enter(id) {
    await this.guarded(async () => {
      this.past.close();
      this.draft = await Draft.open(id, this.working);
      this.#forget();
      history.replaceState(null, "", `#draft=${id}`);
      await Promise.all([this.drafted(), this.talk.enter(id)]);
      this.controls.zoomHome();
    });
  }

  /** Drafts were changed, here or elsewhere. */
  async refreshList() {
    await this.guarded(async () => {
      await this.loadList();
      if (!this.draft && !this.past.isOpen) this.showPanel();
    });
  }

  /** The draft that is open was changed, here or elsewhere. */
  async reload() {
    await this.guarded(async () => {
      await this.draft?.reload();
      await this.drafted();
    });
  }

  async leave() {
    this.talk.leave();
    this.draft = null;
    this.working.reset([]);
    this.#forget();
    this.controls.setCurtain(null);
    history.replaceState(null, "", location.pathname + location.search);
    await this.guarded(() => this.loadList());
    this.board.setGesture(begin("select"));
    this.board.redraw();
    this.show();
  }

  #forget() {
    this.faults = [];
    this.impact = null;
    this.isLive = false;
    this.isStale = false;
    this.log = [];
    this.steps.redos = [];
    this.tab = "impact";
    Object.assign(this.board.stage.live, { faults: [], moved: [], ghosts: [], guide: null });
  }

  /** The draft is another one now: show it, and ask what it does. */
  async drafted() {
    this.board.canEdit = this.canEdit;
    this.board.redraw();
    this.show();
    const { draft } = this;
    if (draft) await this.guarded(() => this.#weigh(draft));
  }

  /** Ask what a draft does to people, what was done, and whether it holds. @param {Draft} draft */
  async #weigh(draft) {
    const { state, grids, version } = draft.changeset;
    const isEmpty = grids === 0;
    const [impact, log] = await Promise.all([isEmpty ? null : draft.preview(), draft.log()]);
    if (draft !== this.draft || version !== draft.changeset.version) return; // it went on meanwhile
    this.log = log;
    this.#impact(impact);
    this.#told(version);
    if (!isEmpty && state !== "published") return this.#validate(draft);
    this.isStale = false;
    return this.showPanel();
  }

  /** Tests and people who look for a fault read there which version is shown. @param {number} version */
  #told(version) {
    one("#desk").dataset.version = String(version);
  }

  /** The whole draft proved anew, where there is anything to prove. @param {Draft} draft */
  async #validate(draft) {
    const { version } = draft.changeset;
    const { state, errors, warnings } = await draft.validation();
    if (draft !== this.draft || version !== draft.changeset.version) return;
    this.isStale = state === "stale";
    if (this.tab !== "check" || !this.faults.some(({ severity }) => severity === "error")) this.setFaults([...errors, ...warnings], false);
    this.showPanel();
  }

  /** @param {any} impact @param {boolean} [isLive] */
  #impact(impact, isLive = false) {
    this.impact = impact;
    this.isLive = isLive;
    // Reviewers see all along what changes hands; planners while they drag, or it would be in their way.
    const isShown = isLive || !this.canEdit;
    this.board.stage.show({ moved: isShown ? (impact?.moved ?? []).map((/** @type {any} */ feature) => feature.geometry) : [] });
    if (isLive) showWeight(this);
    else this.showPanel();
  }

  /**
   * @param {any} operation
   * @returns {Promise<boolean>} whether it was accepted
   */
  async operate(operation) {
    const { draft } = this;
    if (!draft || !this.canEdit) return false;
    try {
      const outcome = await draft.operate(operation);
      await this.#done(outcome);
      this.steps.redone(operation);
      return true;
    } catch (error) {
      await this.refused(error);
      return false;
    }
  }

  /** @param {any} outcome */
  async #done(outcome) {
    const { language } = this;
    clearToasts();
    if (this.tab === "check") this.tab = "impact";
    this.setFaults([...(outcome.warnings ?? [])], false);
    for (const fault of outcome.auto_fixes ?? []) toast(language.say("edit.told.fixed", { words: wordsOf(language, fault) }), "note");
    for (const fault of outcome.warnings ?? []) toast(language.say("edit.told.warning", { words: wordsOf(language, fault) }), "note");
    const fresh = (outcome.changed ?? []).filter((/** @type {any} */ grid) => grid.action === "create" && grid.geometry);
    if (this.board.gesture.tool !== "select") this.board.setGesture(begin("select", fresh.slice(0, 1).map((/** @type {any} */ grid) => grid.code)));
    this.drafted(); // the hand goes on meanwhile
  }

  /** @param {unknown} error */
  async refused(error) {
    if (!(error instanceof ProblemError)) throw error;
    const { language, draft } = this;
    this.isLive = false;
    if (error.status === 412 && draft) {
      await draft.reload();
      this.drafted();
      toast(language.say("edit.told.stale"), "note");
      return;
    }
    if (error.problem?.errors?.[0]?.severity) {
      this.setFaults(error.problem.errors, true);
      toast(wordsOf(language, error.problem.errors[0]), "bad");
    } else toast(reasonOf(language, error), "bad");
    this.drafted();
  }

  /** @param {Fault[]} faults @param {boolean} isRefusal */
  setFaults(faults, isRefusal) {
    this.faults = faults;
    if (isRefusal) this.tab = "check";
    const shown = faults.filter(({ severity }) => severity === "error").flatMap(({ geometry }) => geometry ?? []);
    this.board.stage.show({ faults: shown });
  }

  /** @param {any} operation while something is dragged */
  attempt(operation) {
    this.draft?.attempt(
      operation,
      (outcome) => {
        if (!this.board.hand.held) return;
        this.board.stage.show({ faults: [] });
        this.#impact(outcome.preview, true);
      },
      (refusal) => {
        if (!this.board.hand.held) return;
        this.board.stage.show({ faults: (refusal.problem?.errors ?? []).flatMap((/** @type {Fault} */ { geometry }) => geometry ?? []) });
      },
    );
  }

  /** @param {string | null} keep code that a merger keeps */
  async finish(keep) {
    const { gesture } = this.board;
    if (!isComplete(gesture)) return;
    if (gesture.tool === "draw") {
      const under = this.board.mesh.within({ x0: gesture.line[0][0], y0: gesture.line[0][1], x1: gesture.line[0][0], y1: gesture.line[0][1] });
      const home = under.find(({ kind }) => kind !== "exclusive");
      if (!home) return toast(this.language.say("edit.draw.outside"), "bad");
      this.dialogs.drawGrid((name) => this.operate(operationOf(gesture, { division: home.division, name })));
      return;
    }
    await this.operate(operationOf(gesture, { keep }));
  }

  /** @param {"undo" | "redo"} step */
  async unroll(step) {
    const { draft } = this;
    if (!draft || !this.canEdit || !this.can[step]) return;
    try {
      await draft.step(step);
    } catch (error) {
      await this.refused(error);
      return;
    }
    this.setFaults([], false);
    toast(this.language.say(`edit.told.${step}`));
    this.drafted();
  }

  get can() {
    const changeset = this.draft?.changeset;
    return {
      undo: this.canEdit && (changeset?.operations ?? 0) > 0,
      redo: this.canEdit && (changeset?.undone ?? 0) > 0,
      compare: this.past.isOpen ? this.past.canCompare : (changeset?.grids ?? 0) > 0,
      talk: this.draft !== null,
    };
  }

  /** @param {string} code */
  choose(code) {
    const grid = this.board.mesh.grids.get(code);
    if (!grid) return;
    this.board.setGesture(begin("select", [code]));
    this.board.zoomTo(grid.box, this.padding());
  }

  /** What is chosen is another one now. */
  chosen() {
    this.showTools();
    this.talk.told();
  }

  padding() {
    return coveredBy();
  }

  show() {
    showFacts(this);
    openSheet(this.language, document.body.dataset.sheet === "desk");
    this.showPanel();
    this.showTools();
    this.talk.show();
    this.controls.nameSides();
  }

  showPanel() {
    showDesk(this);
  }

  showTools() {
    showBar(this);
    showNext(this);
    showChosen(this);
  }

  /**
   * @template T
   * @param {Promise<T>} asked
   * @returns {Promise<T | null>} null where the server did not answer, which is told
   */
  async #fetched(asked) {
    try {
      return await asked;
    } catch (error) {
      toast(reasonOf(this.language, error), "bad");
      return null;
    }
  }

  /** @param {() => Promise<void>} work that asks the server; what goes wrong is told */
  async guarded(work) {
    try {
      await work();
    } catch (error) {
      toast(reasonOf(this.language, error), "bad");
    }
  }
}
