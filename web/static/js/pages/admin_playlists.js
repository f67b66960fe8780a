// @ts-check
// The part of /admin that keeps playlists of wall screens: one is worked on until it is saved.
import { listChildren } from "../api/access.js";
import { ProblemError } from "../api/client.js";
import { findPlaylist, putPlaylist, removePlaylist } from "../api/playlists.js";
import { MOST_STOPS, added, changed, draftOf, edit, isSame, moved, redo, removed, undo } from "../core/playlist_draft.js";
import { DEFAULT_PLAYLIST } from "../core/screen_state.js";
import { ask, reasonOf } from "../ui/dialogs.js";
import { el } from "../ui/dom.js";
import { DivisionPicker, textField } from "../ui/fields.js";
import { button, countOf, playlistTable, previewLink, stopTable } from "../ui/playlist_table.js";

/** @typedef {import("../ui/language.js").Language} Language */
/** @typedef {import("../api/playlists.js").Playlist} Playlist */

/** Somebody else was faster. */
const OUTRUN = new Set([412, 428]);

export class PlaylistDesk {
  /**
   * @param {Language} language
   * @param {() => Promise<void>} reload the list
   * @param {() => void} show what `element` returns
   */
  constructor(language, reload, show) {
    this.language = language;
    this.reload = reload;
    this.show = show;
    /** Where the one who works here may decide. @type {{code: string, name: string}[]} */
    this.areas = [];
    /** What is worked on; `etag` is null until it is saved. @type {Pick<Playlist, "name" | "division" | "division_name"> & {etag: string | null} | null} */
    this.open = null;
    /** @type {any[]} */
    this.saved = [];
    this.draft = draftOf([]);
    this.notice = { words: "", isBad: false, isOutrun: false };
    this.isSaving = false;
    addEventListener("beforeunload", (event) => this.isDirty && event.preventDefault());
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  /**
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   */
  say(key, values) {
    return this.language.say(key, values);
  }

  get isDirty() {
    return this.open !== null && !isSame(this.saved, this.draft.stops);
  }

  /** @param {Playlist[]} playlists */
  table(playlists) {
    return playlistTable(this.language, playlists, {
      edit: (playlist) => this.begin(playlist, playlist.stops),
      remove: (playlist) => this.#remove(playlist),
    });
  }

  add() {
    const name = textField(this.say("playlist.name"), { maxlength: 40, id: "field-name", value: DEFAULT_PLAYLIST }, this.say("playlist.name_note"));
    const place = new DivisionPicker(this.language, this.areas);
    ask(this.language, {
      title: this.say("add.playlists"),
      fields: [name.root, place.root],
      submit: this.say("playlist.edit"),
      run: async () => {
        const wanted = name.input.value.trim();
        // There may be one: it is then worked on, and not overwritten.
        const { found } = await findPlaylist(undefined, place.value, wanted);
        const fresh = { name: wanted, division: place.value, division_name: place.name, etag: null };
        this.begin(found ?? fresh, found?.stops ?? []);
      },
    });
  }

  /**
   * @param {Pick<Playlist, "name" | "division" | "division_name"> & {etag: string | null}} playlist
   * @param {any[]} stops
   */
  begin(playlist, stops) {
    this.open = playlist;
    this.saved = stops;
    this.draft = draftOf(stops);
    this.#tell("");
  }

  /** @param {() => void} then after what is unsaved was given up, or at once */
  leave(then) {
    const gone = () => {
      this.open = null;
      then();
    };
    if (!this.isDirty) return gone();
    ask(this.language, {
      title: this.say("playlist.leave_title"),
      text: this.say("playlist.leave_text", { name: this.open?.name ?? "" }),
      submit: this.say("playlist.leave"),
      danger: true,
      run: async () => gone(),
    });
  }

  /** @returns {HTMLElement} what is worked on */
  get element() {
    const { language, draft, open } = this;
    if (!open) throw new Error("no playlist is open");
    const { stops } = draft;
    const state = this.isDirty ? "playlist.unsaved" : open.etag === null ? "playlist.new" : "";
    const head = el("div", { class: "playlist__head" }, [
      el("h2", { class: "playlist__title", text: this.say("playlist.title", { place: open.division_name, name: open.name }) }),
      el("p", { class: "playlist__count", text: countOf(language, stops) }),
      state ? el("span", { class: "state state--off", text: this.say(state) }) : null,
      el("div", { class: "list__actions playlist__end" }, [
        open.etag === null ? null : previewLink(language, open),
        this.#plain("playlist.undo", () => this.#set(undo(draft)), draft.past.length === 0),
        this.#plain("playlist.redo", () => this.#set(redo(draft)), draft.future.length === 0),
        this.#plain("playlist.back", () => this.leave(() => this.reload())),
        this.#plain("playlist.save", () => this.#save(), stops.length === 0 || (!this.isDirty && open.etag !== null), "button--strong"),
      ]),
    ]);
    const rows = stopTable(language, stops, {
      change: (at, change) => this.#edit(changed(stops, at, change)),
      move: (at, step) => this.#move(at, step),
      remove: (at) => this.#edit(removed(stops, at)),
    });
    const none = el("div", { class: "list__empty" }, [el("p", { text: this.say("playlist.no_stops") })]);
    const foot = el("div", { class: "playlist__foot" }, [
      button(this.say("playlist.add_stop"), () => this.#addStop()),
      button(this.say("playlist.add_all"), () => this.#addAll()),
      el("p", { class: "field__note", text: this.say("playlist.keys") }),
    ]);
    return el("div", { class: "playlist" }, [head, this.#noticeLine(), stops.length ? rows : none, foot]);
  }

  #noticeLine() {
    const { words, isBad, isOutrun } = this.notice;
    const line = el("div", { class: `notice ${isBad ? "notice--bad" : ""}`, role: isBad ? "alert" : "status", hidden: !words }, [
      el("span", { text: words }),
      isOutrun ? button(this.say("playlist.load_theirs"), () => this.#loadTheirs()) : null,
    ]);
    return line;
  }

  /**
   * @param {string} key
   * @param {() => void} run
   * @param {boolean} [isOff]
   * @param {string} [look]
   */
  #plain(key, run, isOff = false, look = "") {
    const found = button(this.say(key), run, look);
    found.disabled = isOff;
    found.dataset.part = key.split(".")[1];
    return found;
  }

  /** @param {any[]} stops */
  #edit(stops) {
    if (!isSame(stops, this.draft.stops)) this.#set(edit(this.draft, stops));
  }

  /** @param {import("../core/playlist_draft.js").Draft} draft */
  #set(draft) {
    this.draft = draft;
    this.#tell("");
  }

  /**
   * The row keeps the focus where it goes.
   * @param {number} at
   * @param {number} step
   */
  #move(at, step) {
    const part = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.part : null;
    this.#edit(moved(this.draft.stops, at, step));
    const row = document.querySelectorAll("[data-stop]")[at + step];
    const found = [...(row?.querySelectorAll("[data-part]:not(:disabled)") ?? [])];
    const next = found.find((one) => one instanceof HTMLElement && one.dataset.part === part) ?? found.at(-2);
    if (next instanceof HTMLElement) next.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const isTyping = event.target instanceof HTMLInputElement && event.target.type !== "checkbox";
    if (!this.open || isTyping || !(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    this.#set(key === "y" || event.shiftKey ? redo(this.draft) : undo(this.draft));
  }

  #addStop() {
    const { division, division_name } = this.#opened();
    const place = new DivisionPicker(this.language, [{ code: division, name: division_name }]);
    ask(this.language, {
      title: this.say("playlist.add_stop"),
      fields: [place.root],
      submit: this.say("playlist.add_stop"),
      run: async () => this.#append([{ code: place.value, name: place.name }]),
    });
  }

  async #addAll() {
    const { division, division_name } = this.#opened();
    try {
      const below = await listChildren(division);
      this.#append([{ code: division, name: division_name }, ...below]);
    } catch (error) {
      this.#tell(reasonOf(this.language, error), true);
    }
  }

  /** @param {{code: string, name: string}[]} divisions */
  #append(divisions) {
    const isFull = this.draft.stops.length + divisions.length > MOST_STOPS;
    this.#edit(added(this.draft.stops, divisions));
    if (isFull) this.#tell(this.say("playlist.full", { count: MOST_STOPS }), true);
  }

  async #save() {
    const open = this.#opened();
    const { stops } = this.draft;
    // A second click would be told that somebody else was faster.
    if (this.isSaving) return;
    this.isSaving = true;
    try {
      const saved = await putPlaylist(open.division, open.name, stops, open.etag);
      if (this.open !== open) return;
      this.open = saved;
      this.saved = stops;
      this.#tell(this.say("playlist.saved"));
    } catch (error) {
      const isOutrun = error instanceof ProblemError && OUTRUN.has(error.status);
      this.#tell(reasonOf(this.language, error), true, isOutrun);
    } finally {
      this.isSaving = false;
    }
  }

  async #loadTheirs() {
    const open = this.#opened();
    try {
      const { found } = await findPlaylist(undefined, open.division, open.name);
      this.open = found ?? { ...open, etag: null };
      this.saved = found?.stops ?? [];
      if (found) this.draft = edit(this.draft, found.stops);
      this.#tell(found ? this.say("playlist.theirs") : "");
    } catch (error) {
      this.#tell(reasonOf(this.language, error), true, true);
    }
  }

  /** @param {Playlist} playlist */
  #remove(playlist) {
    ask(this.language, {
      title: this.say("playlist.remove_title", { name: playlist.name }),
      text: this.say("playlist.remove_text"),
      submit: this.say("playlist.remove"),
      danger: true,
      run: async () => {
        await removePlaylist(playlist);
        await this.reload();
      },
    });
  }

  #opened() {
    if (!this.open) throw new Error("no playlist is open");
    return this.open;
  }

  /**
   * @param {string} words
   * @param {boolean} [isBad]
   * @param {boolean} [isOutrun]
   */
  #tell(words, isBad = false, isOutrun = false) {
    this.notice = { words, isBad, isOutrun };
    this.show();
  }
}
