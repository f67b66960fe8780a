// @ts-check
// The left panel: where one is, the figures there, and what lies below.
import { number, percent, translate } from "../core/i18n.js";
import { valueOf } from "../core/measures.js";
import { shortDivision, shortGrid } from "../core/names.js";
import { el, one } from "./dom.js";
import { measure } from "./legend.js";

/** @typedef {import("../core/topology.js").Terrain} Terrain */
/** @typedef {import("../core/topology.js").Division} Division */
/** @typedef {import("../core/figures.js").Figures} Figures */
/** @typedef {import("../core/i18n.js").Lang} Lang */

/** Figure that the bars of the list show, by mode of the map. */
const BAR = {
  colour: "events", kind: "households", events: "events", closing_rate: "closing_rate", households: "households",
  density: "density", overdue: "overdue",
};

/**
 * @typedef {object} Item one row of the list
 * @property {string} code
 * @property {string} name
 * @property {number} value
 * @property {string} [kind] of a grid
 */

export class OverviewPanel {
  /**
   * @param {Terrain} terrain
   * @param {any} config of the page: names of the root and of the levels
   * @param {object} actions
   * @param {(code: string) => void} actions.enter a division
   * @param {(code: string) => void} actions.select a grid
   * @param {(code: string | null) => void} actions.hover a grid
   */
  constructor(terrain, config, actions) {
    this.terrain = terrain;
    this.config = config;
    this.actions = actions;
  }

  /**
   * @param {Lang} lang
   * @param {Division} scope
   * @param {Figures | null} figures
   * @param {string} mode
   * @param {string | null} selected grid code
   */
  show(lang, scope, figures, mode, selected) {
    this.#breadcrumb(lang, scope);
    one("#panel-name").textContent = this.#name(lang, scope);
    one("#panel-figures").replaceChildren(...(figures ? tiles(lang, scope, figures, this.config.figures) : skeleton()));
    this.#list(lang, scope, figures, mode, selected);
  }

  /**
   * @param {Lang} lang
   * @param {Division} division
   * @returns {string} only the root has a name in English
   */
  #name(lang, division) {
    return division.depth === 0 ? this.config.root[lang] : shortDivision(division.name);
  }

  /**
   * @param {Lang} lang
   * @param {Division} scope
   */
  #breadcrumb(lang, scope) {
    const above = scope.path.slice(0, -1).map((code) => this.terrain.divisions.get(code));
    const links = above.map((division) =>
      el("li", {}, [
        el("button", {
          type: "button",
          class: "crumb",
          text: division ? this.#name(lang, division) : "",
          on: { click: () => division && this.actions.enter(division.code) },
        }),
      ]),
    );
    const here = el("li", { class: "crumb crumb--here", "aria-current": "page", text: this.#name(lang, scope) });
    one("#breadcrumb").replaceChildren(...links, here);
    const back = one("#panel-back");
    back.hidden = above.length === 0;
    back.setAttribute("aria-label", translate(lang, "panel.back"));
    back.onclick = () => this.actions.enter(scope.path[scope.path.length - 2]);
  }

  /**
   * @param {Lang} lang
   * @param {Division} scope
   * @param {Figures | null} figures
   * @param {string} mode
   * @param {string | null} selected
   */
  #list(lang, scope, figures, mode, selected) {
    const bar = BAR[/** @type {keyof typeof BAR} */ (mode)];
    const below = scope.children.filter((division) => division.grids.length > 0);
    const items = below.length
      ? below.map((division) => divisionItem(division, figures, bar))
      : scope.grids.map((index) => this.#gridItem(index, scope, figures, bar));
    items.sort((a, b) => sortValue(b) - sortValue(a) || (a.code < b.code ? -1 : 1));
    const largest = Math.max(...items.map((item) => item.value || 0), 1e-9);
    const level = below.length ? this.config.levels[below[0].level][lang === "zh" ? 0 : 1] : "";
    one("#panel-list-title").textContent = translate(
      lang,
      below.length ? "panel.children" : "panel.grid_list",
      { count: number(lang, items.length), level },
    );
    one("#panel-list-measure").textContent = translate(lang, `figure.${bar}`);
    const open = below.length ? this.actions.enter : this.actions.select;
    one("#panel-list").replaceChildren(
      ...items.map((item) => this.#row(lang, item, bar, largest, open, item.code === selected)),
    );
  }

  /**
   * @param {number} index
   * @param {Division} scope
   * @param {Figures | null} figures
   * @param {string} bar
   * @returns {Item}
   */
  #gridItem(index, scope, figures, bar) {
    const grid = this.terrain.grids[index];
    const value = figures ? figures.value(index, bar) : NaN;
    return { code: grid.code, name: shortGrid(grid.name, scope.name, grid.code)[0], value, kind: grid.kind };
  }

  /**
   * @param {Lang} lang
   * @param {Item} item
   * @param {string} bar
   * @param {number} largest
   * @param {(code: string) => void} open
   * @param {boolean} current
   */
  #row(lang, item, bar, largest, open, current) {
    const value = Number.isFinite(item.value)
      ? measure(lang, bar, item.value)
      : "–";
    return el("li", {}, [
      el(
        "button",
        {
          type: "button",
          class: "list-row",
          "data-code": item.code,
          "aria-current": current ? "true" : null,
          on: {
            click: () => open(item.code),
            pointerenter: () => this.actions.hover(item.kind ? item.code : null),
            pointerleave: () => this.actions.hover(null),
          },
        },
        [
          item.kind ? el("span", { class: `dot dot--${item.kind}`, "aria-hidden": "true" }) : null,
          el("span", { class: "list-row__name", text: item.kind ? item.name : shortDivision(item.name) }),
          el("span", { class: "list-row__bar", "aria-hidden": "true" }, [
            el("span", { class: "list-row__fill", style: { "--share": String((item.value || 0) / largest) } }),
          ]),
          el("span", { class: "list-row__value", text: value }),
        ],
      ),
    ]);
  }
}

/** @param {Item} item */
const sortValue = (item) => (Number.isFinite(item.value) ? item.value : -1);

/**
 * @param {Division} division
 * @param {Figures | null} figures
 * @param {string} bar
 * @returns {Item}
 */
function divisionItem(division, figures, bar) {
  if (!figures) return { code: division.code, name: division.name, value: NaN };
  const sums = figures.of(division);
  const columns = Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, [sum]]));
  return { code: division.code, name: division.name, value: valueOf(/** @type {any} */ (columns), bar, 0) };
}

/**
 * @param {Lang} lang
 * @param {Division} scope
 * @param {Figures} figures
 * @param {string[]} [known] figures that a map of a frame has; all without it
 * @returns {HTMLElement[]}
 */
function tiles(lang, scope, figures, known) {
  const sums = figures.of(scope);
  const grids = sums.rural + sums.community + sums.exclusive;
  const split = /** @type {const} */ (["rural", "community", "exclusive"])
    .filter((kind) => sums[kind] > 0)
    .map((kind) => translate(lang, `figure.${kind}`, { count: number(lang, sums[kind]) }))
    .join(" · ");
  const rate = sums.events ? percent(sums.closed / sums.events) : "–";
  const share = sums.events ? `${number(lang, sums.closed)} / ${number(lang, sums.events)}` : "";
  const all = /** @type {[string, string, string][]} */ ([
    ["grids", number(lang, grids), split],
    ["households", number(lang, sums.households), ""],
    ["people", number(lang, sums.people), ""],
    ["events", number(lang, sums.events), ""],
    ["closing_rate", rate, share],
    ...openTile(lang, sums),
  ]);
  return all
    .filter(([name]) => !known || name === "grids" || known.includes(name))
    .map(([name, value, note]) => tile(lang, name, value, note));
}

/**
 * @param {Lang} lang
 * @param {import("../core/figures.js").Sums} sums
 * @returns {[string, string, string][]} frames of a playback and maps of a frame know no deadlines
 */
function openTile(lang, { open, overdue }) {
  if (open === undefined || overdue === undefined) return [];
  return [["open", number(lang, open), translate(lang, "figure.of_them_overdue", { count: number(lang, overdue) })]];
}

const UNITS = /** @type {Record<string, string>} */ ({
  grids: "unit.grids", households: "unit.households", people: "unit.people", events: "unit.events", open: "unit.events",
});

/**
 * @param {Lang} lang
 * @param {string} name
 * @param {string} value
 * @param {string} [note]
 */
function tile(lang, name, value, note = "") {
  const unit = UNITS[name] ? translate(lang, UNITS[name]) : "";
  return el("div", { class: `tile tile--${name}` }, [
    el("dt", { class: "tile__name", text: translate(lang, `figure.${name}`) }),
    el("dd", { class: "tile__value" }, [
      el("span", { class: "digits", text: value }),
      unit ? el("span", { class: "tile__unit", text: unit }) : null,
      note ? el("span", { class: "tile__note", text: note }) : null,
    ]),
  ]);
}

/** @returns {HTMLElement[]} */
function skeleton() {
  return ["grids", "households", "people", "events", "closing_rate"].map((name) =>
    el("div", { class: `tile tile--${name} is-waiting`, "aria-hidden": "true" }),
  );
}

