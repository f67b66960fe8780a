// @ts-check
// What stands over the map: breadcrumbs, switches, legend, scale bar, card, banner.
import { number, translate } from "../../core/i18n.js";
import { planePoint } from "../../map/camera.js";
import { designUnit } from "../../map/frame.js";
import { el } from "../../ui/dom.js";
import { Bar } from "./bar.js";
import { Crumbs } from "./crumbs.js";
import { assetLegend, heatScaleLegend, lookLegend } from "./legend.js";

/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {{left: number, right: number, top: number, bottom: number}} Padding CSS pixels */

export class Furniture {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    this.crumbs = new Crumbs(stage.terrain, (code) => stage.enter(code));
    this.bar = new Bar(stage.store);
    this.key = el("section", { class: "stage-legend" });
    this.keyed = "";
    this.scaleLine = el("span", { class: "stage-scale__line" });
    this.scaleText = el("span", { class: "digits" });
    this.ruler = el("div", { class: "stage-scale", "aria-hidden": "true" }, [this.scaleText, this.scaleLine]);
    this.alertWord = el("strong", { class: "stage-alert__word" });
    this.alertTitle = el("span", { class: "stage-alert__title" });
    this.alertPlace = el("span", { class: "stage-alert__place" });
    this.alert = el("div", { class: "stage-alert", role: "alert", hidden: true }, [
      this.alertWord, this.alertTitle, this.alertPlace,
    ]);
    this.corner = el("div", { class: "stage-corner" }, [this.key, this.ruler]);
    this.top = el("div", { class: "stage-top__row" }, [this.crumbs.element, this.bar.element]);
    this.over = el("div", { class: "stage-top" }, [this.top, this.alert, stage.card.element]);
    stage.element.append(this.corner, this.over);
  }

  show() {
    const { stage } = this;
    const { state } = stage;
    this.crumbs.show(state);
    this.bar.show(state, { assets: stage.painter.assets.length > 0, tour: stage.hasTour });
    this.key.setAttribute("aria-label", translate(state.lang, "stage.legend"));
    this.legend();
    this.scale();
    this.alert.hidden = !state.alert;
    if (!state.alert) return;
    this.alertWord.textContent = translate(state.lang, "stage.alert");
    this.alertTitle.textContent = state.alert.title;
    this.alertPlace.textContent = state.alert.place;
  }

  /** The legend says what was painted, so it follows the painting. */
  legend() {
    const { stage } = this;
    const { lang, mode, heat } = stage.state;
    const shownHeat = heat ? stage.painter.heat.legend : null;
    const counts = countsOf(stage.painter.shownAssets);
    const entries = stage.painter.look?.legend ?? [];
    const key = JSON.stringify([lang, mode, heat, shownHeat, [...counts], entries, stage.painter.strength]);
    if (key === this.keyed) return;
    this.keyed = key;
    const parts = heat ? heatScaleLegend(lang, shownHeat, stage.terrain.tracts !== undefined) : lookLegend(lang, mode, entries, stage.painter.strength);
    this.key.replaceChildren(...parts, ...this.#tracts(), ...assetLegend(lang, counts));
  }

  /** @returns {HTMLElement[]} what an area is, where it is no grid */
  #tracts() {
    const { stage } = this;
    const { terrain: { tracts, focus, divisions }, state: { lang } } = stage;
    if (!tracts || focus) return [];
    const slug = [...divisions.values()].at(-1)?.level ?? "";
    const level = stage.levels[slug]?.[lang === "zh" ? 0 : 1] ?? slug;
    return [el("p", { class: "stage-legend__note", text: translate(lang, "stage.by_tract", { level }) })];
  }

  scale() {
    const { map, state } = this.stage;
    const { x, y } = map.getSize();
    if (x === 0 || y === 0) return;
    const wide = 120 * designUnit();
    const across = map.distance(map.containerPointToLatLng([x / 2, y / 2]), map.containerPointToLatLng([x / 2 + wide, y / 2]));
    const size = 10 ** Math.floor(Math.log10(across));
    const metres = [5, 2, 1].map((n) => n * size).find((round) => round <= across) ?? size;
    const key = metres >= 1000 ? "stage.kilometres" : "stage.metres";
    this.scaleText.textContent = translate(state.lang, key, { count: number(state.lang, metres >= 1000 ? metres / 1000 : metres) });
    this.scaleLine.style.setProperty("--length", `${(wide * metres) / across}px`);
  }

  /**
   * What is looked at stands clear of everything that lies over the map.
   * @param {any} bounds Leaflet's, of what will be shown
   * @returns {Padding}
   */
  padding(bounds) {
    const plain = this.#margins();
    const corner = this.#insets(this.corner);
    if (!this.#isUnder(bounds, plain, corner)) return plain;
    return { ...plain, left: Math.max(plain.left, corner.right) };
  }

  /** @returns {Padding} CSS pixels that are covered above and at the right */
  #margins() {
    const edge = 14 * designUnit();
    const card = this.stage.card.element;
    const { x: width } = this.stage.map.getSize();
    const right = card.hidden ? 0 : width - this.#insets(card).left;
    // A phone's card covers half of the map, not its side.
    return { left: edge, right: (right < width * 0.6 ? right : 0) + edge, top: this.#insets(this.top).bottom + edge / 2, bottom: edge };
  }

  /**
   * @param {HTMLElement} part
   * @returns {Padding} its edges in the map's own pixels, also where a wall squeezes the picture
   */
  #insets(part) {
    const map = this.stage.map.getContainer().getBoundingClientRect();
    const { x, y } = this.stage.map.getSize();
    const [across, down] = [map.width ? x / map.width : 1, map.height ? y / map.height : 1];
    const box = part.getBoundingClientRect();
    return {
      left: (box.left - map.left) * across,
      right: (box.right - map.left) * across,
      top: (box.top - map.top) * down,
      bottom: (box.bottom - map.top) * down,
    };
  }

  /**
   * @param {any} bounds
   * @param {Padding} padding
   * @param {Padding} box edges of what lies over the map
   * @returns {boolean} whether land that is looked at would come to lie under it
   */
  #isUnder(bounds, padding, box) {
    const { map, terrain, hits, scope } = this.stage;
    const [width, height] = [map.getSize().x - padding.left - padding.right, map.getSize().y - padding.top - padding.bottom];
    if (width <= 0 || height <= 0) return false;
    const zoom = map.getBoundsZoom(bounds, false, [padding.left + padding.right, padding.top + padding.bottom]);
    const middle = map.project(bounds.getNorthWest(), zoom).add(map.project(bounds.getSouthEast(), zoom)).divideBy(2);
    const steps = [0.1, 0.3, 0.5, 0.7, 0.9];
    return steps.some((u) => steps.some((v) => {
      const x = box.left + (box.right - box.left) * u - (padding.left + width / 2);
      const y = box.top + (box.bottom - box.top) * v - (padding.top + height / 2);
      const at = planePoint(map, map.unproject(middle.add([x, y]), zoom), terrain.origin);
      const grid = hits.at(at.x, at.y);
      return grid !== null && terrain.divisions.get(grid.division)?.path[scope.depth] === scope.code;
    }));
  }

  remove() {
    for (const part of [this.over, this.corner]) part.remove();
  }
}

/** @param {import("./assets.js").Asset[]} assets */
function countsOf(assets) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { kind } of assets) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
