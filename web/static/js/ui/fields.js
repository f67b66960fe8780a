// @ts-check
// Fields of the dialogs: a text, a choice, and a division that is found from the top down.
import { listChildren } from "../api/access.js";
import { ProblemError } from "../api/client.js";
import { el } from "./dom.js";

/** @typedef {import("./language.js").Language} Language */

/**
 * @param {string} name
 * @param {Record<string, any>} properties of the input
 * @param {string} [note]
 * @returns {{root: HTMLElement, input: HTMLInputElement}}
 */
export function textField(name, properties, note) {
  const input = el("input", { class: "field__input", autocomplete: "off", required: true, ...properties });
  const root = el("label", { class: "field" }, [
    el("span", { class: "field__name", text: name }),
    input,
    note ? el("span", { class: "field__note", text: note }) : null,
  ]);
  return { root, input };
}

/**
 * Longer words, on several lines.
 * @param {string} name
 * @param {Record<string, any>} properties of the input
 * @returns {{root: HTMLElement, input: HTMLTextAreaElement}}
 */
export function wordsField(name, properties) {
  const input = el("textarea", { class: "field__input field__input--words", rows: 4, required: true, ...properties });
  input.value = properties.value ?? "";
  return { root: el("label", { class: "field" }, [el("span", { class: "field__name", text: name }), input]), input };
}

/**
 * @param {string} name
 * @param {[string, string][]} options value and text
 * @param {Record<string, any>} [properties]
 * @returns {{root: HTMLElement, input: HTMLSelectElement}}
 */
export function choiceField(name, options, properties = {}) {
  const input = el("select", { class: "field__input", ...properties }, options.map(option));
  const root = el("label", { class: "field" }, [el("span", { class: "field__name", text: name }), input]);
  return { root, input };
}

/**
 * The role, with what it may do.
 * @param {Language} language
 * @param {string[]} roles
 * @param {string} chosen
 */
export function roleField(language, roles, chosen) {
  const { root, input } = choiceField(
    language.say("grant.role"),
    roles.map((role) => [role, language.say(`role.${role}`)]),
    { id: "field-role" },
  );
  const can = el("span", { class: "field__note" });
  const tell = () => {
    can.textContent = language.say(`can.${input.value}`);
  };
  input.value = chosen;
  input.addEventListener("change", tell);
  tell();
  root.append(can);
  return { root, input };
}

/** A division: one list for each level, the next one below whatever is chosen. */
export class DivisionPicker {
  /**
   * @param {Language} language
   * @param {{code: string, name: string}[]} areas where the one who asks may decide
   */
  constructor(language, areas) {
    this.language = language;
    this.lists = el("div", { class: "picker" });
    this.root = el("fieldset", { class: "field" }, [
      el("legend", { class: "field__name", text: language.say("grant.division") }),
      this.lists,
    ]);
    this.value = areas[0]?.code ?? "";
    this.name = areas[0]?.name ?? "";
    // A list of one would only be in the way, unless there is nothing below it.
    if (areas.length > 1) this.#add(areas, null);
    this.#below(areas[0], areas.length === 1);
  }

  /**
   * @param {{code: string, name: string}[]} divisions
   * @param {{code: string, name: string} | null} above null for the first list
   */
  #add(divisions, above) {
    const key = above ? "grant.below" : "grant.division";
    const select = el("select", { class: "field__input", "aria-label": this.language.say(key) }, [
      above ? option([above.code, this.language.say("grant.whole", { name: above.name })]) : null,
      ...divisions.map(({ code, name }) => option([code, name])),
    ]);
    select.addEventListener("change", () => {
      while (select.nextSibling) select.nextSibling.remove();
      this.value = select.value;
      this.name = [above, ...divisions].find((one) => one?.code === select.value)?.name ?? "";
      if (select.value !== above?.code) this.#below(divisions.find(({ code }) => code === select.value));
    });
    this.lists.append(select);
  }

  /**
   * @param {{code: string, name: string} | undefined} division
   * @param {boolean} [isOnly] whether no other list names it
   */
  async #below(division, isOnly = false) {
    if (!division) return;
    let children;
    try {
      children = await listChildren(division.code);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      children = []; // what is chosen already can be granted all the same
    }
    // Meanwhile another may have been chosen.
    if (this.value === division.code && (children.length || isOnly)) this.#add(children, division);
  }
}

/** @param {[string, string]} choice value and text */
const option = ([value, text]) => el("option", { value, text });
