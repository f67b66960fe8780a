// @ts-check
// A draft on its way: submitted, approved, published; and put on newer boundaries, where operations
// that do not fit are kept, left out, or drawn anew.
import { publishedWords } from "../edit/telling.js";
import { redoOf } from "../edit/redo.js";
import { rebaseForm } from "../edit/rebase_form.js";
import { toast } from "../edit/toasts.js";
import { begin } from "../edit/tools.js";
import { ask } from "../ui/dialogs.js";

/** @typedef {import("../edit/redo.js").Redo} Redo */

export class Steps {
  /** @param {import("./edit_page.js").EditPage} page */
  constructor(page) {
    this.page = page;
    /** What waits to be drawn anew. @type {Redo[]} */
    this.redos = [];
  }

  /** @param {import("../edit/draft_view.js").Step} step */
  take(step) {
    const { draft, dialogs, language } = this.page;
    if (!draft) return;
    if (step === "rebase") this.page.guarded(() => this.#rebase({}));
    else dialogs.confirm(step, draft.changeset, async (comment) => {
      const bodies = /** @type {Record<string, any>} */ ({ approve: { comment }, reject: { comment } });
      const outcome = await draft.advance(step, bodies[step]);
      toast(step === "publish" ? publishedWords(language, outcome) : language.say(`edit.told.${step}`, { day: draft.changeset.effective_from ?? "" }));
      if (step === "publish") await this.page.renew(outcome.generation);
      else await this.page.drafted();
    });
  }

  /** @param {Record<string, "keep" | "drop">} choices @param {Redo[]} [redos] */
  async #rebase(choices, redos = []) {
    const { page } = this;
    const { draft, language } = page;
    if (!draft) return;
    const outcome = await draft.advance("rebase", { choices });
    if (!outcome.is_written) {
      this.#choose(outcome.operations);
      return;
    }
    toast(language.say("edit.told.rebase"));
    page.setFaults([], false);
    await page.drafted();
    this.redos = redos;
    if (redos.length) this.start(redos[0]);
  }

  /** @param {any[]} replayed */
  #choose(replayed) {
    const { language, log } = this.page;
    const entries = new Map(log.map((entry) => [entry.op_no, entry.operation]));
    const form = rebaseForm(language, replayed, (no) => entries.has(no) && entries.get(no).op !== "replace");
    ask(language, {
      title: language.say("rebase.title"),
      text: language.say("rebase.text"),
      fields: [form.root],
      submit: language.say("rebase.run"),
      run: async () => {
        const chosen = form.choices();
        const redos = [...chosen].flatMap(([no, choice]) => (choice === "redo" ? [redoOf(no, entries.get(no))] : []));
        const choices = Object.fromEntries([...chosen].map(([no, choice]) => [no, choice === "keep" ? "keep" : "drop"]));
        await this.#rebase(choices, redos);
      },
    });
  }

  /** @param {Redo} redo to be drawn anew now */
  start(redo) {
    const { board, controls, terrain } = this.page;
    controls.setCurtain(null);
    const known = (/** @type {string} */ code) => terrain.byCode.has(code) || board.mesh.grids.has(code);
    const chosen = redo.chosen.filter(known);
    board.stage.show({ guide: redo.geometry });
    board.setGesture({ ...begin(redo.tool, chosen), other: redo.other && known(redo.other) ? redo.other : null, isCut: redo.op === "transfer" && redo.geometry?.type === "LineString" });
    if (redo.geometry) board.zoomTo(redo.geometry, this.page.padding());
    this.page.showPanel();
  }

  /** @param {Redo} redo that is settled */
  settle(redo) {
    this.redos = this.redos.filter((one) => one !== redo);
    this.page.board.stage.show({ guide: null });
    this.page.showPanel();
  }

  /** An operation was accepted: whether it was one that waited. @param {any} operation */
  redone({ op }) {
    const [first] = this.redos;
    if (first?.op === op) this.settle(first);
  }
}
