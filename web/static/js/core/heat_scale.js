// @ts-check
// The one scale of the heat: events per km² on a logarithm, fixed by the data of the period and not
// by what is in view, so that a colour means the same in every village and at every zoom.

/** From the faintest colour to the brightest: a factor of so much. */
const SPAN = 300;

/**
 * @typedef {object} DensityScale
 * @property {number} low events per km² where colour begins
 * @property {number} top where it is brightest
 */

/**
 * @param {ArrayLike<number>} xs metres
 * @param {ArrayLike<number>} ys
 * @param {ArrayLike<number>} events
 * @param {number} sigma of the narrowest kernel that is ever painted, metres
 * @returns {number} events per km² in the densest place, at that kernel
 */
export function densestOf(xs, ys, events, sigma) {
  /** @type {Map<number, number[]>} */
  const cells = new Map();
  const side = 3 * sigma;
  const key = (/** @type {number} */ x, /** @type {number} */ y) => Math.floor(x / side) * 1e6 + Math.floor(y / side);
  for (let n = 0; n < xs.length; n += 1) {
    const at = key(xs[n], ys[n]);
    const held = cells.get(at);
    if (held) held.push(n);
    else cells.set(at, [n]);
  }
  const near = (/** @type {number} */ n) => {
    let sum = 0;
    for (let dx = -1; dx <= 1; dx += 1) {
      for (let dy = -1; dy <= 1; dy += 1) {
        for (const m of cells.get(key(xs[n] + dx * side, ys[n] + dy * side)) ?? []) {
          sum += events[m] * Math.exp(-((xs[m] - xs[n]) ** 2 + (ys[m] - ys[n]) ** 2) / (2 * sigma * sigma));
        }
      }
    }
    return sum;
  };
  // The densest place is near one of the fullest cells.
  const fullest = Array.from(events, (count, n) => [count, n]).sort((a, b) => b[0] - a[0]).slice(0, 400);
  const most = fullest.reduce((best, [, n]) => Math.max(best, near(n)), 0);
  return (most / (2 * Math.PI * sigma * sigma)) * 1e6;
}

/**
 * @param {number} value
 * @returns {number} the next of 1, 2, 5, 10, 20 …
 */
export function roundUp(value) {
  if (!(value > 0)) return 1;
  const size = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((n) => n * size).find((round) => round >= value * 0.999) ?? 10 * size;
}

/**
 * @param {number} densest events per km²
 * @returns {DensityScale}
 */
export function densityScale(densest) {
  const top = roundUp(densest);
  return { low: top / SPAN, top };
}

/**
 * @param {number} value events per km²
 * @param {DensityScale} scale
 * @returns {number} place on the ramp, 0 to 1
 */
export function densityPlace(value, { low, top }) {
  if (!(value > low)) return 0;
  return Math.min(1, Math.log(value / low) / Math.log(top / low));
}

/**
 * @param {DensityScale} scale
 * @returns {number[]} round values for the legend
 */
export function densityTicks({ top }) {
  return [top / 100, top / 10, top].map((value) => Number(value.toPrecision(1)));
}
