// @ts-check
// Kernel density of counts: splat into a raster, blur by three boxes (close to a Gaussian).

/**
 * @typedef {object} Field
 * @property {Float32Array} values counts per raster cell, after the blur
 * @property {number} width
 * @property {number} height
 */

/**
 * @param {number} width
 * @param {number} height
 * @param {Float64Array} xs raster coordinates
 * @param {Float64Array} ys
 * @param {ArrayLike<number>} weights
 * @param {number} sigma raster cells
 * @returns {Field}
 */
export function densityField(width, height, xs, ys, weights, sigma) {
  const values = new Float32Array(width * height);
  for (let n = 0; n < xs.length; n += 1) splat(values, width, height, xs[n], ys[n], weights[n]);
  const spare = new Float32Array(width * height);
  for (const radius of boxRadii(sigma)) {
    blurRows(values, spare, width, height, radius);
    blurColumns(spare, values, width, height, radius);
  }
  return { values, width, height };
}

/**
 * Share a count among the four nearest cells, so that it does not jump while the map moves.
 * @param {Float32Array} values
 * @param {number} width
 * @param {number} height
 * @param {number} x
 * @param {number} y
 * @param {number} weight
 */
function splat(values, width, height, x, y, weight) {
  const column = Math.floor(x - 0.5);
  const row = Math.floor(y - 0.5);
  const fx = x - 0.5 - column;
  const fy = y - 0.5 - row;
  for (const [c, r, share] of [
    [column, row, (1 - fx) * (1 - fy)],
    [column + 1, row, fx * (1 - fy)],
    [column, row + 1, (1 - fx) * fy],
    [column + 1, row + 1, fx * fy],
  ]) {
    if (c >= 0 && c < width && r >= 0 && r < height) values[r * width + c] += weight * share;
  }
}

/**
 * @param {number} sigma
 * @returns {number[]} radii of three boxes whose variances add up to sigma² (nearly)
 */
export function boxRadii(sigma) {
  const ideal = Math.sqrt(4 * sigma * sigma + 1);
  const low = Math.max(0, Math.floor((ideal - 1) / 2));
  const variance = (/** @type {number} */ r) => ((2 * r + 1) ** 2 - 1) / 12;
  const missing = sigma * sigma - 3 * variance(low);
  const wide = Math.round(missing / Math.max(1e-9, variance(low + 1) - variance(low)));
  return [0, 1, 2].map((n) => (n < wide ? low + 1 : low));
}

/**
 * @param {Float32Array} from
 * @param {Float32Array} to
 * @param {number} width
 * @param {number} height
 * @param {number} radius
 */
function blurRows(from, to, width, height, radius) {
  const scale = 1 / (2 * radius + 1);
  for (let row = 0; row < height; row += 1) {
    const start = row * width;
    let sum = 0;
    for (let c = 0; c < Math.min(radius, width); c += 1) sum += from[start + c];
    for (let c = 0; c < width; c += 1) {
      if (c + radius < width) sum += from[start + c + radius];
      if (c - radius - 1 >= 0) sum -= from[start + c - radius - 1];
      to[start + c] = sum * scale;
    }
  }
}

/**
 * Row by row with one running sum a column, because memory runs along rows.
 * @param {Float32Array} from
 * @param {Float32Array} to
 * @param {number} width
 * @param {number} height
 * @param {number} radius
 */
function blurColumns(from, to, width, height, radius) {
  const scale = 1 / (2 * radius + 1);
  const sums = new Float64Array(width);
  const add = (/** @type {number} */ row, /** @type {number} */ sign) => {
    for (let c = 0; c < width; c += 1) sums[c] += sign * from[row * width + c];
  };
  for (let row = 0; row < Math.min(radius, height); row += 1) add(row, 1);
  for (let row = 0; row < height; row += 1) {
    if (row + radius < height) add(row + radius, 1);
    if (row - radius - 1 >= 0) add(row - radius - 1, -1);
    for (let c = 0; c < width; c += 1) to[row * width + c] = Math.max(0, sums[c]) * scale;
  }
}

/**
 * @param {Float32Array} values
 * @param {number} share 0 to 1
 * @returns {{at: number, top: number}} the value below which this share of what is not empty
 *   lies, and the largest one; 0 for nothing
 */
export function percentile(values, share) {
  let top = 0;
  for (let n = 0; n < values.length; n += 1) if (values[n] > top) top = values[n];
  if (top === 0) return { at: 0, top: 0 };
  const floor = top * 1e-3;
  const BINS = 4096;
  const counts = new Uint32Array(BINS);
  let total = 0;
  for (let n = 0; n < values.length; n += 1) {
    if (values[n] < floor) continue;
    counts[Math.min(BINS - 1, Math.floor((values[n] / top) * BINS))] += 1;
    total += 1;
  }
  let seen = 0;
  let bin = 0;
  while (bin < BINS - 1 && seen + counts[bin] < share * total) {
    seen += counts[bin];
    bin += 1;
  }
  return { at: ((bin + 1) / BINS) * top, top };
}
