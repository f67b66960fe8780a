// @ts-check
// What happens on the server, as it happens. The line mends itself and misses nothing: it tells
// the server the last message that came, and is told what came after that.
import { Line } from "../core/line.js";

/** Messages that are passed on; "ping" only says that the line is alive. */
const KINDS = [
  "hello",
  "reset",
  "generation.published",
  "event.reported",
  "event.changed",
  "events.imported",
  "changeset.changed",
  "playlist.changed",
];
const EVERY = [...KINDS, "ping"];
const LOOK_MS = 1000;

/**
 * @param {{
 *   onMessage: (kind: string, data: any) => void,
 *   onStatus?: (status: import("../core/line.js").Status, since: number) => void,
 * }} listener `since`: when there was the last sign of life, milliseconds since 1970
 * @returns {{close: () => void}}
 */
export function openLive({ onMessage, onStatus = () => {} }) {
  const line = new Line(Date.now());
  /** @type {EventSource | null} */
  let source = null;
  let last = "";
  let told = "";

  const tell = () => {
    const status = line.status(Date.now());
    if (status === told) return;
    told = status;
    onStatus(status, line.heardAt);
  };

  /** @param {Event} event */
  const receive = (event) => {
    const message = /** @type {MessageEvent<string>} */ (event);
    line.hear(Date.now());
    if (message.lastEventId) last = message.lastEventId;
    tell();
    if (message.type !== "ping") onMessage(message.type, JSON.parse(message.data));
  };

  const drop = () => {
    if (source === null) return;
    for (const kind of EVERY) source.removeEventListener(kind, receive);
    source.removeEventListener("error", fail);
    source.close();
    source = null;
  };

  // The browser's own way to try again knows no patience, and gives up at the first refusal.
  const fail = () => {
    drop();
    line.break(Date.now(), Math.random());
    tell();
  };

  const open = () => {
    const url = new URL("/api/v1/live", document.baseURI);
    if (last) url.searchParams.set("after", last);
    line.begin(Date.now());
    source = new EventSource(url);
    for (const kind of EVERY) source.addEventListener(kind, receive);
    source.addEventListener("error", fail);
  };

  const look = () => {
    const due = line.due(Date.now());
    if (due === "open") open();
    if (due === "drop") fail();
    tell();
  };

  const hurry = () => {
    line.hurry(Date.now());
    look();
  };

  const timer = setInterval(look, LOOK_MS);
  addEventListener("online", hurry);
  look();
  return {
    close() {
      clearInterval(timer);
      removeEventListener("online", hurry);
      drop();
    },
  };
}
