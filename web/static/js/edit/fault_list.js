// @ts-check
// What is wrong, or was settled: the place, the words, and the remedy where there is one.
import { el } from "../ui/dom.js";

/** @typedef {import("../ui/language.js").Language} Language */
/**
 * @typedef {object} Fault as the server tells it
 * @property {string} code
 * @property {"error" | "fixed" | "warning"} severity
 * @property {string} detail
 * @property {string} detail_zh
 * @property {string[]} grids
 * @property {any} geometry GeoJSON or null
 * @property {any} fix operation or null
 */

/** @param {Language} language @param {Fault} fault */
export const wordsOf = (language, fault) => (language.lang === "zh" && fault.detail_zh) || fault.detail;

/**
 * @param {Language} language
 * @param {Fault[]} faults
 * @param {object} deeds
 * @param {(fault: Fault) => void} deeds.zoom
 * @param {(operation: any) => void} deeds.fix
 * @param {() => void} deeds.dismiss
 * @returns {Node[]}
 */
export function faultList(language, faults, { zoom, fix, dismiss }) {
  if (!faults.length) return [el("p", { class: "empty-note", text: language.say("edit.check.none") })];
  const rows = faults.map((fault) =>
    el("li", { class: `fault fault--${fault.severity}`, "data-fault": fault.code }, [
      el("p", { class: "fault__words", text: wordsOf(language, fault) }),
      el("div", { class: "fault__end" }, [
        fault.geometry ? button(language.say("edit.check.zoom"), "", () => zoom(fault)) : null,
        fault.fix ? button(language.say("edit.check.fix", { op: language.say(`edit.op.${fault.fix.op}`) }), "button--strong", () => fix(fault.fix)) : null,
      ]),
    ]),
  );
  return [el("ul", { class: "faults" }, rows), button(language.say("edit.check.dismiss"), "", dismiss)];
}

/**
 * @param {string} text
 * @param {string} look
 * @param {() => void} click
 */
const button = (text, look, click) => el("button", { type: "button", class: `button ${look}`, text, on: { click } });
