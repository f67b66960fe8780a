// @ts-check
// Playlists of wall screens: their list, and the rows of the one that is worked on.
import { DEFAULT_PLAYLIST, SCREEN_MODES } from "../core/screen_state.js";
import { LONGEST_S, SHORTEST_S, roundOf, sane } from "../core/playlist_draft.js";
import { el, icon, ICONS } from "./dom.js";

/** @typedef {import("./language.js").Language} Language */
/** @typedef {import("../api/playlists.js").Playlist} Playlist */

/**
 * @param {Language} language
 * @param {Playlist[]} playlists
 * @param {Record<"edit" | "remove", (playlist: Playlist) => void>} on
 */
export function playlistTable(language, playlists, on) {
  const heads = ["playlist.name", "playlist.owner", "playlist.stops", "playlist.changed"];
  return table(language, heads, playlists.map((playlist) => {
    const isDefault = playlist.name === DEFAULT_PLAYLIST;
    return el("tr", { "data-playlist": playlist.name }, [
      cell("", [
        el("span", { class: "list__name", text: playlist.name }),
        isDefault ? el("span", { class: "state playlist__badge", text: language.say("playlist.is_default") }) : null,
      ]),
      cell(language.say("playlist.owner"), [el("span", { text: playlist.division_name, title: playlist.division })]),
      cell(language.say("playlist.stops"), [el("span", { text: countOf(language, playlist.stops) })]),
      cell(language.say("playlist.changed"), [el("span", { class: "list__time", text: language.time(playlist.changed_at) })]),
      cell("", [el("div", { class: "list__actions" }, [
        previewLink(language, playlist),
        button(language.say("playlist.edit"), () => on.edit(playlist)),
        button(language.say("playlist.remove"), () => on.remove(playlist), "button--danger"),
      ])]),
    ]);
  }));
}

/**
 * @param {Language} language
 * @param {Pick<Playlist, "name" | "division">} playlist
 */
export function previewLink(language, { name, division }) {
  const href = `/screen?playlist=${encodeURIComponent(`${name}@${division}`)}`;
  const words = { text: language.say("playlist.preview"), title: language.say("playlist.preview_note") };
  return el("a", { class: "button button--small", href, target: "_blank", rel: "noopener", ...words });
}

/**
 * @param {Language} language
 * @param {any[]} stops
 */
export function countOf(language, stops) {
  const whole = roundOf(stops);
  const [minutes, seconds] = [Math.floor(whole / 60), whole % 60];
  const time = language.say(minutes ? "playlist.minutes_time" : "playlist.seconds_time", { minutes, seconds });
  return language.say("playlist.stops_count", { count: stops.length, time });
}

/**
 * @param {Language} language
 * @param {any[]} stops
 * @param {{change: (at: number, change: any) => void, move: (at: number, step: number) => void, remove: (at: number) => void}} on
 */
export function stopTable(language, stops, on) {
  const heads = ["playlist.order", "playlist.place", "playlist.mode", "playlist.heat", "playlist.seconds"];
  return table(language, heads, stops.map((stop, at) => stopRow(language, stop, at, stops.length, on)));
}

/**
 * @param {Language} language
 * @param {any} stop
 * @param {number} at
 * @param {number} count
 * @param {any} on
 */
function stopRow(language, stop, at, count, on) {
  const name = stop.division_name ?? language.say("playlist.gone", { code: stop.division });
  const label = (/** @type {string} */ key) => `${language.say(key)} · ${name}`;
  const options = SCREEN_MODES.map((mode) => el("option", { value: mode, text: language.say(`stage.${mode}`), selected: mode === stop.mode }));
  const mode = el("select", { class: "field__input", "aria-label": label("playlist.mode"), "data-part": "mode" }, options);
  mode.addEventListener("change", () => on.change(at, { mode: mode.value }));
  const heat = el("input", { type: "checkbox", class: "playlist__heat", "aria-label": label("playlist.heat"), checked: stop.heat, "data-part": "heat" });
  heat.addEventListener("change", () => on.change(at, { heat: heat.checked }));
  const seconds = el("input", {
    type: "number", class: "field__input playlist__seconds", min: SHORTEST_S, max: LONGEST_S, step: 1, value: stop.seconds,
    "aria-label": label("playlist.seconds"), "data-part": "seconds",
  });
  seconds.addEventListener("change", () => on.change(at, { seconds: sane(Number(seconds.value)) }));
  const arrow = (/** @type {string} */ part, /** @type {number} */ step, /** @type {boolean} */ isOff) => {
    const words = language.say(`playlist.${part}`, { name });
    const found = el("button", {
      type: "button", class: `button button--small playlist__${part}`, title: words, "aria-label": words, "data-part": part, disabled: isOff,
    }, [icon(ICONS.up)]);
    found.addEventListener("click", () => on.move(at, step));
    return found;
  };
  const take = language.say("playlist.take", { name });
  const close = el("button", { type: "button", class: "button button--small button--danger", title: take, "aria-label": take, "data-part": "take" }, [icon(ICONS.close)]);
  close.addEventListener("click", () => on.remove(at));
  const row = el("tr", { "data-stop": stop.division, "data-off": String(stop.division_name === null) }, [
    cell("", [el("span", { class: "playlist__number", text: String(at + 1) })]),
    cell("", [el("span", { class: "list__name", text: name, title: stop.division })]),
    cell(language.say("playlist.mode"), [mode]),
    cell(language.say("playlist.heat"), [heat]),
    cell(language.say("playlist.seconds"), [seconds]),
    cell("", [el("div", { class: "list__actions" }, [arrow("up", -1, at === 0), arrow("down", 1, at === count - 1), close])]),
  ]);
  row.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!event.altKey || !step) return;
    event.preventDefault();
    on.move(at, step);
  });
  return row;
}

/**
 * @param {Language} language
 * @param {string[]} heads
 * @param {HTMLElement[]} rows
 */
function table(language, heads, rows) {
  const titles = heads.map((key) => el("th", { scope: "col", text: language.say(key) }));
  titles.push(el("th", { scope: "col" }, [el("span", { class: "visually-hidden", text: language.say("admin.actions") })]));
  return el("table", { class: "list__table" }, [el("thead", {}, [el("tr", {}, titles)]), el("tbody", {}, rows)]);
}

/**
 * @param {string} head shown before the cell where there is no room for a table
 * @param {(Node | null)[]} children
 */
const cell = (head, children) => el("td", { "data-head": head || null }, children);

/**
 * @param {string} text
 * @param {() => void} run
 * @param {string} [look]
 */
export function button(text, run, look = "") {
  return el("button", { type: "button", class: `button button--small ${look}`, text, on: { click: run } });
}
