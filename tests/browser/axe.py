"""What axe-core finds on a page, contrast on gradients and over the map included."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

#: A tool of development: `npm ci` in web/ brings it.
AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"

#: Axe says of text on a gradient, below a picture or where nothing can be clicked that it cannot
#: tell. So each gradient becomes its first colour, then its last one, and what only decorates
#: goes; sheets that are made by a script keep the page's policy.
FLATTEN = """(end) => {
  if (!window.flattened) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      *::before, *::after { content: none !important; }
      * { pointer-events: auto !important; }
      canvas, img, svg, .ticker__strips, .leaflet-pane, .leaflet-control-container {
        visibility: hidden !important;
      }`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    window.sheet = sheet;
    window.flattened = new Map();
  }
  window.sheet.disabled = false;
  for (const element of document.querySelectorAll("*")) {
    const image = getComputedStyle(element).backgroundImage;
    const colours = window.flattened.get(element) ?? image.match(/rgba?\\([^)]*\\)/g);
    if (!colours) continue;
    window.flattened.set(element, colours);
    element.style.setProperty("background-image", "none", "important");
    element.style.setProperty("background-color", colours.at(end), "important");
  }
}"""
RESTORE = """() => {
  window.sheet.disabled = true;
  for (const element of window.flattened.keys()) {
    element.style.removeProperty("background-image");
    element.style.removeProperty("background-color");
  }
  window.flattened.clear();
}"""
#: Nothing of these weights may be found.
RUN = """async (rules) => {
  const only = rules ? { runOnly: rules } : {};
  // Without its own look at style sheets, which stumbles over the one made above.
  const options = { resultTypes: ["violations"], preload: false, ...only };
  // What lies behind an open dialog is out of reach, and dimmed.
  const reached = document.querySelector("dialog[open]") ?? document;
  const { violations } = await axe.run(reached, options);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((node) =>
      `${id}: ${node.target.join(" ")}: ${node.any[0]?.message ?? node.failureSummary}`));
}"""


def serious(page: Page) -> list[str]:
    """Return what axe-core finds on a page as it stands that is serious or critical."""
    if not page.evaluate("'axe' in window"):
        # Through the browser's own door: the page's policy lets no such script in.
        page.evaluate(AXE.read_text(encoding="utf-8"))
    page.evaluate(FLATTEN, 0)
    found = page.evaluate(RUN, None)
    page.evaluate(FLATTEN, -1)
    found += page.evaluate(RUN, ["color-contrast"])
    page.evaluate(RESTORE)
    return sorted(set(found))
