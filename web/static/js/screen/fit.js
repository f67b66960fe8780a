// @ts-check
// Fits the page to the wall: the size of the rem, the shape of the board, and the squeeze for walls
// that stretch what they are sent.
import { layoutOf } from "../core/screen_layout.js";
import { one } from "../ui/dom.js";

export class Fit {
  /**
   * @param {[number, number] | null} ana
   * @param {(layout: import("../core/screen_layout.js").Layout) => void} changed
   */
  constructor(ana, changed) {
    this.ana = ana;
    this.changed = changed;
    this.told = "";
    let waiting = false;
    window.addEventListener("resize", () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        this.apply();
      });
    });
  }

  apply() {
    const layout = layoutOf(window.innerWidth, window.innerHeight, this.ana);
    const told = JSON.stringify(layout);
    if (told === this.told) return;
    this.told = told;
    document.documentElement.style.fontSize = `${layout.rem}px`;
    document.body.dataset.layout = layout.name;
    const screen = one("#screen");
    const [x, y] = layout.scale;
    const isWall = layout.name !== "phone" && layout.name !== "portrait";
    screen.style.width = x === 1 ? "" : `${layout.width}px`;
    screen.style.height = isWall && y !== 1 ? `${layout.height}px` : "";
    screen.style.transform = x === 1 && y === 1 ? "" : `scale(${x}, ${y})`;
    this.changed(layout);
  }
}
