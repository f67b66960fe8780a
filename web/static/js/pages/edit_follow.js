// @ts-check
// The page follows what others do: drafts, remarks, people and boundaries, without being loaded anew.
import { openLive } from "../api/live.js";
import { nameOf } from "../edit/draft_list.js";
import { toast } from "../edit/toasts.js";

/** @typedef {import("./edit_page.js").EditPage} EditPage */

/** News that come together are looked after together; ms. */
const GATHER_MS = 150;

/**
 * @param {EditPage} page
 * @returns {{close: () => void}}
 */
export function follow(page) {
  const list = gathered(() => page.refreshList());
  const talk = gathered(() => page.talk.refresh());
  const root = document.documentElement.dataset;
  return openLive({
    onMessage: (kind, data) => {
      if (kind === "hello") page.renew(data.generation);
      if (kind === "reset") caughtUp(page);
      if (kind === "generation.published") {
        page.renew(data.generation);
        list();
      }
      if (kind === "changeset.changed") {
        list();
        if (data.changeset_id === page.draft?.changeset.id) {
          talk();
          changed(page, data);
        }
      }
    },
    onStatus: (status) => {
      if (status === "lost" && root.live !== "lost") toast(page.language.say("follow.lost"), "note");
      root.live = status;
    },
  });
}

/** What was missed is not told any more: look at everything. @param {EditPage} page */
async function caughtUp(page) {
  await page.refreshList();
  await page.reload();
  await page.talk.refresh();
}

/**
 * The draft that is open was changed: by others, or by this very page.
 * @param {EditPage} page
 * @param {{version: number, by: string}} news
 */
async function changed(page, { version, by }) {
  const { draft, language, config } = page;
  if (!draft) return;
  await draft.last; // what this page is about to learn by itself
  if (draft !== page.draft || version <= draft.changeset.version) return;
  page.board.hand.giveUp();
  await page.reload();
  if (by !== config.account.name) toast(language.say("follow.changed", { name: nameOf(by) }), "note");
}

/**
 * @param {() => Promise<void>} work
 * @returns {() => void} does it soon, once for all who ask meanwhile
 */
function gathered(work) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, GATHER_MS);
  };
}
