// @ts-check
// The canvases of the wall screen's map. Each is painted anew only when something of its own
// changed. What a flight leads to is painted while it flies, in slices between its pictures, on a
// second set of canvases that then appears over the first: no picture waits for a painter.
import { advance, finish, stepsOf } from "../../core/slices.js";
import { drawsInSoftware } from "../../map/camera.js";
import { HUGE_PIXELS } from "../../map/frame.js";
import { HEAT_RESOLUTION } from "./heat.js";
import { Sheet, isSame } from "./sheet.js";
import { viewNow, viewThere } from "./views.js";

/** @typedef {import("../../map/frame.js").Frame} Frame */
/** @typedef {import("../../map/frame.js").View} View */
/** @typedef {"fills" | "heat" | "lines" | "assets" | "marks"} LayerName */
/** @typedef {(frame: Frame) => boolean | import("../../core/slices.js").Steps<boolean>} Paint tells
 *   whether there is anything on its canvas */
/** @typedef {{view: View, names: LayerName[], steps: import("../../core/slices.js").Steps<void>, request: number,
 *   timer: number, isAwaited: boolean}} Coming what is being painted ahead; `timer` once it appears,
 *   `isAwaited` until the flight to it begins */

/** From below to above; names lie over symbols. */
const ORDER = /** @type {const} */ (["fills", "heat", "assets", "lines", "marks"]);
/** Painted ahead; marks are small and follow at the end. */
const LARGE = /** @type {LayerName[]} */ (["fills", "heat", "assets", "lines"]);

/** The wheel rests when it has not turned for so long; until then the canvases are only scaled. */
const REST_MS = 160;
/** Of the time between two pictures painters may take so much while the map flies; the rest is for
 * moving what there is. Where it stands nothing but the pointer waits for them. On a machine that
 * shows few pictures a slice is longer: what was flown to is painted when the flight ends. */
const SLICE = { moving: { share: 0.33, most: 14 }, standing: { share: 0.8, most: 40 } };
const SHORTEST_MS = 16;
/** So long the new picture takes to appear over the old one. */
const FADE_MS = 220;

export class Layers {
  /**
   * @param {any} map Leaflet's
   * @param {{x: number, y: number}} origin of the local plane
   * @param {Record<LayerName, Paint>} painters
   * @param {(view: View) => View | null} marked the part of a view that marks are in
   */
  constructor(map, origin, painters, marked) {
    this.map = map;
    this.origin = origin;
    this.painters = painters;
    this.marked = marked;
    /** @type {Set<LayerName>} */
    this.stale = new Set(ORDER);
    /** The canvases are moved as pictures while the map flies; what is painted then would be off. */
    this.moving = false;
    /** While this holds, the map may come to stand as often as it likes: nothing is painted. */
    this.held = true;
    /** When the wheel was turned last, ms. */
    this.turned = -Infinity;
    this.timer = 0;
    /** @type {Coming | null} */
    this.coming = null;
    for (const [n, name] of ORDER.entries()) {
      const pane = map.createPane(`stage-${name}`);
      pane.style.zIndex = String(210 + 10 * n);
      pane.style.pointerEvents = "none";
    }
    /** @type {Map<LayerName, Sheet>} */
    this.sheets = new Map(ORDER.map((name) => [name, this.#sheet(name)]));
    /** The second set, made when first needed. @type {Map<LayerName, Sheet>} */
    this.spare = new Map();
    this.turns = () => {
      this.turned = performance.now();
    };
    map.getContainer().addEventListener("wheel", this.turns, { passive: true, capture: true });
    const place = () => this.#each((sheet) => sheet.place());
    this.heard = {
      zoomstart: () => {
        this.moving = true;
        // Whoever turns the wheel does not want what was being painted.
        if (this.coming?.isAwaited) this.coming.isAwaited = false;
        else this.#drop();
      },
      move: place,
      zoomend: place,
      viewreset: place,
      zoomanim: (/** @type {any} */ { center, zoom }) => this.#each((sheet) => sheet.glide(center, zoom)),
      moveend: () => this.#ended(),
    };
    map.on(this.heard);
  }

  /** @param {LayerName} name */
  #sheet(name) {
    const className = `canvas stage-canvas stage-canvas--${name}`;
    const resolution = name === "heat" ? HEAT_RESOLUTION : 1;
    return new Sheet(this.map, this.map.getPane(`stage-${name}`), { className, resolution, origin: this.origin });
  }

  /** @param {(sheet: Sheet) => void} run */
  #each(run) {
    for (const sheet of this.sheets.values()) run(sheet);
    for (const sheet of this.spare.values()) run(sheet);
  }

  /** @returns {boolean} whether the map flies, or what it came to is still being painted */
  get isBusy() {
    return this.moving || this.coming !== null;
  }

  #isTurning() {
    return performance.now() - this.turned < REST_MS;
  }

  #ended() {
    this.moving = false;
    this.#each((sheet) => sheet.place());
    if (this.held) return;
    if (this.#isTurning()) this.#afterRest();
    else this.#renew();
  }

  #afterRest() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      if (this.#isTurning() || this.moving) this.#afterRest();
      else this.#renew();
    }, REST_MS);
  }

  /** The map has come to stand: paint what there is to see from here, unless that is being done. */
  #renew() {
    const view = viewNow(this.map);
    if (!isSame(this.coming?.view ?? null, view)) {
      this.#drop();
      const old = LARGE.some((name) => !isSame(this.sheets.get(name)?.view ?? null, view));
      if (old) this.#ahead(view, LARGE);
    }
    this.stale.add("marks");
    this.paint();
  }

  /** @param {LayerName[]} names of layers that show something old */
  want(...names) {
    for (const name of names) this.stale.add(name);
  }

  /** Paint what is stale, unless the map moves, or it is being painted ahead: then that comes first. */
  paint() {
    if (this.moving || this.held || this.#isTurning()) return;
    const view = viewNow(this.map);
    for (const name of [...this.stale]) {
      if (!this.coming?.names.includes(name)) this.#paint(name, view);
    }
  }

  /**
   * @param {LayerName} name
   * @param {View} view
   */
  #paint(name, view) {
    const sheet = /** @type {Sheet} */ (this.sheets.get(name));
    this.stale.delete(name);
    const seen = name === "marks" ? this.marked(view) : view;
    sheet.show(seen !== null && finish(this.painters[name](sheet.begin(seen))));
  }

  /**
   * Paint something anew for which nobody waits.
   * @param {LayerName[]} names
   */
  refresh(...names) {
    this.want(...names);
    if (!this.isBusy && !this.held && !this.#isTurning()) this.#refresh();
  }

  #refresh() {
    const names = LARGE.filter((name) => this.stale.has(name));
    if (names.length > 0 && !this.moving) this.#ahead(viewNow(this.map), names);
    this.paint();
  }

  /** Paint the marks where they are, whether or not the map is about to move. */
  mark() {
    if (!this.moving && !this.held) this.#paint("marks", viewNow(this.map));
  }

  /**
   * The map is about to fly: paint meanwhile what it flies to.
   * @param {any} center
   * @param {number} zoom
   */
  fly(center, zoom) {
    this.#drop();
    this.#ahead(viewThere(this.map, center, zoom), LARGE, true);
  }

  /**
   * @param {View} view
   * @param {LayerName[]} names
   * @param {boolean} [isAwaited] whether a flight to it begins now
   */
  #ahead(view, names, isAwaited = false) {
    for (const name of names) this.stale.delete(name);
    const coming = { view, names, steps: this.#steps(view, names), request: 0, timer: 0, isAwaited };
    this.coming = coming;
    let last = performance.now();
    const slice = (/** @type {number} */ now) => {
      const since = Math.max(SHORTEST_MS, now - last);
      last = now;
      const { share, most } = this.moving || this.map.dragging.moving() ? SLICE.moving : SLICE.standing;
      const until = performance.now() + Math.min(most, share * since);
      const { done } = advance(coming.steps, () => performance.now() >= until);
      if (done) this.#appear(coming);
      else coming.request = requestAnimationFrame(slice);
    };
    coming.request = requestAnimationFrame(slice);
  }

  /**
   * @param {View} view
   * @param {LayerName[]} names
   */
  *#steps(view, names) {
    for (const name of names) {
      let sheet = this.spare.get(name);
      if (!sheet) this.spare.set(name, (sheet = this.#sheet(name)));
      const frame = sheet.begin(view);
      const painting = stepsOf(this.painters[name](frame));
      let step = painting.next();
      while (!step.done) {
        settle(frame);
        yield;
        step = painting.next();
      }
      sheet.isEmpty = !step.value;
      settle(frame);
      yield;
    }
  }

  /** @param {Coming} coming whose canvases are painted */
  #appear(coming) {
    for (const name of coming.names) {
      const [next, last] = [this.spare.get(name), this.sheets.get(name)];
      if (!next || !last) continue;
      next.show(!next.isEmpty);
      if (!next.canvas.hidden) next.appear(FADE_MS);
      // Land lies under land; of lines and names only one may be read.
      if (name !== "fills" && !last.canvas.hidden) last.vanish(FADE_MS);
    }
    coming.timer = window.setTimeout(() => {
      this.#take(coming);
      this.#refresh();
    }, FADE_MS);
  }

  /** @param {Coming} coming that has appeared: it is what there is from now on */
  #take(coming) {
    for (const name of coming.names) {
      const [next, last] = [this.spare.get(name), this.sheets.get(name)];
      if (!next || !last) continue;
      this.sheets.set(name, next);
      this.spare.set(name, last);
      last.rest();
      if (coming.view.width * coming.view.height > HUGE_PIXELS) last.forget();
    }
    this.coming = null;
  }

  /** Whatever is being painted ahead is not what will be seen. */
  #drop() {
    const { coming } = this;
    if (!coming) return;
    cancelAnimationFrame(coming.request);
    window.clearTimeout(coming.timer);
    if (coming.timer) {
      this.#take(coming);
      return;
    }
    this.coming = null;
    for (const name of coming.names) {
      this.spare.get(name)?.rest();
      this.stale.add(name);
    }
  }

  /**
   * Paint once, whatever a change of place or size makes the map do meanwhile.
   * @param {() => void} change
   */
  once(change) {
    this.#drop();
    this.held = true;
    change();
    this.held = false;
    const view = viewNow(this.map);
    for (const [name, sheet] of this.sheets) if (!isSame(sheet.view, view)) this.stale.add(name);
    this.paint();
  }

  remove() {
    this.held = true;
    this.#drop();
    window.clearTimeout(this.timer);
    this.map.getContainer().removeEventListener("wheel", this.turns, { capture: true });
    this.map.off(this.heard);
    this.#each((sheet) => sheet.remove());
    for (const name of ORDER) {
      // Leaflet keeps a pane for ever otherwise.
      this.map.getPane(`stage-${name}`).remove();
      delete this.map.getPanes()[`stage-${name}`];
    }
  }
}

/**
 * A canvas is only told what to paint, and does so when it is shown: all of it in one picture's
 * time. Where that is the processor's work it is done here, step by step. Reading a pixel does it.
 * @param {Frame} frame
 */
function settle({ context }) {
  if (drawsInSoftware()) context.getImageData(0, 0, 1, 1);
}
