// @ts-check
// What is pressed besides the map: tools, keys, the curtain, the view.
import { listenToKeys } from "../edit/keys.js";
import { begin } from "../edit/tools.js";
import { boundsOf, show } from "../map/camera.js";
import { one } from "../ui/dom.js";
import { openSheet } from "./edit_view.js";

export class Controls {
  /** @param {import("./edit_page.js").EditPage} page */
  constructor(page) {
    this.page = page;
  }

  listen() {
    const { page } = this;
    const { map, board } = page;
    one("#zoom-in").onclick = () => map.zoomIn();
    one("#zoom-out").onclick = () => map.zoomOut();
    one("#zoom-home").onclick = () => this.zoomHome();
    one("#log-out").onclick = () => page.dialogs.logOut();
    one("#sheet").onclick = () => openSheet(page.language, document.body.dataset.sheet !== "desk");
    one("#curtain-at").oninput = (/** @type {any} */ event) => this.setCurtain(event.target.value / 1000);
    listenToKeys({
      undo: () => page.unroll("undo"),
      redo: () => page.unroll("redo"),
      compare: () => this.toggleCurtain(),
      help: () => page.dialogs.help(),
      finish: () => one("#hint").querySelector("#finish")?.click(),
      escape: () => this.escape(),
      back: () => board.setGesture({ ...board.gesture, line: board.gesture.line.slice(0, -1) }),
      remove: () => board.held && board.remove(board.held),
    }, (tool) => this.setTool(tool));
  }

  /** @param {import("../edit/tools.js").ToolName} tool */
  setTool(tool) {
    const { board, canEdit, draft } = this.page;
    if (tool === "comment" ? !draft : tool !== "select" && !canEdit) return;
    if (tool !== "select") this.page.past.close();
    // Whoever chose a grid first means that one.
    const kept = tool === "draw" ? [] : board.gesture.chosen.slice(0, 1);
    board.setGesture(begin(tool, kept));
  }

  escape() {
    const { board } = this.page;
    board.hand.giveUp();
    const { gesture } = board;
    if (gesture.line.length) board.setGesture({ ...gesture, line: [], isPicking: false });
    else if (gesture.tool !== "select") board.setGesture(begin("select", gesture.chosen.slice(0, 1)));
    else board.setGesture(begin("select"));
  }

  toggleCurtain() {
    const { board, can } = this.page;
    if (board.stage.curtain === null && !can.compare) return;
    this.setCurtain(board.stage.curtain === null ? 0.5 : null);
    this.page.showTools();
  }

  /** @param {number | null} share */
  setCurtain(share) {
    const { board } = this.page;
    if (board.stage.curtain === null && share !== null) one("#curtain-at").value = share * 1000;
    one("#curtain").hidden = share === null;
    one("#curtain").style.setProperty("--at", String(share ?? 0));
    board.stage.setCurtain(share);
    board.refresh();
  }

  /** What stands on the two sides of the curtain. */
  nameSides() {
    const { language, past } = this.page;
    const [before, after] = past.sides ?? [language.say("edit.before"), language.say("edit.after")];
    one("#curtain-before").textContent = before;
    one("#curtain-after").textContent = after;
  }

  /** The draft's grids if there are any, else all that one may see. */
  zoomHome() {
    const { board, working, map, terrain } = this.page;
    const boxes = [...working.told.values()].flatMap(({ code }) => board.mesh.grids.get(code)?.box ?? []);
    if (!boxes.length) return show(map, boundsOf(terrain.box, terrain.origin), this.page.padding(), { animate: false });
    const [xs, ys] = [boxes.flatMap(({ x0, x1 }) => [x0, x1]), boxes.flatMap(({ y0, y1 }) => [y0, y1])];
    const box = { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) };
    return board.zoomTo(box, this.page.padding());
  }
}
