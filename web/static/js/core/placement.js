// @ts-check
// Greedy placing of labels: the more important first, none over another.

const CELL = 48;

/**
 * Close enough to place a name by. To measure thousands of names with a font of a hundred files
 * takes longer than to paint the whole map.
 * @param {string} text
 * @returns {number} width in ems: Chinese characters are square, others about half as wide
 */
export function textWidth(text) {
  let ems = 0;
  for (const char of text) ems += (char.codePointAt(0) ?? 0) >= 0x2e80 ? 1 : 0.56;
  return ems;
}

/** Boxes that are taken, in buckets, in pixels. */
export class Occupied {
  constructor() {
    /** @type {Map<string, {x0: number, y0: number, x1: number, y1: number}[]>} */
    this.cells = new Map();
  }

  /**
   * @param {number} x centre
   * @param {number} y centre
   * @param {number} width
   * @param {number} height
   * @returns {boolean} whether the box was free; it is taken then
   */
  take(x, y, width, height) {
    const box = { x0: x - width / 2, y0: y - height / 2, x1: x + width / 2, y1: y + height / 2 };
    const keys = [];
    for (let r = Math.floor(box.y0 / CELL); r <= Math.floor(box.y1 / CELL); r += 1) {
      for (let c = Math.floor(box.x0 / CELL); c <= Math.floor(box.x1 / CELL); c += 1) {
        const key = `${c}:${r}`;
        keys.push(key);
        for (const other of this.cells.get(key) ?? []) {
          if (box.x0 < other.x1 && box.x1 > other.x0 && box.y0 < other.y1 && box.y1 > other.y0) {
            return false;
          }
        }
      }
    }
    for (const key of keys) {
      const held = this.cells.get(key);
      if (held) held.push(box);
      else this.cells.set(key, [box]);
    }
    return true;
  }
}
