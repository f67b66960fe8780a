// @ts-check
// What the editor shows of its state: the panel, the tools, what comes next, the chosen grid.
import { dayOf } from "../core/server_clock.js";
import { commentList } from "../edit/comment_list.js";
import { draftList } from "../edit/draft_list.js";
import { draftView, logView, stepsOf } from "../edit/draft_view.js";
import { faultList } from "../edit/fault_list.js";
import { showGrid } from "../edit/grid_card.js";
import { impactView } from "../edit/impact_view.js";
import { retireGrid } from "../edit/operations.js";
import { redoBox } from "../edit/rebase_form.js";
import { showHint, showTools } from "../edit/toolbar.js";
import { asks } from "../edit/tools.js";
import { el, one } from "../ui/dom.js";

/** @typedef {import("./edit_page.js").EditPage} EditPage */

/** @param {EditPage} page */
export function showDesk(page) {
  const { past, draft, upload } = page;
  one("#desk").replaceChildren(...(upload.isOpen ? upload.view() : past.isOpen ? past.view() : draft ? draftOf(page, draft) : listOf(page)));
}

/** Only what a drag changes: pictures of the screen must not wait for the rest. @param {EditPage} page */
export function showWeight(page) {
  if (page.tab === "impact" && page.draft && !page.past.isOpen) one("#tab-content").replaceChildren(...contentOf(page, page.draft.changeset));
}

/** @param {EditPage} page */
function listOf(page) {
  const { language, changesets, filter, config, dialogs } = page;
  return draftList(
    language,
    { changesets, filter, actor: config.account.name, mayDraft: config.powers.includes("draft") },
    {
      choose: (chosen) => {
        page.filter = chosen;
        showDesk(page);
      },
      open: (id) => page.enter(id),
      add: () => dialogs.newDraft((changeset) => page.enter(changeset.id)),
      past: () => page.past.list(),
      bring: () => page.upload.open(),
    },
  );
}

/** @param {EditPage} page @param {import("../edit/draft.js").Draft} draft */
function draftOf(page, { changeset }) {
  const { language, config, tab, faults, isStale, canEdit, steps: { redos }, talk, terrain } = page;
  const steps = stepsOf(changeset, config.powers, config.account.name, dayOf(Date.now()), isStale);
  const redo = redoBox(language, redos, { start: (one) => page.steps.start(one), done: (one) => page.steps.settle(one) });
  return draftView(
    language,
    changeset,
    {
      steps, tab, faults: faults.length, remarks: talk.open, canEdit, redos: redo, isStale,
      divisionOf: (code) => terrain.divisions.get(code)?.name ?? code,
      content: contentOf(page, changeset),
    },
    {
      back: () => page.leave(),
      describe: () => page.dialogs.describe(changeset, () => page.reload()),
      take: (step) => page.steps.take(step),
      choose: (chosen) => {
        page.tab = chosen;
        showDesk(page);
      },
    },
  );
}

/**
 * @param {EditPage} page
 * @param {import("../api/changesets.js").Changeset} changeset
 * @returns {Node[]} of the tab
 */
function contentOf(page, { state }) {
  const { language, tab, board, talk } = page;
  if (tab === "talk") {
    return commentList(language, talk.remarks, (remark) => talk.gridOf(remark), {
      write: () => talk.ask(null),
      pin: () => page.controls.setTool("comment"),
      zoom: (remark) => talk.zoom(remark),
      settle: (remark) => talk.settle(remark),
    });
  }
  if (tab === "log") return logView(language, page.log);
  if (tab === "impact") {
    const isKnown = state !== "published" || page.impact?.grids.length;
    if (!isKnown) return [el("p", { class: "empty-note", text: language.say("edit.impact.published") })];
    return impactView(language, page.impact, page.isLive, (code) => page.choose(code));
  }
  return faultList(language, page.faults, {
    zoom: (fault) => board.zoomTo(fault.geometry, page.padding()),
    fix: (operation) => page.operate(operation),
    dismiss: () => {
      page.setFaults([], false);
      showDesk(page);
    },
  });
}

/** @param {EditPage} page */
export function showBar(page) {
  const { language, board, draft, canEdit, can, dialogs } = page;
  const isShown = draft !== null || page.past.canCompare;
  one("#tools").hidden = !isShown;
  if (!isShown) return;
  showTools(
    language,
    { tool: board.gesture.tool, canEdit, can, isCompared: board.stage.curtain !== null },
    {
      choose: (tool) => page.controls.setTool(tool),
      others: {
        undo: () => page.unroll("undo"),
        redo: () => page.unroll("redo"),
        compare: () => page.controls.toggleCurtain(),
        help: () => dialogs.help(),
      },
    },
  );
}

/** @param {EditPage} page */
export function showNext(page) {
  const { language, board, loader, canEdit, draft } = page;
  const grids = board.gesture.chosen.flatMap((code) => board.mesh.grids.get(code) ?? []);
  const isMerger = board.gesture.tool === "merge" && grids.length > 1;
  const keep = /** @type {[string, string][]} */ (isMerger ? grids.map(({ code, name }) => [code, name]) : []);
  showHint(
    language,
    board.gesture,
    { isFar: loader.isFar, canEdit, state: draft?.changeset.state ?? null, keep },
    {
      finish: (code) => page.finish(code),
      cancel: () => page.controls.setTool("select"),
      change: (part) => board.setGesture({ ...board.gesture, ...part }),
    },
  );
  page.map.getContainer().dataset.asks = asks(board.gesture);
}

/** @param {EditPage} page */
export function showChosen(page) {
  const { board, terrain, language, canEdit, dialogs } = page;
  const grid = board.chosen;
  const division = terrain.divisions.get(grid?.division ?? "")?.name ?? grid?.division ?? "";
  showGrid(
    language,
    grid,
    { mesh: board.mesh, division, canEdit, hasVertex: board.held !== null, canTalk: page.draft !== null },
    {
      edit: () => grid && dialogs.editGrid(grid, (operation) => page.operate(operation)),
      retire: () => grid && page.operate(retireGrid(grid.code)),
      zoom: () => grid && board.zoomTo(grid.box, page.padding()),
      removeVertex: () => board.held && board.remove(board.held),
      history: () => grid && page.past.grid(grid.code),
      talk: () => grid && page.talk.askAbout(grid),
    },
  );
}

/** @param {EditPage} page */
export function showFacts({ language, config, draft }) {
  const facts = one("#generation");
  facts.textContent = language.say("app.generation", { number: config.generation });
  facts.title = language.say("app.generation_title", { day: config.effective_from });
  one("#bar-draft").textContent = draft?.changeset.title ?? "";
}

/** @returns {{left: number, right: number, top: number, bottom: number}} what panels cover of the map, pixels */
export function coveredBy() {
  const stage = one(".stage").getBoundingClientRect();
  const desk = one("#desk").getBoundingClientRect();
  const isBeside = desk.width < stage.width * 0.7;
  return { left: (isBeside ? desk.right - stage.left : 0) + 32, right: 48, top: 88, bottom: 88 };
}

/**
 * @param {import("../ui/language.js").Language} language
 * @param {boolean} isOpen on a phone
 */
export function openSheet(language, isOpen) {
  document.body.dataset.sheet = isOpen ? "desk" : "";
  const button = one("#sheet");
  button.setAttribute("aria-expanded", String(isOpen));
  button.textContent = language.say(isOpen ? "edit.sheet.close" : "edit.sheet.open");
}
