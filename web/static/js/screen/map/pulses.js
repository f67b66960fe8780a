// @ts-check
// Rings that spread where an event has just been reported: few, on one canvas, and gone again.
import { PULSE_COLOURS } from "../../core/screen_palette.js";
import { toScreen } from "../../map/frame.js";

/** @typedef {import("../../map/frame.js").Frame} Frame */
/**
 * @typedef {object} Pulse
 * @property {number} x local plane
 * @property {number} y
 * @property {string} colour
 * @property {number} reach design pixels
 * @property {number} born ms
 * @property {number} until ms
 */

/** A busy minute does not bury the map. */
const MOST = 32;
const LIFE_MS = 7_000;
const URGENT_LIFE_MS = 20_000;
const ROUND_MS = 1_600;

export class Pulses {
  /**
   * @param {() => void} repaint
   * @param {string[]} [colours] by level, for another ground than a dark one
   */
  constructor(repaint, colours = PULSE_COLOURS) {
    this.repaint = repaint;
    this.colours = colours;
    this.still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    /** @type {Pulse[]} */
    this.pulses = [];
    this.request = 0;
    this.timer = 0;
  }

  /** @param {{x: number, y: number, level?: number | null}} event local plane */
  add({ x, y, level }) {
    const now = performance.now();
    const urgent = level === 1;
    this.pulses.push({
      x,
      y,
      colour: this.colours[level ?? 3] ?? this.colours[3],
      reach: urgent ? 54 : 34,
      born: now,
      until: now + (urgent ? URGENT_LIFE_MS : LIFE_MS),
    });
    while (this.pulses.length > MOST) this.pulses.shift();
    this.#go();
  }

  get count() {
    return this.pulses.length;
  }

  #go() {
    if (this.still) {
      this.repaint();
      window.clearTimeout(this.timer);
      if (this.pulses.length === 0) return;
      const next = Math.min(...this.pulses.map((pulse) => pulse.until)) - performance.now();
      this.timer = window.setTimeout(() => {
        this.#forget();
        this.#go();
      }, Math.max(0, next));
      return;
    }
    if (this.request) return;
    const frame = () => {
      this.#forget();
      this.repaint();
      this.request = this.pulses.length > 0 ? requestAnimationFrame(frame) : 0;
    };
    this.request = requestAnimationFrame(frame);
  }

  #forget() {
    const now = performance.now();
    this.pulses = this.pulses.filter((pulse) => pulse.until > now);
  }

  /** @param {Frame} frame */
  paint(frame) {
    const { context, unit, scale, dx, dy } = frame;
    toScreen(frame);
    const now = performance.now();
    for (const pulse of this.pulses) {
      const share = this.still ? 0.5 : ((now - pulse.born) % ROUND_MS) / ROUND_MS;
      ring(context, pulse.x * scale + dx, pulse.y * scale + dy, pulse, unit, share);
    }
  }

  close() {
    cancelAnimationFrame(this.request);
    window.clearTimeout(this.timer);
    this.pulses = [];
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {Pulse} pulse
 * @param {number} unit
 * @param {number} share of a round
 */
function ring(context, x, y, { colour, reach }, unit, share) {
  context.strokeStyle = colour;
  for (const phase of [share, (share + 0.5) % 1]) {
    context.globalAlpha = 0.9 * (1 - phase) ** 1.4;
    context.lineWidth = (1 + 3 * (1 - phase)) * unit;
    context.beginPath();
    context.arc(x, y, (5 + (reach - 5) * phase) * unit, 0, 2 * Math.PI);
    context.stroke();
  }
  context.globalAlpha = 1;
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, 5 * unit, 0, 2 * Math.PI);
  context.fill();
  context.strokeStyle = "#ffffff";
  context.lineWidth = 1.5 * unit;
  context.stroke();
}
