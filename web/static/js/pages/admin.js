// @ts-check
// The page /admin: who may come in, and what they may do where.
import { changePassword, listAccounts, listKeys, logOut, whoAmI } from "../api/access.js";
import { ProblemError } from "../api/client.js";
import { listPlaylists } from "../api/playlists.js";
import { learn } from "../core/i18n.js";
import { ACCESS_MESSAGES } from "../core/access_messages.js";
import { PLAYLIST_MESSAGES } from "../core/playlist_messages.js";
import { STAGE_MESSAGES } from "../core/stage_messages.js";
import { accountTable, keyTable } from "../ui/account_table.js";
import { ask, reasonOf } from "../ui/dialogs.js";
import { el, one } from "../ui/dom.js";
import { textField } from "../ui/fields.js";
import { Language } from "../ui/language.js";
import { Desk } from "./admin_deeds.js";
import { PlaylistDesk } from "./admin_playlists.js";

learn(ACCESS_MESSAGES, PLAYLIST_MESSAGES, STAGE_MESSAGES);

const TABS = /** @type {const} */ (["accounts", "keys", "kiosk", "playlists"]);
/** What each asks the server for. */
const LISTS = {
  accounts: listAccounts,
  keys: () => listKeys("key"),
  kiosk: () => listKeys("kiosk"),
  playlists: listPlaylists,
};
/** @typedef {typeof TABS[number]} Tab */

/** @param {{title: {zh: string, en: string}, roles: string[], areas: string[]}} config */
export async function start(config) {
  const page = new AdminPage(config);
  await page.open();
  document.documentElement.dataset.ready = "true";
}

class AdminPage {
  /** @param {{title: {zh: string, en: string}, roles: string[], areas: string[]}} config */
  constructor(config) {
    this.config = config;
    /** @type {Tab} */
    this.tab = TABS.find((tab) => `#${tab}` === location.hash) ?? "accounts";
    /** @type {any} */
    this.session = null;
    /** @type {any[] | null} */
    this.items = null;
    this.failure = "";
    this.language = new Language(config.title, "admin.title", () => this.show());
    this.desk = new Desk(this.language, config.roles, () => this.load());
    this.playlists = new PlaylistDesk(this.language, () => this.load(), () => this.show());
    one("#filter").addEventListener("input", () => this.showList());
    one("#add").addEventListener("click", () => (this.tab === "playlists" ? this.playlists.add() : this.desk.add(this.tab)));
    one("#log-out").addEventListener("click", () => this.leave());
    one("#own-password").addEventListener("click", () => this.askPassword());
    this.makeTabs();
  }

  async open() {
    this.show();
    try {
      this.session = await whoAmI();
    } catch (error) {
      this.failure = reasonOf(this.language, error);
      this.show();
      return;
    }
    const names = new Map(this.session.grants.map((/** @type {any} */ grant) => [grant.division, grant.division_name]));
    this.desk.areas = this.config.areas.map((code) => ({ code, name: names.get(code) ?? code }));
    this.playlists.areas = this.desk.areas;
    one("#who").textContent = this.session.display_name ?? this.session.name;
    one("#own-password").hidden = this.session.login === null;
    await this.load();
  }

  /** Asks for the list of the tab. What comes too late, after another tab was chosen, is dropped. */
  async load() {
    const { tab } = this;
    try {
      const found = await LISTS[tab]();
      if (tab !== this.tab) return;
      this.items = found;
      this.failure = "";
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) {
        location.assign(`/login?next=${encodeURIComponent("/admin")}`);
        return;
      }
      if (tab !== this.tab) return;
      this.failure = reasonOf(this.language, error);
    }
    this.show();
  }

  makeTabs() {
    for (const tab of TABS) {
      const button = el("button", { type: "button", role: "tab", id: `tab-${tab}`, class: "desk__tab", "aria-controls": "list" });
      button.addEventListener("click", () => this.choose(tab));
      one("#tabs").append(button);
    }
    one("#tabs").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      this.choose(TABS[(TABS.indexOf(this.tab) + step + TABS.length) % TABS.length]);
      if (!document.querySelector("dialog[open]")) one(`#tab-${this.tab}`).focus();
    });
  }

  /** @param {Tab} tab */
  choose(tab) {
    if (tab !== this.tab) this.playlists.leave(() => this.#turn(tab));
  }

  /** @param {Tab} tab */
  #turn(tab) {
    this.tab = tab;
    this.items = null;
    this.failure = "";
    one("#filter").value = "";
    history.replaceState(null, "", `#${tab}`);
    this.show();
    this.load();
  }

  show() {
    for (const tab of TABS) {
      const button = one(`#tab-${tab}`);
      button.textContent = this.language.say(`tab.${tab}`);
      button.setAttribute("aria-selected", String(tab === this.tab));
      button.tabIndex = tab === this.tab ? 0 : -1;
    }
    one("#list").setAttribute("aria-labelledby", `tab-${this.tab}`);
    one("#about").textContent = this.language.say(`about.${this.tab}`);
    one("#add").textContent = this.language.say(`add.${this.tab}`);
    for (const part of ["#add", "#filter"]) one(part).hidden = this.playlists.open !== null;
    this.showList();
  }

  showList() {
    const list = one("#list");
    if (this.playlists.open) {
      list.setAttribute("aria-busy", "false");
      return list.replaceChildren(this.playlists.element);
    }
    list.setAttribute("aria-busy", String(this.items === null && !this.failure));
    if (this.failure) return list.replaceChildren(this.failed());
    if (this.items === null) return list.replaceChildren(empty(this.language.say("admin.loading")));
    const query = one("#filter").value.trim().toLowerCase();
    const found = this.items.filter((item) => textOf(item).includes(query));
    if (found.length) return list.replaceChildren(this.table(found));
    const words = query ? this.language.say("admin.none_match", { query }) : this.language.say(`empty.${this.tab}`);
    return list.replaceChildren(empty(words));
  }

  /** @param {any[]} items */
  table(items) {
    if (this.tab === "playlists") return this.playlists.table(items);
    if (this.tab !== "accounts") return keyTable(this.language, items, (key) => this.desk.revoke(key));
    return accountTable(this.language, items, this.session.login ?? "", {
      grant: (account) => this.desk.grant(account),
      take: (account, grant) => this.desk.take(account, grant),
      disable: (account) => this.desk.disable(account),
      enable: (account) => this.enable(account),
      reset: (account) => this.desk.reset(account),
    });
  }

  failed() {
    const retry = el("button", { type: "button", class: "button", text: this.language.say("app.retry") });
    retry.addEventListener("click", () => (this.session ? this.load() : this.open()));
    const words = empty(this.language.say("admin.failed", { reason: this.failure }));
    words.append(el("div", {}, [retry]));
    return words;
  }

  /** @param {any} account */
  async enable(account) {
    try {
      await this.desk.enable(account);
    } catch (error) {
      this.tell(reasonOf(this.language, error), true);
    }
  }

  async leave() {
    try {
      await logOut();
    } catch (error) {
      this.tell(reasonOf(this.language, error), true);
      return;
    }
    location.assign("/login");
  }

  askPassword() {
    const say = (/** @type {string} */ key) => this.language.say(key);
    const field = (/** @type {string} */ key, /** @type {string} */ autocomplete) =>
      textField(say(key), { type: "password", autocomplete, maxlength: 256 });
    const old = field("password.old", "current-password");
    const fresh = field("password.new", "new-password");
    const again = field("password.again", "new-password");
    const check = () => again.input.setCustomValidity(fresh.input.value === again.input.value ? "" : say("password.differ"));
    for (const { input } of [fresh, again]) input.addEventListener("input", check);
    ask(this.language, {
      title: say("password.title"),
      text: say("password.text"),
      fields: [old.root, fresh.root, again.root],
      submit: say("password.title"),
      run: async () => {
        await changePassword({ old: old.input.value, new: fresh.input.value });
        this.tell(say("password.done"), false);
      },
    });
  }

  /**
   * @param {string} words
   * @param {boolean} isBad
   */
  tell(words, isBad) {
    const notice = one("#notice");
    notice.textContent = words;
    notice.classList.toggle("notice--bad", isBad);
    notice.hidden = false;
  }
}

/** @param {string} words */
const empty = (words) => el("div", { class: "list__empty" }, [el("p", { text: words })]);

/** @param {any} item */
function textOf(item) {
  const grants = (item.grants ?? [item]).map((/** @type {any} */ grant) => `${grant.division_name} ${grant.division}`);
  return [item.login, item.display_name, item.name, ...grants].join(" ").toLowerCase();
}
