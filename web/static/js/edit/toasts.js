// @ts-check
// Short words about what just happened; what went wrong stays until it is clicked away.
import { el, one } from "../ui/dom.js";

const STAY_MS = 6000;
const MOST = 4;

/**
 * @param {string} text
 * @param {"good" | "note" | "bad"} [tone]
 */
export function toast(text, tone = "good") {
  const box = one("#toasts");
  const item = el("button", { type: "button", class: `toast toast--${tone}`, text, on: { click: () => item.remove() } });
  box.append(item);
  while (box.children.length > MOST) box.firstElementChild?.remove();
  if (tone !== "bad") setTimeout(() => item.remove(), STAY_MS);
}

/** What was wrong is not wrong any more. */
export function clearToasts() {
  for (const item of document.querySelectorAll(".toast--bad")) item.remove();
}
