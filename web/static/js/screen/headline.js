// @ts-check
// The figures over the map: what came in today, what is open, what is late. While time is played
// back, those of the frame.
import { translate } from "../core/i18n.js";
import { one } from "../ui/dom.js";
import { Figure } from "./panels/overview.js";
import { el } from "../ui/dom.js";

const NAMES = /** @type {const} */ (["reported", "closed", "open", "overdue"]);

export class Headline {
  /** @param {import("./panel.js").Context} context */
  constructor(context) {
    this.context = context;
    this.figures = NAMES.map((name) => new Figure(name, "headline__figure"));
    this.frame = el("p", { class: "headline__frame digits", hidden: true });
    one("#headline").replaceChildren(this.frame, el("dl", { class: "headline__list" }, this.figures.map((figure) => figure.element)));
  }

  /** @param {any} board null before the first answer */
  show(board) {
    const { lang, playing } = this.context.store.state;
    const values = playing ? framed(playing) : boarded(board);
    this.frame.hidden = !playing;
    this.frame.textContent = playing?.words ?? "";
    // A frame knows no deadlines.
    this.figures[3].element.hidden = Boolean(playing);
    NAMES.forEach((name, n) => {
      const key = playing && n < 2 ? `board.step_${name}` : n < 2 ? `board.today_${name}` : `board.now_${name}`;
      this.figures[n].set(lang, translate(lang, key), values[n]);
    });
  }
}

/** @param {any} board */
const boarded = (board) =>
  board
    ? [board.today.reported, board.today.closed, board.events.open, board.events.overdue]
    : [null, null, null, null];

/** @param {any} frame */
const framed = ({ totals }) => [totals?.reported ?? null, totals?.closed ?? null, totals?.open ?? null, null];
