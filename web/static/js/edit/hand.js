// @ts-check
// The pointer on the map: a handle is dragged, held or clicked; everything else is Leaflet's.
import { handleAt } from "./handles.js";

/** @typedef {import("./handles.js").Handle} Handle */
/** @typedef {{x: number, y: number}} Point in pixels of the map */
/**
 * @typedef {object} Deeds
 * @property {() => Handle[]} handles
 * @property {(handle: Handle, at: Point) => void} drag
 * @property {(handle: Handle, at: Point) => void} drop
 * @property {() => void} cancel
 * @property {(handle: Handle) => void} choose
 * @property {(handle: Handle) => void} remove
 */

/** How near counts as on it, for a mouse and for a finger; design pixels. */
const REACH = { mouse: 11, pen: 14, touch: 24 };
/** Less than this is a trembling hand, not a drag; pixels. */
const STILL = 4;
const LONG_PRESS_MS = 600;

export class Hand {
  /**
   * @param {any} map Leaflet's
   * @param {Deeds} deeds
   */
  constructor(map, deeds) {
    this.map = map;
    this.deeds = deeds;
    /** @type {{handle: Handle, from: Point, id: number, isMoving: boolean} | null} */
    this.held = null;
    this.timer = 0;
    /** A click that ends a drag is none. */
    this.isBusy = false;
    const box = map.getContainer();
    // Before Leaflet, which would begin to move the map.
    box.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => this.#down(event), { capture: true });
    box.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => this.#move(event), { capture: true });
    box.addEventListener("pointerup", (/** @type {PointerEvent} */ event) => this.#up(event), { capture: true });
    box.addEventListener("pointercancel", () => this.giveUp(), { capture: true });
  }

  /** @param {MouseEvent} event @returns {Point} */
  pointOf(event) {
    const { left, top } = this.map.getContainer().getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  giveUp() {
    if (!this.held) return;
    this.#release();
    this.deeds.cancel();
  }

  /** @param {PointerEvent} event */
  #down(event) {
    this.isBusy = false;
    if (event.button !== 0 || !(event.target instanceof Element) || event.target.closest(".leaflet-control")) return;
    if (this.held) return this.giveUp(); // a second finger means the map
    const from = this.pointOf(event);
    const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    const reach = REACH[/** @type {keyof typeof REACH} */ (event.pointerType)] ?? REACH.mouse;
    const handle = handleAt(this.deeds.handles(), from, reach * unit);
    if (!handle) return;
    event.stopPropagation();
    this.map.dragging.disable();
    this.map.getContainer().setPointerCapture(event.pointerId);
    this.held = { handle, from, id: event.pointerId, isMoving: false };
    if (event.pointerType !== "mouse" && handle.type === "vertex") {
      this.timer = setTimeout(() => this.#longPress(), LONG_PRESS_MS);
    }
  }

  #longPress() {
    const held = this.held;
    if (!held || held.isMoving) return;
    this.#release();
    navigator.vibrate?.(20);
    this.deeds.remove(held.handle);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const { held } = this;
    if (!held || event.pointerId !== held.id) return;
    event.stopPropagation();
    const at = this.pointOf(event);
    if (!held.isMoving && Math.hypot(at.x - held.from.x, at.y - held.from.y) < STILL) return;
    held.isMoving = true;
    clearTimeout(this.timer);
    this.deeds.drag(held.handle, at);
  }

  /** @param {PointerEvent} event */
  #up(event) {
    const { held } = this;
    if (!held || event.pointerId !== held.id) return;
    event.stopPropagation();
    this.#release();
    if (held.isMoving) this.deeds.drop(held.handle, this.pointOf(event));
    else this.deeds.choose(held.handle);
  }

  #release() {
    clearTimeout(this.timer);
    if (this.held && this.map.getContainer().hasPointerCapture(this.held.id)) {
      this.map.getContainer().releasePointerCapture(this.held.id);
    }
    this.held = null;
    this.isBusy = true;
    this.map.dragging.enable();
  }
}
