// @ts-check
// The rows of the page /admin: people with their grants, keys and links with theirs.
import { el, icon, ICONS } from "./dom.js";

/** @typedef {import("./language.js").Language} Language */
/** @typedef {import("../api/access.js").Account} Account */
/** @typedef {import("../api/access.js").Key} Key */
/** @typedef {import("../api/access.js").Grant} Grant */

/**
 * @param {Language} language
 * @param {Account[]} accounts
 * @param {string} self login of the one who looks
 * @param {Record<"grant" | "disable" | "enable" | "reset", (account: Account) => void> & {take: (account: Account, grant: Grant) => void}} on
 */
export function accountTable(language, accounts, self, on) {
  const heads = ["accounts.person", "accounts.grants", "accounts.state", "accounts.last_login"];
  const row = (/** @type {Account} */ account) => {
    const isSelf = account.login === self;
    const isMine = account.is_managed && !isSelf;
    const take = isSelf ? null : (/** @type {Grant} */ grant) => on.take(account, grant);
    const chips = grantChips(language, account.grants, take);
    if (isMine) chips.append(small(language.say("accounts.grant"), () => on.grant(account)));
    const person = [
      el("p", { class: "list__name", text: account.display_name }),
      el("p", { class: "list__login", text: account.login + (isSelf ? ` · ${language.say("admin.self")}` : "") }),
    ];
    return el("tr", { "data-off": String(account.is_disabled), "data-login": account.login }, [
      cell("", person),
      cell("", [chips]),
      cell("", accountStates(language, account)),
      timeCell(language, "accounts.last_login", account.last_login_at),
      cell("", [el("div", { class: "list__actions" }, isMine ? accountActions(language, account, on) : [])]),
    ]);
  };
  return table(language, heads, accounts.map(row));
}

/**
 * @param {Language} language
 * @param {Key[]} keys
 * @param {(key: Key) => void} revoke
 */
export function keyTable(language, keys, revoke) {
  const heads = ["keys.name", "accounts.grants", "accounts.state", "keys.expires", "keys.last_used"];
  const row = (/** @type {Key} */ key) => {
    const isOver = key.expires_at !== null && new Date(key.expires_at) < new Date();
    const isOff = key.revoked_at !== null || isOver;
    const offKey = key.revoked_at !== null ? "keys.revoked" : "keys.expired";
    const danger = "button button--small button--danger";
    const button = el("button", { type: "button", class: danger, text: language.say("keys.revoke") });
    button.addEventListener("click", () => revoke(key));
    return el("tr", { "data-off": String(isOff), "data-key": String(key.id) }, [
      cell("", [el("p", { class: "list__name", text: key.name })]),
      cell("", [grantChips(language, key.grants, null)]),
      cell("", [state(language.say(isOff ? offKey : "accounts.active"), isOff ? "state--off" : "")]),
      timeCell(language, "keys.expires", key.expires_at, "keys.unlimited"),
      timeCell(language, "keys.last_used", key.last_used_at),
      cell("", [el("div", { class: "list__actions" }, key.is_managed && !isOff ? [button] : [])]),
    ]);
  };
  return table(language, heads, keys.map(row));
}

/**
 * @param {Language} language
 * @param {Account} account
 * @param {any} on
 */
function accountActions(language, account, on) {
  const isLocked = account.locked_until !== null && new Date(account.locked_until) > new Date();
  const reset = account.has_password ? small(language.say("accounts.reset"), () => on.reset(account)) : null;
  if (account.is_disabled) return [small(language.say("accounts.enable"), () => on.enable(account))];
  const unlock = isLocked ? small(language.say("accounts.unlock"), () => on.enable(account)) : null;
  const disable = small(language.say("accounts.disable"), () => on.disable(account), "button--danger");
  return [unlock, reset, disable];
}

/**
 * @param {Language} language
 * @param {Account} account
 */
function accountStates(language, account) {
  if (account.is_disabled) return [state(language.say("accounts.disabled"), "state--off")];
  if (account.locked_until !== null && new Date(account.locked_until) > new Date()) {
    return [state(language.say("accounts.locked", { time: language.time(account.locked_until) }), "state--bad")];
  }
  const shown = [state(language.say("accounts.active"), "")];
  if (!account.has_password) shown.push(state(language.say("accounts.no_password"), "state--off"));
  if (!account.is_managed) shown.push(state(language.say("admin.elsewhere"), "state--off"));
  return shown;
}

/**
 * @param {Language} language
 * @param {Grant[]} grants
 * @param {((grant: Grant) => void) | null} take null where they cannot be taken
 */
function grantChips(language, grants, take) {
  const chip = (/** @type {Grant} */ grant) => {
    const role = language.say(`role.${grant.role}`);
    const words = language.say("accounts.take", { role, place: grant.division_name });
    const button = el("button", { type: "button", class: "grant__take", title: words, "aria-label": words }, [icon(ICONS.close)]);
    button.addEventListener("click", () => take?.(grant));
    const text = el("span", { class: "grant__text", text: `${role} · ${grant.division_name}`, title: grant.division });
    return el("span", { class: "grant" }, [text, take ? button : null]);
  };
  return el("div", { class: "grants" }, grants.map(chip));
}

/**
 * @param {Language} language
 * @param {string[]} heads
 * @param {HTMLElement[]} rows
 */
function table(language, heads, rows) {
  const titles = heads.map((key) => el("th", { scope: "col", text: language.say(key) }));
  titles.push(el("th", { scope: "col" }, [
    el("span", { class: "visually-hidden", text: language.say("admin.actions") }),
  ]));
  return el("table", { class: "list__table" }, [
    el("thead", {}, [el("tr", {}, titles)]),
    el("tbody", {}, rows),
  ]);
}

/**
 * @param {string} head shown before the cell where there is no room for a table
 * @param {(Node | null)[]} children
 */
const cell = (head, children) => el("td", { "data-head": head || null }, children);

/**
 * @param {Language} language
 * @param {string} head
 * @param {string | null} time
 * @param {string} [none] message where there is none
 */
function timeCell(language, head, time, none = "admin.never") {
  const text = time ? language.time(time) : language.say(none);
  return cell(language.say(head), [el("span", { class: "list__time", text })]);
}

/**
 * @param {string} text
 * @param {string} look
 */
const state = (text, look) => el("span", { class: `state ${look}`, text });

/**
 * @param {string} text
 * @param {() => void} run
 * @param {string} [look]
 */
function small(text, run, look = "") {
  const button = el("button", { type: "button", class: `button button--small ${look}`, text });
  button.addEventListener("click", run);
  return button;
}
