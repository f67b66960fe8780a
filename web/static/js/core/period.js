// @ts-check
// Days as text (2026-11-21), because a day in China is not an instant.

const DAY_MS = 86_400_000;

/**
 * @param {string} day yyyy-mm-dd
 * @param {number} days
 * @returns {string}
 */
export function addDays(day, days) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/**
 * @param {string} from
 * @param {string} to
 * @returns {number} days from one to the other
 */
export function daysBetween(from, to) {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/**
 * @param {unknown} value
 * @returns {value is string}
 */
export function isDay(value) {
  return (
    typeof value === "string" &&
    /^\d{4}-\d\d-\d\d$/.test(value) &&
    !Number.isNaN(Date.parse(`${value}T00:00:00Z`)) &&
    addDays(value, 0) === value
  );
}

/** @typedef {{first: string, last: string}} Span both days included */

export const PRESETS = /** @type {const} */ (["all", "day", "week", "month", "year"]);

/**
 * The presets count back from the last day that has data, not from the clock: what is on the
 * screen then never depends on when one looks.
 * @param {string} preset
 * @param {Span} data first and last day with an event
 * @returns {Span | null} null for a preset that does not exist
 */
export function presetSpan(preset, data) {
  const { first, last } = data;
  const clipped = (/** @type {string} */ from) => ({ first: from < first ? first : from, last });
  switch (preset) {
    case "all":
      return { first, last };
    case "day":
      return { first: last, last };
    case "week":
      return clipped(addDays(last, -6));
    case "month":
      return clipped(addDays(last, -29));
    case "year":
      return clipped(`${last.slice(0, 4)}-01-01`);
    default:
      return null;
  }
}

/**
 * @param {Span} span
 * @param {Span} data
 * @returns {string} the preset that the span is, or "custom"
 */
export function presetOf(span, data) {
  const found = PRESETS.find((preset) => {
    const other = presetSpan(preset, data);
    return other && other.first === span.first && other.last === span.last;
  });
  return found ?? "custom";
}

/**
 * @param {Span} span
 * @param {Span} data
 * @returns {Span} within the data, the right way round
 */
export function clampSpan(span, data) {
  const clamp = (/** @type {string} */ day) =>
    day < data.first ? data.first : day > data.last ? data.last : day;
  const [first, last] = [clamp(span.first), clamp(span.last)];
  return first <= last ? { first, last } : { first: last, last: first };
}
