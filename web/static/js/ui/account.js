// @ts-check
// Who is logged in, in the bar of a page: a way in, or a name and a way out.
import { keepProof, sendJson } from "../api/client.js";
import { one } from "./dom.js";

/** @typedef {{login: string | null, name: string, proof: string | null, edit: string | null}} Account */

/** @param {Account} account as the page's shell says it */
export function showAccount(account) {
  keepProof(account.proof);
  const wayIn = one("#log-in");
  wayIn.hidden = account.proof !== null;
  wayIn.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
  one("#edit").hidden = account.edit === null;
  const own = one("#account");
  own.hidden = account.proof === null;
  one("#account-name").textContent = account.login ?? account.name;
  one("#log-out").addEventListener("click", logOut);
}

async function logOut() {
  await sendJson("DELETE", "/api/v1/session");
  location.assign("/login");
}
