// @ts-check
// How much each vertex of a line matters (Douglas and Peucker, 1973), worked out once; a line for
// any screen scale is then a filter. Lines are shared by neighbours, so no gap can open.

/**
 * @param {Float64Array} xy x, y, x, y …
 * @returns {Float32Array} for each vertex the tolerance up to which it must be kept
 */
export function importance(xy) {
  const count = xy.length / 2;
  const keep = new Float32Array(count);
  if (count === 0) return keep;
  keep[0] = Infinity;
  keep[count - 1] = Infinity;
  /** @type {[number, number, number][]} */
  const open = [[0, count - 1, Infinity]];
  for (let span = open.pop(); span; span = open.pop()) {
    const [from, to, bound] = span;
    const [far, distance] = farthest(xy, from, to);
    if (far < 0) continue;
    // Never more than its parent: a vertex without the one that it hangs on would be a spike.
    const own = Math.min(bound, distance);
    keep[far] = own;
    open.push([from, far, own], [far, to, own]);
  }
  return keep;
}

/**
 * @param {Float64Array} xy
 * @param {number} from
 * @param {number} to
 * @returns {[number, number]} vertex and its distance from the chord; -1 if there is none between
 */
function farthest(xy, from, to) {
  const ax = xy[2 * from];
  const ay = xy[2 * from + 1];
  const dx = xy[2 * to] - ax;
  const dy = xy[2 * to + 1] - ay;
  const length2 = dx * dx + dy * dy;
  let far = -1;
  let most = -1;
  for (let n = from + 1; n < to; n += 1) {
    const px = xy[2 * n] - ax;
    const py = xy[2 * n + 1] - ay;
    const t = length2 === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / length2));
    const d2 = (px - t * dx) ** 2 + (py - t * dy) ** 2;
    if (d2 > most) {
      most = d2;
      far = n;
    }
  }
  return [far, Math.sqrt(most)];
}

/**
 * @param {Float64Array} xy
 * @param {Float32Array} keep from `importance`
 * @param {number} tolerance in the units of xy
 * @returns {Float64Array} the vertices that matter
 */
export function filtered(xy, keep, tolerance) {
  if (tolerance <= 0) return xy;
  const kept = [];
  for (let n = 0; n < keep.length; n += 1) {
    if (keep[n] >= tolerance) kept.push(xy[2 * n], xy[2 * n + 1]);
  }
  return Float64Array.from(kept);
}
