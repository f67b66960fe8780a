// @ts-check
// The tools over the map, and below it what the tool in hand asks for next.
import { el, icon, one } from "../ui/dom.js";
import { TOOLS, asks, isComplete } from "./tools.js";

/** @typedef {import("../ui/language.js").Language} Language */
/** @typedef {import("./tools.js").ToolName} ToolName */
/** @typedef {import("./tools.js").Gesture} Gesture */

const OTHERS = {
  undo: { key: "Ctrl+Z", icon: "M8 5 3 10l5 5v-4h6a4 4 0 0 1 0 8H8v2h6a6 6 0 0 0 0-12H8z" },
  redo: { key: "Ctrl+Y", icon: "m16 5 5 5-5 5v-4h-6a4 4 0 0 0 0 8h6v2h-6a6 6 0 0 1 0-12h6z" },
  compare: { key: "B", icon: "M11 3h2v18h-2zM4 6h5v2H6v8h3v2H4zm11 0h5v12h-5z" },
  help: { key: "?", icon: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zm0 2a7 7 0 1 0 0 14 7 7 0 0 0 0-14zm-1 10h2v2h-2zm1-8a3 3 0 0 1 1.800 5.400c-.6.500-.8.700-.8 1.600h-2c0-1.800.700-2.400 1.500-3 .4-.3.5-.5.5-1a1 1 0 0 0-2 0H9a3 3 0 0 1 3-3z" },
};

/**
 * @param {Language} language
 * @param {object} shown
 * @param {ToolName} shown.tool
 * @param {boolean} shown.canEdit
 * @param {{undo: boolean, redo: boolean, compare: boolean, talk: boolean}} shown.can
 * @param {boolean} shown.isCompared
 * @param {object} deeds
 * @param {(tool: ToolName) => void} deeds.choose
 * @param {Record<keyof typeof OTHERS, () => void>} deeds.others
 */
export function showTools(language, { tool, canEdit, can, isCompared }, { choose, others }) {
  const tools = Object.entries(TOOLS).map(([name, { key, icon: path }]) =>
    button(language.say(`edit.tool.${name}`), key, path, {
      "data-tool": name, "aria-pressed": String(name === tool), disabled: name === "comment" ? !can.talk : !canEdit && name !== "select",
    }, () => choose(/** @type {ToolName} */ (name))),
  );
  const rest = Object.entries(OTHERS).map(([name, { key, icon: path }]) =>
    button(language.say(`edit.${name}`), key, path, {
      "data-deed": name,
      disabled: name in can && !can[/** @type {keyof typeof can} */ (name)],
      "aria-pressed": name === "compare" ? String(isCompared) : null,
    }, others[/** @type {keyof typeof OTHERS} */ (name)]),
  );
  const bar = one("#tools");
  bar.hidden = false;
  bar.replaceChildren(el("div", { class: "tools__part" }, tools), el("div", { class: "tools__part" }, rest));
}

/**
 * @param {string} text
 * @param {string} key
 * @param {string} path
 * @param {Record<string, any>} properties
 * @param {() => void} click
 */
function button(text, key, path, properties, click) {
  return el("button", { type: "button", class: "tool", title: `${text} (${key})`, on: { click }, ...properties }, [
    icon(path), el("span", { class: "tool__name", text }),
  ]);
}

/**
 * @param {Language} language
 * @param {Gesture} gesture
 * @param {object} shown
 * @param {boolean} shown.isFar
 * @param {boolean} shown.canEdit
 * @param {string | null} shown.state of the draft; null while none is open
 * @param {[string, string][]} shown.keep codes and names that a merger can keep
 * @param {{finish: (keep: string | null) => void, cancel: () => void, change: (part: Partial<Gesture>) => void}} deeds
 */
export function showHint(language, gesture, { isFar, canEdit, state, keep }, { finish, cancel, change }) {
  const hint = one("#hint");
  hint.hidden = false;
  const words = el("span", { class: "hint__words", text: language.say(...hintOf(gesture, isFar, canEdit, state)) });
  const isBusy = gesture.tool !== "select";
  const chosen = keep.length ? keepField(language, keep) : null;
  hint.replaceChildren(
    words,
    ...(chosen ? [chosen.root] : []),
    ...cutButtons(language, gesture, change),
    ...(isBusy ? [
      el("button", { type: "button", id: "finish", class: "button button--strong", text: language.say("edit.done"), disabled: !isComplete(gesture), on: { click: () => finish(chosen?.value() ?? null) } }),
      el("button", { type: "button", id: "cancel", class: "button", text: language.say("edit.cancel"), on: { click: cancel } }),
    ] : []),
  );
}

/**
 * @param {Gesture} gesture
 * @param {boolean} isFar
 * @param {boolean} canEdit
 * @param {string | null} state
 * @returns {[string, Record<string, any>?]}
 */
function hintOf(gesture, isFar, canEdit, state) {
  const { tool, chosen } = gesture;
  if (isFar && !chosen.length) return ["edit.hint.far"];
  if (tool === "comment") return ["edit.hint.comment"];
  if (state && !canEdit) return [state === "published" ? "edit.hint.published" : "edit.hint.frozen"];
  if (tool === "select") return [chosen.length && canEdit ? "edit.hint.chosen" : "edit.hint.select"];
  if (tool === "merge") return ["edit.hint.merge", { count: chosen.length }];
  const asked = asks(gesture);
  if (asked === "grid") return ["edit.hint.grid"];
  if (asked === "piece") return ["edit.hint.piece"];
  if (tool === "transfer" && gesture.isCut && asked === "line") return ["edit.hint.cut"];
  return [asked === "other" ? "edit.hint.other" : `edit.hint.${tool}`];
}

/**
 * A transfer goes by an area that is drawn around, or by a line that cuts.
 * @param {Language} language
 * @param {Gesture} gesture
 * @param {(part: Partial<Gesture>) => void} change
 */
function cutButtons(language, gesture, change) {
  const { tool, other, isCut, isPicking } = gesture;
  if (tool !== "transfer" || !other) return [];
  const way = el("button", {
    type: "button", class: "button", id: "transfer-way", text: language.say(isCut ? "edit.transfer.area" : "edit.transfer.line"),
    on: { click: () => change({ isCut: !isCut, isPicking: false, line: [] }) },
  });
  const pick = el("button", {
    type: "button", class: "button", id: "transfer-pick", text: language.say("edit.transfer.pick"), disabled: !isComplete(gesture),
    "aria-pressed": String(isPicking), on: { click: () => change({ isPicking: !isPicking }) },
  });
  return isCut ? [way, pick] : [way];
}

/**
 * @param {Language} language
 * @param {[string, string][]} keep
 */
function keepField(language, keep) {
  const select = el("select", { id: "keep", class: "hint__keep", "aria-label": language.say("edit.keep") }, [
    el("option", { value: "", text: language.say("edit.keep.new") }),
    ...keep.map(([code, name]) => el("option", { value: code, text: language.say("edit.keep.code", { name }) })),
  ]);
  const root = el("label", { class: "hint__field" }, [language.say("edit.keep"), select]);
  return { root, value: () => select.value || null };
}

/** @param {Language} language @returns {Node[]} rows of the overlay of shortcuts */
export function shortcutRows(language) {
  const row = (/** @type {string} */ key, /** @type {string} */ text) =>
    el("div", { class: "shortcut" }, [el("kbd", { text: key }), el("span", { text })]);
  return [
    ...Object.entries(TOOLS).map(([name, { key }]) => row(key, language.say(`edit.tool.${name}`))),
    ...Object.entries(OTHERS).map(([name, { key }]) => row(key, language.say(`edit.${name}`))),
    row("Enter", language.say("edit.help.finish")),
    row("Esc", language.say("edit.help.escape")),
    row("Backspace", language.say("edit.help.backspace")),
    row("Delete", language.say("edit.help.delete")),
    el("p", { class: "shortcut__note", text: language.say("edit.help.long") }),
  ];
}
