// @ts-check
// The running list of newest events.
import { changed, keyOf, merged, readEvent } from "../../core/newest.js";
import { enter } from "../../core/screen_state.js";
import { dayOf, timeOf } from "../../core/server_clock.js";
import { el } from "../../ui/dom.js";
import { Panel } from "../panel.js";
import { roomOf } from "../rows.js";

export class Newest extends Panel {
  /** @param {import("../panel.js").Context} context */
  constructor(context) {
    super("newest", context);
    /** @type {import("../../core/newest.js").NewEvent[]} */
    this.events = [];
    /** Of which division the list is. @type {string | null} */
    this.division = null;
    this.list = el("ol", { class: "feed" });
    this.body.append(this.list);
  }

  /** @param {any} board */
  draw(board) {
    const listed = board.newest.map((/** @type {any} */ row) => this.#read(row));
    this.events = board.division.code === this.division ? merged(this.events, listed) : merged([], listed);
    this.division = board.division.code;
    this.unit.textContent = this.say("board.newest_unit", { count: board.today.reported });
    this.#write();
  }

  /** @param {any} message of `event.reported` */
  add(message) {
    if (!this.#isHere(message.division)) return;
    this.events = merged(this.events, [this.#read(message)]);
    this.#write();
  }

  /** @param {any} row */
  #read(row) {
    return readEvent(row, this.context.config.closed_states);
  }

  /** @param {any} message of `event.changed` */
  change(message) {
    const events = changed(this.events, message);
    if (events === this.events) return;
    this.events = events;
    this.#write();
  }

  /** Nothing is known any more of what happened meanwhile. */
  forget() {
    this.events = [];
  }

  /** @param {string | null | undefined} code of where an event lies */
  #isHere(code) {
    const { divisions } = this.context.terrain;
    const place = divisions.get(code ?? "");
    return this.division === null || !place || place.path.includes(this.division);
  }

  #write() {
    /** @type {Map<string, Element>} */
    const rows = new Map([...this.list.children].map((row) => [row.getAttribute("data-key") ?? "", row]));
    const isFirst = rows.size === 0;
    const wanted = this.events.map((event) => {
      const key = keyOf(event);
      const told = JSON.stringify([event, this.lang, this.#today()]);
      const before = rows.get(key);
      if (before?.getAttribute("data-told") === told) return before;
      return this.#row(event, key, told, !before && !isFirst);
    });
    if (wanted.length === 0) {
      const words = this.context.config.sees_events ? "board.no_events" : "board.events_hidden";
      wanted.push(el("li", { class: "rows__none", text: this.say(words) }));
    }
    this.list.replaceChildren(...wanted);
    this.fit();
  }

  /** Rows beyond the edge are kept, but not seen: half a row is worse than none. */
  fit() {
    const room = roomOf(this.list, this.list.children.length);
    [...this.list.children].forEach((row, n) => row.toggleAttribute("hidden", n >= room));
    this.list.classList.toggle("is-full", this.list.children.length >= room);
  }

  resize() {
    this.fit();
  }

  #today() {
    return dayOf(this.context.clock.at(Date.now()));
  }

  /**
   * @param {import("../../core/newest.js").NewEvent} event
   * @param {string} key
   * @param {string} told
   * @param {boolean} isNew
   */
  #row(event, key, told, isNew) {
    const { names, classes } = this.context.config;
    const at = Date.parse(event.reported_at);
    const day = dayOf(at);
    const today = day === this.#today();
    const kind = classes.find((/** @type {any} */ known) => known.code === event.category_code.slice(0, 2));
    const category = this.named(names.categories[event.category_code], kind ? (this.lang === "zh" ? kind.name_zh : kind.name_en) : event.category_code);
    const body = [
      el("span", { class: `urgency urgency--${event.level}`, text: this.named(names.urgencies[event.level], String(event.level)) }),
      el("span", { class: "feed__title", text: event.title ?? category }),
      el("time", { class: "feed__time digits", datetime: event.reported_at, text: today ? timeOf(at).slice(0, 5) : `${day.slice(5)} ${timeOf(at).slice(0, 5)}` }),
      el("span", { class: "feed__place", text: [this.#place(event), event.title ? category : null].filter(Boolean).join(" · ") }),
      el("span", { class: `feed__state feed__state--${event.is_closed ? "closed" : "open"}`, text: this.#state(event) }),
    ];
    const { terrain, store, open } = this.context;
    const { grid } = event;
    const look = (/** @type {string} */ code) =>
      this.context.terrain.byCode.has(code) ? store.set(enter(this.context.terrain, code)) : open?.(code);
    const go = grid && (terrain.byCode.has(grid) || open)
      ? el("button", { type: "button", class: "feed__row", on: { click: () => look(grid) } }, body)
      : el("div", { class: "feed__row" }, body);
    return el("li", { class: isNew ? "feed__item is-new" : "feed__item", "data-key": key, "data-told": told }, [go]);
  }

  /** @param {import("../../core/newest.js").NewEvent} event */
  #place(event) {
    const { byCode, divisions } = this.context.terrain;
    const grid = byCode.get(event.grid ?? "");
    const division = divisions.get(grid?.division ?? event.division ?? "");
    const above = division && divisions.get(division.parent ?? "");
    const isApart = above && above.depth > 0 && above.code !== this.division && grid?.division !== this.division;
    const names = [isApart ? above.name : null, event.grid_name ?? grid?.name ?? division?.name];
    return names.filter(Boolean).join(" ") || this.say("board.outside");
  }

  /** @param {import("../../core/newest.js").NewEvent} event */
  #state(event) {
    if (event.is_closed) return this.say("board.is_closed");
    return this.named(this.context.config.names.states[event.state ?? ""], this.say("board.is_open"));
  }
}
