// @ts-check
// The running list of events: what the server lists, and what it tells in between.

/** So many rows are kept, however many events a week brings. */
export const KEPT = 40;

/**
 * @typedef {object} NewEvent
 * @property {string | null} event_no null for those who may not see single events
 * @property {string | null} title
 * @property {string} category_code
 * @property {number} level
 * @property {string} reported_at
 * @property {boolean} is_closed
 * @property {string | null} state
 * @property {string | null} grid code
 * @property {string | null} grid_name
 * @property {string | null} division code of what it lies in
 */

/**
 * @param {any} row of the board's `newest`, or a message `event.reported`
 * @param {string[]} closed steps in which an event counts as closed
 * @returns {NewEvent}
 */
export function readEvent(row, closed) {
  return {
    event_no: row.event_no ?? null,
    title: row.title ?? null,
    category_code: row.category_code,
    level: row.level,
    reported_at: row.reported_at,
    is_closed: closed.includes(row.state),
    state: row.state ?? null,
    grid: row.grid ?? row.exclusive ?? row.basic ?? null,
    grid_name: row.grid_name ?? null,
    division: row.division ?? null,
  };
}

/** @param {NewEvent} event @returns {string} what tells it from others */
export const keyOf = (event) =>
  event.event_no ?? `${event.reported_at}|${event.category_code}|${event.division ?? ""}`;

/**
 * @param {NewEvent[]} events newest first
 * @param {NewEvent[]} more
 * @returns {NewEvent[]} newest first, each once; the later word counts, but a name once known stays
 */
export function merged(events, more) {
  /** @type {Map<string, NewEvent>} */
  const known = new Map(events.map((event) => [keyOf(event), event]));
  for (const event of more) {
    const before = known.get(keyOf(event));
    known.set(keyOf(event), {
      ...event,
      grid_name: event.grid_name ?? before?.grid_name ?? null,
      state: event.state ?? before?.state ?? null,
      is_closed: event.is_closed || Boolean(before?.is_closed),
    });
  }
  return [...known.values()]
    .sort((a, b) => Date.parse(b.reported_at) - Date.parse(a.reported_at))
    .slice(0, KEPT);
}

/**
 * @param {NewEvent[]} events
 * @param {{event_no: string, state?: string, closed_at?: string | null}} change
 * @returns {NewEvent[]} the same list where it is about none of them
 */
export function changed(events, change) {
  if (!events.some((event) => event.event_no === change.event_no)) return events;
  return events.map((event) =>
    event.event_no === change.event_no
      ? { ...event, state: change.state ?? event.state, is_closed: Boolean(change.closed_at) }
      : event,
  );
}
