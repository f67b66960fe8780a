// @ts-check
// How the wall screen is cut up: height sets the scale, width buys columns, and columns buy panels.

/** @typedef {"double" | "wide" | "cinema" | "hall" | "portrait" | "phone"} LayoutName */
/** @typedef {"a" | "b" | "c" | "d"} ColumnName */

/**
 * @typedef {object} Layout
 * @property {LayoutName} name
 * @property {number} rem CSS pixels; 16 at a height of 1080
 * @property {number} width of the picture before it is squeezed, CSS pixels
 * @property {number} height
 * @property {[number, number]} scale across and down; not 1 where a wall stretches what it is sent
 */

/** From this ratio of width to height on (44:9 is 4.89) there is room for two maps. */
const DOUBLE = 4.8;
/** From this one on there is room for two columns at each side. */
const WIDE = 2.9;
const CINEMA = 2.1;
const HALL = 1.2;
const PHONE_WIDTH = 700;

/**
 * @param {number} width of the window, CSS pixels
 * @param {number} height
 * @param {[number, number] | null} [ana] how much the wall stretches the picture, across and down
 * @returns {Layout}
 */
export function layoutOf(width, height, ana = null) {
  const [across, down] = ana ?? [1, 1];
  // Only the ratio of the two matters: the longer side is laid out longer, and squeezed.
  const stretch = across / down;
  const own = { width: width * Math.max(1, stretch), height: height * Math.max(1, 1 / stretch) };
  const ratio = own.width / own.height;
  /** @type {[number, number]} */
  const scale = [width / own.width, height / own.height];
  if (ratio < HALL && width <= PHONE_WIDTH) return { ...own, name: "phone", rem: 15, scale };
  if (ratio < HALL) return { ...own, name: "portrait", rem: Math.max(11, (own.width / 1080) * 16), scale };
  const name = ratio >= DOUBLE ? "double" : ratio >= WIDE ? "wide" : ratio >= CINEMA ? "cinema" : "hall";
  return { ...own, name, rem: Math.min(own.width / 1920, own.height / 1080) * 16, scale };
}

/** @type {Partial<Record<ColumnName, string[][]>>} */
const FOUR = {
  a: [["overview"], ["structure"], ["organisation"]],
  b: [["rates"], ["trend"], ["classes"]],
  c: [["ranking"], ["outliers"]],
  d: [["newest"], ["assets"]],
};

/**
 * Panels by column; those in one slot take turns where there is no room for both.
 * @type {Record<LayoutName, Partial<Record<ColumnName, string[][]>>>}
 */
const PLACES = {
  double: FOUR,
  wide: FOUR,
  cinema: {
    a: [["overview"], ["rates"], ["structure", "organisation", "assets"]],
    c: [["trend"], ["classes"], ["outliers"]],
    d: [["ranking"], ["newest"]],
  },
  hall: {
    a: [["overview"], ["rates"], ["trend", "classes"]],
    d: [["ranking", "organisation", "assets", "outliers", "structure"], ["newest"]],
  },
  portrait: {
    a: [["overview"], ["rates"], ["trend", "classes"]],
    d: [["ranking", "organisation", "assets", "outliers", "structure"], ["newest"]],
  },
  phone: {
    a: [["overview"], ["rates"], ["trend"], ["classes"]],
    d: [["ranking"], ["newest"], ["outliers"], ["structure"], ["organisation"], ["assets"]],
  },
};

/**
 * @param {LayoutName} name
 * @param {Set<string>} wanted names of panels that have something to say
 * @returns {{column: ColumnName, slots: string[][]}[]} columns from left to right; no empty slots
 */
export function arrange(name, wanted) {
  return Object.entries(PLACES[name]).map(([column, slots]) => ({
    column: /** @type {ColumnName} */ (column),
    slots: slots.map((panels) => panels.filter((panel) => wanted.has(panel))).filter((panels) => panels.length > 0),
  }));
}
