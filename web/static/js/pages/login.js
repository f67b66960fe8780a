// @ts-check
// The page /login: a password, or the identity provider; then on to where one wanted to go.
import { logIn } from "../api/access.js";
import { ProblemError } from "../api/client.js";
import { learn } from "../core/i18n.js";
import { ACCESS_MESSAGES } from "../core/access_messages.js";
import { one } from "../ui/dom.js";
import { Language } from "../ui/language.js";

learn(ACCESS_MESSAGES);

/**
 * @param {object} config
 * @param {{zh: string, en: string}} config.title
 * @param {string} config.next local path
 * @param {string | null} config.provider address that begins to log in at the identity provider
 * @param {{reason: string, zh?: string, en?: string, identity?: string} | null} config.failure
 */
export function start(config) {
  /** Writes what is told above the form, in the language of the moment. @type {() => void} */
  let tell = () => {};
  const language = new Language(config.title, "login.title", () => {
    tell();
    writeShow();
  });
  const form = one("#login-form");
  const [name, password, submit, show] = ["#login-name", "#login-password", "#login-submit", "#login-show"].map((id) => one(id));
  let timer = 0;

  /** @param {string} words @param {string} [identity] */
  const fail = (words, identity) => {
    one("#failure").hidden = !words;
    one("#failure-words").textContent = words;
    one("#failure-identity").hidden = !identity;
    one("#failure-identity").textContent = identity ?? "";
  };

  const writeShow = () => {
    show.textContent = language.say(password.type === "password" ? "login.show" : "login.hide");
    show.setAttribute("aria-pressed", String(password.type === "text"));
  };

  /** @param {number} until in milliseconds */
  const countDown = (until) => {
    clearInterval(timer);
    tell = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      const minutes = Math.ceil(left / 60);
      const wait = left > 90 ? language.say("login.minutes", { count: minutes }) : language.say("login.seconds", { count: left });
      fail(left > 0 ? language.say("login.locked", { wait }) : language.say("login.unlocked"));
      if (left <= 0) clearInterval(timer);
    };
    timer = setInterval(tell, 1000);
    tell();
  };

  /** @param {ProblemError} error */
  const refuse = (error) => {
    clearInterval(timer);
    const wait = error.problem?.retry_after_s;
    if (error.status === 429 && wait) return countDown(Date.now() + wait * 1000);
    tell = () => fail(error.status === 0 ? language.say("app.offline") : error.text(language.lang));
    tell();
  };

  form.addEventListener("submit", async (/** @type {Event} */ event) => {
    event.preventDefault();
    submit.disabled = true;
    submit.textContent = language.say("login.busy");
    try {
      await logIn(name.value, password.value);
      location.assign(config.next);
      return;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      refuse(error);
      password.value = "";
      password.focus();
    }
    submit.disabled = false;
    submit.textContent = language.say("login.submit");
  });
  show.addEventListener("click", () => {
    password.type = password.type === "password" ? "text" : "password";
    writeShow();
  });
  if (config.provider) {
    one("#provider").hidden = false;
    one("#provider-link").setAttribute("href", config.provider);
  }
  if (config.failure) {
    const { reason, zh, en, identity } = config.failure;
    tell = () => {
      const detail = (language.lang === "zh" ? zh : en) ?? "";
      fail(language.say(`refusal.${reason}`, { reason: detail }), identity);
    };
    tell();
  }
  name.focus();
  document.documentElement.dataset.ready = "true";
}
