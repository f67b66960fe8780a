"""What a browser is asked to do and to watch, for `bench/screen.py`."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

#: Chromium without a graphics card, as CI and many a wall's controller have it.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
PATIENCE_MS = 120_000

#: Tell when a condition holds and has been on the screen: two pictures later.
SEEN = """() => {{
  window.seen = 0;
  const look = () => {{
    if (!({condition})) return requestAnimationFrame(look);
    const seen = () => {{ window.seen = performance.now(); }};
    requestAnimationFrame(() => requestAnimationFrame(seen));
  }};
  look();
}}"""

#: Keep the times between pictures, ms.
WATCH = """() => {
  const own = [];
  window.gaps = own;
  let last = performance.now();
  const tick = (now) => {
    own.push(now - last);
    last = now;
    if (own === window.gaps) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""
PAINTED = "Number(document.querySelector('.map')?.dataset.{what} ?? 0) >= {count}"
STOCK = "document.querySelectorAll('path.leaflet-interactive').length >= {count}"


@dataclass(frozen=True)
class Smooth:
    """Times between pictures while something moves, ms."""

    gaps: list[float]

    @property
    def rate(self) -> float:
        """Pictures per second."""
        return 1000 * len(self.gaps) / sum(self.gaps)

    @property
    def worst(self) -> float:
        """The longest time without a new picture, ms."""
        return max(self.gaps)


@contextmanager
def page_of(browser: Browser, width: int, height: int, **more: str) -> Iterator[Page]:
    """Open a fresh page, with nothing cached, and close it."""
    context = browser.new_context(viewport={"width": width, "height": height}, **more)
    try:
        yield context.new_page()
    finally:
        context.close()


def await_seen(page: Page) -> float:
    """Return when what was waited for was on the screen, ms since the page was asked for."""
    return await_value(page, "window.seen")


def await_value(page: Page, name: str) -> float:
    """Return a number of the page's as soon as it is not zero.

    Asked again and again from here: the page's policy lets nothing be evaluated within it.
    """
    until = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < until:
        value = page.evaluate(name)
        if value:
            return float(value)
        page.wait_for_timeout(20)
    raise TimeoutError(f"{name} never came")


def opened(page: Page, url: str, condition: str) -> float:
    """Open a page and return when the condition was seen to hold, ms."""
    page.add_init_script(f"({SEEN.format(condition=condition)})()")
    page.goto(url, wait_until="commit", timeout=PATIENCE_MS)
    return await_seen(page)


def smooth(page: Page, act: Callable[[], None]) -> Smooth:
    """Do something and return how smoothly pictures followed each other meanwhile."""
    page.evaluate(WATCH)
    act()
    gaps = page.evaluate("() => { const found = window.gaps; window.gaps = null; return found; }")
    return Smooth(gaps[2:])


def middle(page: Page) -> tuple[float, float]:
    """Return the middle of the map."""
    box = page.locator(".map").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def pan(page: Page, seconds: float) -> Smooth:
    """Drag the map to and fro."""
    x, y = middle(page)

    def drag() -> None:
        page.mouse.move(x, y)
        page.mouse.down()
        start = time.monotonic()
        moves = 0
        while time.monotonic() - start < seconds:
            moves += 1
            page.mouse.move(x + 160 * math.sin(moves / 14), y + 70 * math.sin(moves / 9))
        page.mouse.up()

    return smooth(page, drag)


def wheel(page: Page, seconds: float) -> Smooth:
    """Turn the wheel, four notches in and four out, again and again."""
    page.mouse.move(*middle(page))

    def turn() -> None:
        start = time.monotonic()
        notches = 0
        while time.monotonic() - start < seconds:
            page.mouse.wheel(0, -120 if notches % 8 < 4 else 120)
            notches += 1
            page.wait_for_timeout(120)

    return smooth(page, turn)


def fly(page: Page, keys: list[str], each_ms: float) -> Smooth:
    """Go to other places by the keys of a remote control."""

    def go() -> None:
        for key in keys:
            page.keyboard.press(key)
            page.wait_for_timeout(each_ms)

    return smooth(page, go)


def quantile(values: list[float], share: float) -> float:
    """Return the value below which that share lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def middle_of(values: list[float]) -> float:
    """Return the median."""
    return statistics.median(values)
