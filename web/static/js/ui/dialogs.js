// @ts-check
// One dialog at a time: a form, a question, or a secret that is shown once.
import { ProblemError } from "../api/client.js";
import { el, one } from "./dom.js";

/** @typedef {import("./language.js").Language} Language */

/**
 * @param {Language} language
 * @param {unknown} error
 * @returns {string} what went wrong, as far as the server said it
 */
export function reasonOf(language, error) {
  if (!(error instanceof ProblemError)) throw error;
  return error.status === 0 ? language.say("app.offline") : error.text(language.lang);
}

/**
 * Asks for something, and stays open until it was done or given up.
 * @param {Language} language
 * @param {object} asked
 * @param {string} asked.title
 * @param {string} [asked.text]
 * @param {Node[]} [asked.fields]
 * @param {string} asked.submit
 * @param {boolean} [asked.danger]
 * @param {() => Promise<void>} asked.run does it; a ProblemError is told in the dialog
 */
export function ask(language, { title, text, fields = [], submit, danger, run }) {
  const dialog = one("#dialog");
  const failure = el("p", { class: "notice notice--bad", role: "alert", hidden: true });
  const strong = `button button--strong${danger ? " button--danger" : ""}`;
  const button = el("button", { type: "submit", class: strong, text: submit });
  const cancel = el("button", { type: "button", class: "button", text: language.say("admin.cancel") });
  cancel.addEventListener("click", () => dialog.close());
  const form = el("form", { class: "dialog__form", method: "dialog" }, [
    el("h2", { class: "dialog__title", id: "dialog-title", text: title }),
    text ? el("p", { class: "dialog__text", text }) : null,
    failure,
    el("div", { class: "fields" }, fields),
    el("div", { class: "dialog__end" }, [cancel, button]),
  ]);
  form.addEventListener("submit", async (/** @type {Event} */ event) => {
    event.preventDefault();
    button.disabled = true;
    failure.hidden = true;
    try {
      await run();
      if (form.isConnected) dialog.close();
    } catch (error) {
      failure.textContent = reasonOf(language, error);
      failure.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
  open(form);
}

/**
 * Shows what nobody will see again.
 * @param {Language} language
 * @param {{title: string, text: string, secret: string}} shown
 */
export function showSecret(language, { title, text, secret }) {
  const value = el("code", { class: "secret", id: "secret", text: secret, tabindex: "0" });
  const copy = el("button", { type: "button", class: "button", text: language.say("admin.copy") });
  copy.addEventListener("click", async () => {
    await copied(secret, value);
    copy.textContent = language.say("admin.copied");
  });
  const close = el("button", { type: "submit", class: "button button--strong", text: language.say("admin.close") });
  open(el("form", { class: "dialog__form", method: "dialog" }, [
    el("h2", { class: "dialog__title", id: "dialog-title", text: title }),
    el("p", { class: "dialog__text", text }),
    value,
    el("div", { class: "dialog__end" }, [copy, close]),
  ]));
}

/** @param {HTMLElement} content */
function open(content) {
  const dialog = one("#dialog");
  dialog.replaceChildren(content);
  if (!dialog.open) {
    // What was shown once, and what was typed, does not stay in the page.
    dialog.addEventListener("close", () => dialog.replaceChildren(), { once: true });
    dialog.showModal();
  }
  // Not the button that deletes: whoever presses Enter has read the question.
  const first = content.querySelector("input, select, .secret, button[type=button]");
  if (first instanceof HTMLElement) first.focus();
}

/**
 * Without HTTPS there is no clipboard for pages: the text is then selected, to be copied by hand.
 * @param {string} text
 * @param {HTMLElement} element
 */
async function copied(text, element) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = getSelection();
  selection?.removeAllRanges();
  selection?.addRange(range);
  document.execCommand("copy");
}
