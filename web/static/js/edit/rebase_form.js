// @ts-check
// Operations that do not fit the newest boundaries: for each, what to do with it.
import { el } from "../ui/dom.js";

/** @typedef {import("../ui/language.js").Language} Language */
/** @typedef {"keep" | "drop" | "redo"} Choice */

/**
 * @param {Language} language
 * @param {any[]} replayed operations, as the server tells what became of them
 * @param {(no: number) => boolean} canRedo
 * @returns {{root: HTMLElement, choices: () => Map<number, Choice>}}
 */
export function rebaseForm(language, replayed, canRedo) {
  const conflicts = replayed.filter(({ state }) => state === "conflict");
  const clean = replayed.length - conflicts.length;
  const rows = conflicts.map((one) => {
    const options = /** @type {Choice[]} */ (["keep", "drop", "redo"]).filter((choice) => choice !== "redo" || canRedo(one.op_no));
    const inputs = options.map((choice) => el("input", { type: "radio", name: `op-${one.op_no}`, value: choice, required: true }));
    return {
      no: one.op_no,
      inputs,
      root: el("fieldset", { class: "conflict", "data-conflict": one.op_no }, [
        el("legend", { class: "conflict__name", text: `${one.op_no} · ${language.say(`edit.op.${one.operation}`)}` }),
        el("p", { class: "conflict__why", text: (language.lang === "zh" && one.detail_zh) || one.detail }),
        el("div", { class: "conflict__choices" }, options.map((choice, n) => el("label", { class: "check" }, [inputs[n], el("span", { text: language.say(`rebase.${choice}`) })]))),
      ]),
    };
  });
  return {
    root: el("div", { class: "conflicts" }, [el("p", { class: "draft-note", text: language.say("rebase.clean", { clean, total: replayed.length }) }), ...rows.map(({ root }) => root)]),
    choices: () => new Map(rows.map(({ no, inputs }) => [no, inputs.find((/** @type {any} */ input) => input.checked)?.value])),
  };
}

/**
 * What waits to be drawn anew.
 * @param {Language} language
 * @param {import("./redo.js").Redo[]} redos
 * @param {{start: (redo: import("./redo.js").Redo) => void, done: (redo: import("./redo.js").Redo) => void}} deeds
 * @returns {HTMLElement | null}
 */
export function redoBox(language, redos, { start, done }) {
  if (!redos.length) return null;
  return el("div", { class: "redo-box", id: "redo-box" }, [
    el("strong", { text: language.say("rebase.waiting", { count: redos.length }) }),
    ...redos.map((redo) => el("div", { class: "redo-box__row" }, [
      el("span", { text: `${redo.no} · ${language.say(`edit.op.${redo.op}`)}` }),
      el("button", { type: "button", class: "button", text: language.say("rebase.start"), on: { click: () => start(redo) } }),
      el("button", { type: "button", class: "button", text: language.say("rebase.done"), on: { click: () => done(redo) } }),
    ])),
  ]);
}
