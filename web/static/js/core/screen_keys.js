// @ts-check
// Keys of a keyboard, a presenter or a television's remote control, and what they ask of the screen.
import { SCREEN_MODES, down, sibling, up } from "./screen_state.js";

/** @typedef {import("./topology.js").Terrain} Terrain */
/** @typedef {import("./screen_state.js").ScreenState} ScreenState */

/** @typedef {"up" | "down" | "left" | "right" | "home" | "tour" | "heat" | "labels" | "assets" | "mode"} Wish */

/** `KeyboardEvent.key` → what is wished. Names of remote controls are those of UI Events. */
export const KEYS = /** @type {Record<string, Wish>} */ ({
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  PageUp: "left",
  PageDown: "right",
  ChannelUp: "right",
  ChannelDown: "left",
  Enter: "down",
  Select: "down",
  Backspace: "up",
  Escape: "up",
  GoBack: "up",
  BrowserBack: "up",
  Home: "home",
  BrowserHome: "home",
  t: "tour",
  MediaPlayPause: "tour",
  MediaPlay: "tour",
  MediaPause: "tour",
  h: "heat",
  ColorF0Red: "heat",
  l: "labels",
  ColorF1Green: "labels",
  a: "assets",
  ColorF2Yellow: "assets",
  m: "mode",
  ColorF3Blue: "mode",
});

/**
 * @param {Terrain} terrain
 * @param {ScreenState} state
 * @param {string} key of the keyboard event
 * @returns {Partial<ScreenState> | null} what changes; null for a key that means nothing here
 */
export function pressed(terrain, state, key) {
  if (/^[1-9]$/.test(key)) {
    const mode = SCREEN_MODES[Number(key) - 1];
    return mode ? { mode } : null;
  }
  switch (KEYS[key] ?? KEYS[key.toLowerCase()]) {
    case "up":
      return up(terrain, state);
    case "down":
      return down(terrain, state);
    case "left":
      return sibling(terrain, state, -1);
    case "right":
      return sibling(terrain, state, 1);
    case "home":
      return { division: null, grid: null };
    case "tour":
      return { touring: !state.touring || state.paused_until !== null, paused_until: null };
    case "heat":
      return { heat: !state.heat };
    case "labels":
      return { labels: !state.labels };
    case "assets":
      return { assets: !state.assets };
    case "mode":
      return { mode: SCREEN_MODES[(SCREEN_MODES.findIndex((mode) => mode === state.mode) + 1) % SCREEN_MODES.length] };
    default:
      return null;
  }
}
