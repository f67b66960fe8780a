// @ts-check
// Class breaks for choropleth maps: natural breaks (Jenks), on a sample of quantiles.

/** Values beyond this many are represented by quantiles: the classes come out the same. */
const SAMPLE = 256;

/**
 * @param {number[]} values
 * @param {number} count classes wanted
 * @returns {number[]} upper bounds, ascending, the last one the maximum; fewer where values repeat
 */
export function naturalBreaks(values, count) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return [];
  const distinct = [...new Set(sorted)];
  if (distinct.length <= count) return distinct;
  const bounds = jenks(sampled(sorted), count);
  bounds[bounds.length - 1] = sorted[sorted.length - 1];
  return [...new Set(bounds)];
}

/**
 * @param {number[]} sorted
 * @returns {number[]}
 */
function sampled(sorted) {
  if (sorted.length <= SAMPLE) return sorted;
  return Array.from({ length: SAMPLE }, (_, n) =>
    sorted[Math.round((n * (sorted.length - 1)) / (SAMPLE - 1))],
  );
}

/**
 * Least sum of squared deviations within classes, by dynamic programming (Jenks 1967, Fisher 1958).
 * @param {number[]} sorted
 * @param {number} count
 * @returns {number[]} upper bounds
 */
function jenks(sorted, count) {
  const n = sorted.length;
  const sum = new Float64Array(n + 1);
  const square = new Float64Array(n + 1);
  sorted.forEach((value, i) => {
    sum[i + 1] = sum[i] + value;
    square[i + 1] = square[i] + value * value;
  });
  const spread = (/** @type {number} */ from, /** @type {number} */ to) =>
    square[to] - square[from] - (sum[to] - sum[from]) ** 2 / (to - from);
  let cost = Float64Array.from({ length: n + 1 }, (_, to) => (to ? spread(0, to) : 0));
  /** @type {Int32Array[]} */
  const cuts = [];
  for (let k = 2; k <= count; k += 1) {
    const next = new Float64Array(n + 1).fill(Infinity);
    const cut = new Int32Array(n + 1);
    for (let to = k; to <= n; to += 1) {
      for (let from = k - 1; from < to; from += 1) {
        // Equal values belong to one class, or the legend would name a bound twice.
        if (sorted[from] === sorted[from - 1]) continue;
        const total = cost[from] + spread(from, to);
        if (total < next[to]) {
          next[to] = total;
          cut[to] = from;
        }
      }
    }
    cuts.push(cut);
    cost = next;
  }
  const bounds = [sorted[n - 1]];
  for (let k = cuts.length - 1, to = n; k >= 0; k -= 1) {
    to = cuts[k][to];
    if (to > 0) bounds.unshift(sorted[to - 1]);
  }
  return bounds;
}

/**
 * @param {number} value
 * @param {number[]} bounds upper bounds, ascending
 * @returns {number} class from 0; -1 for no value
 */
export function classOf(value, bounds) {
  if (!Number.isFinite(value) || bounds.length === 0) return -1;
  const found = bounds.findIndex((bound) => value <= bound);
  return found < 0 ? bounds.length - 1 : found;
}
