// @ts-check
// What an administrator does, each in a dialog of its own; afterwards the list is loaded anew.
import * as access from "../api/access.js";
import { ask, showSecret } from "../ui/dialogs.js";
import { choiceField, DivisionPicker, roleField, textField } from "../ui/fields.js";

/** @typedef {import("../api/access.js").Account} Account */
/** @typedef {import("../api/access.js").Grant} Grant */
/** @typedef {import("../api/access.js").Key} Key */

const DAYS = [30, 90, 365];

export class Desk {
  /**
   * @param {import("../ui/language.js").Language} language
   * @param {string[]} roles
   * @param {() => Promise<void>} reload
   */
  constructor(language, roles, reload) {
    this.language = language;
    this.roles = roles;
    this.reload = reload;
    /** Where the one who works here may decide. @type {{code: string, name: string}[]} */
    this.areas = [];
  }

  /**
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   */
  say(key, values) {
    return this.language.say(key, values);
  }

  /** @param {"accounts" | "keys" | "kiosk"} tab */
  add(tab) {
    if (tab === "accounts") this.addAccount();
    else this.addKey(tab);
  }

  addAccount() {
    const name = textField(this.say("accounts.display_name"), { maxlength: 80, id: "field-name" });
    const login = textField(
      this.say("accounts.login"),
      { maxlength: 64, id: "field-login", autocapitalize: "none", spellcheck: "false", pattern: "[a-zA-Z0-9]([a-zA-Z0-9._@\\-]*[a-zA-Z0-9])?" },
      this.say("accounts.login_note"),
    );
    const role = roleField(this.language, this.roles, "viewer");
    const place = new DivisionPicker(this.language, this.areas);
    ask(this.language, {
      title: this.say("add.accounts"),
      fields: [name.root, login.root, role.root, place.root],
      submit: this.say("add.accounts"),
      run: async () => {
        const made = await access.addAccount({
          login: login.input.value,
          display_name: name.input.value,
          role: role.input.value,
          division: place.value,
        });
        await this.reload();
        const title = this.say("accounts.made", { login: made.account.login });
        showSecret(this.language, { title, text: this.say("accounts.made_text"), secret: made.password });
      },
    });
  }

  /** @param {"keys" | "kiosk"} tab */
  addKey(tab) {
    const isKiosk = tab === "kiosk";
    const name = textField(this.say("keys.name"), { maxlength: 80, id: "field-name" }, this.say(`note.${tab}`));
    const role = roleField(this.language, this.roles, isKiosk ? "viewer" : "integration");
    const place = new DivisionPicker(this.language, this.areas);
    const days = choiceField(this.say("keys.days"), [
      ...DAYS.map((count) => /** @type {[string, string]} */ ([String(count), this.say("keys.for_days", { count })])),
      ["", this.say("keys.unlimited")],
    ]);
    days.input.value = isKiosk ? "" : "365";
    ask(this.language, {
      title: this.say(`add.${tab}`),
      fields: [name.root, ...(isKiosk ? [] : [role.root]), place.root, days.root],
      submit: this.say(`add.${tab}`),
      run: async () => {
        const made = await access.addKey({
          kind: isKiosk ? "kiosk" : "key",
          name: name.input.value,
          role: role.input.value,
          division: place.value,
          days: days.input.value ? Number(days.input.value) : null,
        });
        await this.reload();
        const secret = isKiosk ? new URL(made.secret, location.origin).href : made.secret;
        const title = this.say(`made.${tab}`, { name: made.key.name });
        showSecret(this.language, { title, text: this.say(`given.${tab}`), secret });
      },
    });
  }

  /** @param {Account} account */
  grant(account) {
    const role = roleField(this.language, this.roles, "viewer");
    const place = new DivisionPicker(this.language, this.areas);
    ask(this.language, {
      title: this.say("accounts.grant_title", { name: account.display_name }),
      fields: [role.root, place.root],
      submit: this.say("accounts.grant"),
      run: async () => {
        await access.sendGrant("PUT", account.login, { role: role.input.value, division: place.value });
        await this.reload();
      },
    });
  }

  /**
   * @param {Account} account
   * @param {Grant} grant
   */
  take(account, grant) {
    const values = { name: account.display_name, place: grant.division_name, role: this.say(`role.${grant.role}`) };
    this.#confirm(this.say("accounts.take_title"), this.say("accounts.take_text", values), "keys.revoke", async () => {
      await access.sendGrant("DELETE", account.login, grant);
    });
  }

  /** @param {Account} account */
  disable(account) {
    const values = { login: account.login, name: account.display_name };
    this.#confirm(this.say("accounts.disable_title", values), this.say("accounts.disable_text", values), "accounts.disable", async () => {
      await access.changeAccount(account.login, { is_disabled: true });
    });
  }

  /** @param {Account} account */
  async enable(account) {
    await access.changeAccount(account.login, { is_disabled: false });
    await this.reload();
  }

  /** @param {Account} account */
  reset(account) {
    const values = { login: account.login, name: account.display_name };
    ask(this.language, {
      title: this.say("accounts.reset_title", values),
      text: this.say("accounts.reset_text", values),
      submit: this.say("accounts.reset"),
      danger: true,
      run: async () => {
        const { password } = await access.resetPassword(account.login);
        await this.reload();
        showSecret(this.language, { title: this.say("accounts.reset_done", values), text: this.say("accounts.made_text"), secret: password });
      },
    });
  }

  /** @param {Key} key */
  revoke(key) {
    const text = this.say(key.kind === "kiosk" ? "kiosk.revoke_text" : "keys.revoke_text");
    this.#confirm(this.say("keys.revoke_title", { name: key.name }), text, "keys.revoke", async () => {
      await access.revokeKey(key.id);
    });
  }

  /**
   * @param {string} title
   * @param {string} text
   * @param {string} submit message on the button
   * @param {() => Promise<void>} run
   */
  #confirm(title, text, submit, run) {
    ask(this.language, {
      title,
      text,
      submit: this.say(submit),
      danger: true,
      run: async () => {
        await run();
        await this.reload();
      },
    });
  }
}
