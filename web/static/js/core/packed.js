// @ts-check
// The packed form of a topology, as `gis/tiles/packing.py` writes it: numbers as characters.

const FIRST = 35;
const BACKSLASH = 92;
const MOST = 0x7fff;
const AREA_STEP_M2 = 100;

/** Reads numbers one after the other. */
class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  /** @returns {boolean} */
  get isDone() {
    return this.at >= this.text.length;
  }

  /** @returns {number} not negative */
  natural() {
    let sum = 0;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      this.at += 1;
      const one = (code > BACKSLASH ? code - 1 : code) - FIRST;
      sum += one;
      if (one !== MOST) return sum;
    }
  }

  /** @returns {number} of either sign */
  whole() {
    const number = this.natural();
    return number % 2 ? -(number + 1) / 2 : number / 2;
  }
}

/**
 * @param {any} packed as `/tiles/grids/….topojson?form=packed` sends it
 * @returns {any} the same as TopoJSON, but each arc is an `Int32Array` of places: x, y, x, y …
 */
export function unpacked(packed) {
  const { grids, basic } = packed;
  const geometries = geometriesOf(packed);
  return {
    type: "Topology",
    generation: packed.generation,
    transform: packed.transform,
    objects: {
      basic: { geometries: geometries.slice(0, basic) },
      exclusive: { geometries: geometries.slice(basic, grids.code.length) },
    },
    divisions: packed.divisions,
    arcs: arcsOf(packed.arcs),
  };
}

/**
 * @param {any} packed
 * @returns {any[]}
 */
function geometriesOf({ grids, transform: { scale, translate } }) {
  const [xs, ys] = [new Reader(grids.x), new Reader(grids.y)];
  const refs = { next: 0 };
  let x = 0;
  let y = 0;
  return grids.code.map((/** @type {string} */ code, /** @type {number} */ n) => {
    x += xs.whole();
    y += ys.whole();
    return {
      arcs: grids.rings[n].map((/** @type {string[]} */ part) => part.map((ring) => ringOf(ring, refs))),
      properties: {
        code,
        name: grids.name[n],
        kind: grids.kind[n],
        division: grids.division[n],
        colour_index: grids.colour_index[n],
        label: [x * scale[0] + translate[0], y * scale[1] + translate[1]],
        label_radius_m: grids.radius_m[n],
        area_m2: grids.area[n] * AREA_STEP_M2,
      },
    };
  });
}

/**
 * @param {string} text how far back each arc lies, and whether it runs backwards
 * @param {{next: number}} refs number of the first arc that was not met yet
 * @returns {number[]} references to arcs; ~n is arc n backwards
 */
function ringOf(text, refs) {
  const reader = new Reader(text);
  const ring = [];
  while (!reader.isDone) {
    const told = reader.natural();
    const arc = refs.next - (told >> 1);
    if (arc === refs.next) refs.next += 1;
    ring.push(told & 1 ? ~arc : arc);
  }
  return ring;
}

/**
 * @param {{starts: number[], steps: number[], x: string, y: string}} arcs
 * @returns {Int32Array[]}
 */
function arcsOf({ starts, steps, x: bendsX, y: bendsY }) {
  const [xs, ys] = [new Reader(bendsX), new Reader(bendsY)];
  let x = 0;
  let y = 0;
  return steps.map((count, n) => {
    const places = new Int32Array(2 * count + 2);
    places[0] = x += starts[2 * n];
    places[1] = y += starts[2 * n + 1];
    let dx = 0;
    let dy = 0;
    for (let at = 2; at < places.length; at += 2) {
      places[at] = x += dx += xs.whole();
      places[at + 1] = y += dy += ys.whole();
    }
    return places;
  });
}
