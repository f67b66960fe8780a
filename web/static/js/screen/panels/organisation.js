// @ts-check
// The Party's organisation beside the grids.
import { number } from "../../core/i18n.js";
import { el } from "../../ui/dom.js";
import { Panel } from "../panel.js";
import { pill, step } from "./structure.js";

const ORDER = ["party_committee", "party_general_branch", "party_branch", "party_group"];

export class Organisation extends Panel {
  /** @param {import("../panel.js").Context} context */
  constructor(context) {
    super("organisation", context);
    this.list = el("ol", { class: "levels" });
    this.members = el("ul", { class: "pills" });
    this.body.append(this.list, this.members);
  }

  /** @param {any} board */
  draw({ party_organisations: counts, people }) {
    const kinds = ORDER.filter((kind) => counts[kind] > 0);
    this.list.replaceChildren(...kinds.map((kind, n) =>
      step(this.say(`party.${kind}`), number(this.lang, counts[kind]), (n + 1) / kinds.length)));
    const told = [["party_members", people.party_members], ["party_households", people.party_households]];
    this.members.replaceChildren(...told.filter(([, count]) => count).map(([name, count]) =>
      pill(this.say(`board.${name}`), number(this.lang, /** @type {number} */ (count)))));
  }
}
