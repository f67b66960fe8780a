// @ts-check
// Textures that tell kinds of grids apart without relying on colour.

/**
 * @param {number} size pixels
 * @param {(context: CanvasRenderingContext2D, size: number) => void} draw
 * @returns {CanvasPattern}
 */
function pattern(size, draw) {
  const canvas = document.createElement("canvas");
  canvas.width = size;
  canvas.height = size;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  draw(context, size);
  return /** @type {CanvasPattern} */ (context.createPattern(canvas, "repeat"));
}

/** @type {Map<string, CanvasPattern>} */
const made = new Map();

/**
 * @param {string} key
 * @param {() => CanvasPattern} make
 * @returns {CanvasPattern}
 */
function once(key, make) {
  let known = made.get(key);
  if (!known) {
    known = make();
    made.set(key, known);
  }
  return known;
}

/**
 * Diagonal hatch of exclusive grids.
 * @param {number} ratio canvas pixels per design pixel
 * @param {string} [colour]
 * @returns {CanvasPattern}
 */
export function hatch(ratio, colour = "rgba(150, 58, 8, 0.55)") {
  const size = Math.max(6, Math.round(6 * ratio));
  return once(`hatch${size}${colour}`, () =>
    pattern(size, (context) => {
      context.strokeStyle = colour;
      context.lineWidth = size / 6;
      context.beginPath();
      for (const shift of [-size, 0, size]) {
        context.moveTo(shift - 1, size + 1);
        context.lineTo(shift + size + 1, -1);
      }
      context.stroke();
    }),
  );
}

/**
 * Dots of community grids.
 * @param {number} ratio canvas pixels per design pixel
 * @param {string} [colour]
 * @returns {CanvasPattern}
 */
export function dots(ratio, colour = "rgba(24, 74, 150, 0.42)") {
  const size = Math.max(6, Math.round(7 * ratio));
  return once(`dots${size}${colour}`, () =>
    pattern(size, (context) => {
      context.fillStyle = colour;
      for (const [x, y] of [[0.25, 0.25], [0.75, 0.75]]) {
        context.beginPath();
        context.arc(x * size, y * size, size * 0.105, 0, 2 * Math.PI);
        context.fill();
      }
    }),
  );
}
