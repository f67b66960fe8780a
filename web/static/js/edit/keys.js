// @ts-check
// The keyboard: a letter takes a tool, the rest as everywhere.
import { TOOLS } from "./tools.js";

/**
 * @param {Record<"undo" | "redo" | "compare" | "help" | "finish" | "escape" | "back" | "remove", () => void>} deeds
 * @param {(tool: import("./tools.js").ToolName) => void} choose
 */
export function listenToKeys(deeds, choose) {
  const letters = new Map(Object.entries(TOOLS).map(([name, { key }]) => [key.toLowerCase(), name]));
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    const isTyping = target instanceof Element && target.closest("input:not([type=range]), textarea, select, dialog");
    if (isTyping || event.altKey) return;
    const deed = deedOf(event, target);
    if (deed) {
      event.preventDefault();
      deeds[deed]();
      return;
    }
    const tool = letters.get(event.key.toLowerCase());
    if (!tool || event.ctrlKey || event.metaKey) return;
    choose(/** @type {import("./tools.js").ToolName} */ (tool));
  });
}

/**
 * @param {KeyboardEvent} event
 * @param {EventTarget | null} target
 */
function deedOf(event, target) {
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (key === "z") return event.shiftKey ? "redo" : "undo";
    return key === "y" ? "redo" : null;
  }
  // A button that has the focus is pressed by Enter.
  if (key === "enter") return target instanceof HTMLButtonElement ? null : "finish";
  const known = /** @type {const} */ ({ escape: "escape", backspace: "back", delete: "remove", b: "compare", "?": "help" });
  return known[/** @type {keyof typeof known} */ (key)] ?? null;
}
