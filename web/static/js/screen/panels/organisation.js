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
    const steps = ORDER.filter((kind) => counts[kind] > 0).map((kind) => [this.say(`party.${kind}`), counts[kind]]);
    // The households around which members gather are the lowest level of the organisation.
    if (people.party_households) steps.push([this.say("board.party_households"), people.party_households]);
    this.list.replaceChildren(...steps.map(([name, count], n) => step(name, number(this.lang, count), (n + 1) / steps.length)));
    this.list.classList.toggle("levels--few", steps.length < 4);
    const { party_members: members } = people;
    this.members.replaceChildren(...(members ? [pill(this.say("board.party_members"), number(this.lang, members))] : []));
  }
}
