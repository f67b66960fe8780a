// @ts-check
// Wires the editor: the list of drafts, the draft that is open, the board and its tools.
import { ProblemError } from "../api/client.js";
import { listChangesets, listGridsIn } from "../api/changesets.js";
import { Board } from "../edit/board.js";
import { Draft, EDITABLE } from "../edit/draft.js";
import { wordsOf } from "../edit/fault_list.js";
import { listenToKeys } from "../edit/keys.js";
import { Loader } from "../edit/loader.js";
import { conflictWords, keepPublished, takeKept } from "../edit/telling.js";
import { clearToasts, toast } from "../edit/toasts.js";
import { begin, isComplete, operationOf } from "../edit/tools.js";
import { Working } from "../edit/working.js";
import { boundsOf, show } from "../map/camera.js";
import { reasonOf } from "../ui/dialogs.js";
import { one } from "../ui/dom.js";
import { EditDialogs } from "./edit_dialogs.js";
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
      gesture: () => this.showTools(),
      finish: () => this.finish(null),
      moved: () => showNext(this),
      fetched: (asked) => this.#fetched(asked),
    });
    this.dialogs = new EditDialogs(language, terrain);
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
    this.#buttons();
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
    const kept = takeKept();
    if (kept) toast(kept);
  }

  async loadList() {
    this.changesets = await listChangesets();
  }

  /** @param {number} id */
  async enter(id) {
    await this.guarded(async () => {
      this.draft = await Draft.open(id, this.working);
      this.#forget();
      history.replaceState(null, "", `#draft=${id}`);
      await this.#drafted();
      this.zoomHome();
    });
  }

  async leave() {
    this.draft = null;
    this.working.reset([]);
    this.#forget();
    this.setCurtain(null);
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
    this.tab = "impact";
    Object.assign(this.board.stage.live, { faults: [], moved: [], ghosts: [] });
  }

  /** The draft is another one now: show it, and ask what it does. */
  async #drafted() {
    this.board.canEdit = this.canEdit;
    this.board.redraw();
    this.show();
    const { draft } = this;
    if (draft) await this.guarded(() => this.#weigh(draft));
  }

  /** Ask what a draft does to people, what was done, and whether it holds. @param {Draft} draft */
  async #weigh(draft) {
    const { state, operations, version } = draft.changeset;
    // Of a published one there is no before any more.
    const isEmpty = operations === 0 || state === "published";
    const [impact, log] = await Promise.all([isEmpty ? null : draft.preview(), draft.log()]);
    if (draft !== this.draft || version !== draft.changeset.version) return; // it went on meanwhile
    this.log = log;
    this.#impact(impact);
    this.#told(version);
    if (!isEmpty) await this.#validate(draft);
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
    this.board.stage.show({ moved: isLive ? (impact?.moved ?? []).map((/** @type {any} */ feature) => feature.geometry) : [] });
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
      return true;
    } catch (error) {
      await this.#refused(error);
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
    await this.#drafted();
  }

  /** @param {unknown} error */
  async #refused(error) {
    if (!(error instanceof ProblemError)) throw error;
    const { language, draft } = this;
    this.isLive = false;
    if (error.status === 412 && draft) {
      await draft.reload();
      await this.#drafted();
      toast(language.say("edit.told.stale"), "note");
      return;
    }
    if (error.problem?.errors?.[0]?.severity) {
      this.setFaults(error.problem.errors, true);
      toast(wordsOf(language, error.problem.errors[0]), "bad");
    } else toast(reasonOf(language, error), "bad");
    await this.#drafted();
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
      await this.#refused(error);
      return;
    }
    this.setFaults([], false);
    toast(this.language.say(`edit.told.${step}`));
    await this.#drafted();
  }

  get can() {
    const changeset = this.draft?.changeset;
    return {
      undo: this.canEdit && (changeset?.operations ?? 0) > 0,
      redo: this.canEdit && (changeset?.undone ?? 0) > 0,
      compare: (changeset?.grids ?? 0) > 0,
    };
  }

  /** @param {import("../edit/draft_view.js").Step} step */
  take(step) {
    const { draft, dialogs, language } = this;
    if (!draft) return;
    dialogs.confirm(step, async (comment) => {
      const bodies = /** @type {Record<string, any>} */ ({ approve: { comment }, reject: { comment }, rebase: { choices: {} } });
      const outcome = await draft.advance(step, bodies[step]);
      if (step === "publish") {
        // The new boundaries are what everybody sees now: take them up from the start.
        keepPublished(language, outcome);
        location.reload();
        return undefined;
      }
      if (step === "rebase" && !outcome.is_written) toast(conflictWords(language, outcome), "bad");
      else toast(language.say(`edit.told.${step}`));
      return this.#drafted();
    });
  }

  /** @param {string} code */
  choose(code) {
    const grid = this.board.mesh.grids.get(code);
    if (!grid) return;
    this.board.setGesture(begin("select", [code]));
    this.board.zoomTo(grid.box, this.padding());
  }

  #buttons() {
    const { map, board } = this;
    one("#zoom-in").onclick = () => map.zoomIn();
    one("#zoom-out").onclick = () => map.zoomOut();
    one("#zoom-home").onclick = () => this.zoomHome();
    one("#log-out").onclick = () => this.dialogs.logOut();
    one("#sheet").onclick = () => openSheet(this.language, document.body.dataset.sheet !== "desk");
    one("#curtain-at").oninput = (/** @type {any} */ event) => this.setCurtain(event.target.value / 1000);
    listenToKeys({
      undo: () => this.unroll("undo"),
      redo: () => this.unroll("redo"),
      compare: () => this.toggleCurtain(),
      help: () => this.dialogs.help(),
      finish: () => one("#hint").querySelector("#finish")?.click(),
      escape: () => this.escape(),
      back: () => board.setGesture({ ...board.gesture, line: board.gesture.line.slice(0, -1) }),
      remove: () => board.held && board.remove(board.held),
    }, (tool) => this.setTool(tool));
  }

  /** @param {import("../edit/tools.js").ToolName} tool */
  setTool(tool) {
    if (tool !== "select" && !this.canEdit) return;
    // Whoever chose a grid first means that one.
    const kept = tool === "draw" ? [] : this.board.gesture.chosen.slice(0, 1);
    this.board.setGesture(begin(tool, kept));
  }

  escape() {
    const { board } = this;
    board.hand.giveUp();
    const { gesture } = board;
    if (gesture.line.length) board.setGesture({ ...gesture, line: [] });
    else if (gesture.tool !== "select") board.setGesture(begin("select", gesture.chosen.slice(0, 1)));
    else board.setGesture(begin("select"));
  }

  toggleCurtain() {
    if (this.board.stage.curtain === null && !this.can.compare) return;
    this.setCurtain(this.board.stage.curtain === null ? 0.5 : null);
    one("#curtain-at").value = 500;
    this.showTools();
  }

  /** @param {number | null} share */
  setCurtain(share) {
    one("#curtain").hidden = share === null;
    one("#curtain").style.setProperty("--at", String(share ?? 0));
    this.board.stage.setCurtain(share);
    this.board.refresh();
  }

  /** The draft's grids if there are any, else all that one may see. */
  zoomHome() {
    const boxes = [...this.working.told.values()].flatMap(({ code }) => this.board.mesh.grids.get(code)?.box ?? []);
    if (!boxes.length) return show(this.map, boundsOf(this.terrain.box, this.terrain.origin), this.padding(), { animate: false });
    const [xs, ys] = [boxes.flatMap(({ x0, x1 }) => [x0, x1]), boxes.flatMap(({ y0, y1 }) => [y0, y1])];
    const box = { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) };
    return this.board.zoomTo(box, this.padding());
  }

  padding() {
    return coveredBy();
  }

  show() {
    showFacts(this);
    openSheet(this.language, document.body.dataset.sheet === "desk");
    this.showPanel();
    this.showTools();
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
