// @ts-check
// What the editor asks in a dialog: a new draft, a name, whether one is sure.
import { describeChangeset, openChangeset } from "../api/changesets.js";
import { logOut } from "../api/access.js";
import { ask } from "../ui/dialogs.js";
import { el, one } from "../ui/dom.js";
import { choiceField, textField } from "../ui/fields.js";
import { setAttributes } from "../edit/operations.js";
import { stepWords } from "../edit/schedule.js";
import { shortcutRows } from "../edit/toolbar.js";

/** @typedef {import("../edit/mesh.js").EditGrid} EditGrid */

export class EditDialogs {
  /**
   * @param {import("../ui/language.js").Language} language
   * @param {() => import("../core/topology.js").Terrain} terrain that is published
   */
  constructor(language, terrain) {
    this.language = language;
    this.terrain = terrain;
  }

  get townships() {
    return [...this.terrain().divisions.values()].filter(({ level }) => level === "township");
  }

  /** What a draft may be about: townships; and the county itself for whoever sees several of them. */
  get places() {
    const { language, townships } = this;
    const places = townships.map(({ code, name }) => ({ code, name }));
    if (townships.length < 2) return places;
    const counties = [...this.terrain().divisions.values()].filter(({ level }) => level === "county");
    return [...places, ...counties.map(({ code, name }) => ({ code, name: language.say("edit.field.county_itself", { name }) }))];
  }

  /** @param {(changeset: import("../api/changesets.js").Changeset) => Promise<void>} then */
  newDraft(then) {
    const { language } = this;
    const form = this.#form({ title: "", reason: "", effective_from: null, scope: [] });
    ask(language, {
      title: language.say("edit.new"),
      fields: form.fields,
      submit: language.say("edit.create"),
      run: async () => {
        const changeset = await openChangeset(form.value());
        one("#dialog").close();
        await then(changeset);
      },
    });
  }

  /**
   * @param {import("../api/changesets.js").Changeset} changeset
   * @param {() => Promise<void>} then
   */
  describe(changeset, then) {
    const { language } = this;
    const form = this.#form(changeset);
    ask(language, {
      title: language.say("edit.describe"),
      fields: form.fields,
      submit: language.say("edit.save"),
      run: async () => {
        await describeChangeset(changeset, form.value());
        one("#dialog").close();
        await then();
      },
    });
  }

  /** @param {{title: string, reason: string, effective_from: string | null, scope: string[]}} filled */
  #form(filled) {
    const { language, places } = this;
    const say = (/** @type {string} */ key) => language.say(`edit.field.${key}`);
    const title = textField(say("title"), { id: "draft-title", maxlength: 120, value: filled.title });
    const reason = textField(say("reason"), { id: "draft-reason", maxlength: 2000, required: false, value: filled.reason });
    const effective = textField(say("effective"), { id: "draft-effective", type: "date", required: false, value: filled.effective_from }, say("effective_note"));
    const boxes = places.map(({ code, name }) => {
      const input = el("input", { type: "checkbox", value: code, checked: places.length === 1 || filled.scope.includes(code) });
      return { input, root: el("label", { class: "check" }, [input, el("span", { text: name })]) };
    });
    const scope = el("fieldset", { class: "field", id: "draft-scope" }, [
      el("legend", { class: "field__name", text: say("scope") }),
      el("div", { class: "checks" }, boxes.map(({ root }) => root)),
      el("span", { class: "field__note", text: say("scope_note") }),
    ]);
    const value = () => ({
      title: title.input.value,
      reason: reason.input.value,
      effective_from: effective.input.value || null,
      scope: boxes.filter(({ input }) => input.checked).map(({ input }) => input.value),
    });
    return { fields: [title.root, reason.root, effective.root, scope], value };
  }

  /** @param {(name: string) => Promise<boolean>} then */
  drawGrid(then) {
    const { language } = this;
    const name = textField(language.say("edit.field.name"), { id: "draw-name", maxlength: 60 });
    ask(language, {
      title: language.say("edit.draw.title"),
      fields: [name.root],
      submit: language.say("edit.create"),
      run: async () => {
        one("#dialog").close();
        await then(name.input.value);
      },
    });
  }

  /**
   * @param {EditGrid} grid
   * @param {(operation: any) => Promise<boolean>} then
   */
  editGrid(grid, then) {
    const { language } = this;
    const name = textField(language.say("edit.field.name"), { id: "grid-name", value: grid.name, maxlength: 60 });
    const kinds = grid.kind === "exclusive" ? ["exclusive"] : ["rural", "community"];
    const kind = choiceField(language.say("edit.field.kind"), kinds.map((value) => [value, language.say(`kind.${value}`)]), { id: "grid-kind" });
    kind.input.value = grid.kind;
    ask(language, {
      title: language.say("edit.grid.edit"),
      fields: [name.root, kind.root],
      submit: language.say("edit.save"),
      run: async () => {
        one("#dialog").close();
        /** @type {{name?: string, kind?: string}} */
        const change = {};
        if (name.input.value !== grid.name) change.name = name.input.value;
        if (kind.input.value !== grid.kind) change.kind = kind.input.value;
        if (Object.keys(change).length) await then(setAttributes(grid.code, change));
      },
    });
  }

  /**
   * @param {import("../edit/draft_view.js").Step} step
   * @param {import("../api/changesets.js").Changeset} changeset
   * @param {(comment: string | null) => Promise<void>} then
   */
  confirm(step, changeset, then) {
    const { language } = this;
    const hasComment = step === "approve" || step === "reject";
    const comment = textField(language.say("edit.field.comment"), { id: "step-comment", maxlength: 2000, required: step === "reject" });
    const isExplained = step !== "withdraw" && step !== "rebase";
    ask(language, {
      title: stepWords(language, step, changeset),
      text: isExplained ? language.say(`edit.${step}_text`) : undefined,
      fields: hasComment ? [comment.root] : [],
      submit: stepWords(language, step, changeset),
      danger: step === "reject",
      run: () => then(hasComment ? comment.input.value : null),
    });
  }

  help() {
    const { language } = this;
    const dialog = one("#dialog");
    dialog.replaceChildren(el("form", { class: "dialog__form", method: "dialog" }, [
      el("h2", { class: "dialog__title", id: "dialog-title", text: language.say("edit.help.title") }),
      el("div", { class: "shortcuts" }, shortcutRows(language)),
      el("div", { class: "dialog__end" }, [el("button", { type: "submit", class: "button button--strong", text: language.say("edit.help.close") })]),
    ]));
    dialog.showModal();
  }

  async logOut() {
    await logOut();
    location.assign("/login");
  }
}
