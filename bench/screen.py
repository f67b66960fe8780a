"""The map of the wall screen against its targets (``./run bench screen --url … --save``).

A real browser without a graphics card, on a real server with a copy of a profile's demo. Times of
pages are from the navigation to the second picture after everything was painted; ours and the page
of stock Folium take turns, in one run.
"""

from __future__ import annotations

import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import httpx
from playwright.sync_api import Browser, Page, Route, sync_playwright

from bench import screen_browser as do
from bench.screen_pages import grids_of, stock_app, write_stock_page
from tests.api.server import serving

REPORT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks" / "screen.md"
HD = (1920, 1080)
WALL = (7680, 2160)
#: A view without the tour, so that nothing moves but what is measured.
STILL = "/screen?rotate=0"
KEYS = ["ArrowDown", "ArrowRight", "ArrowRight", "ArrowUp"]


@dataclass
class Line:
    """A row of the report."""

    what: str
    found: float
    form: str
    wanted: float | None = None
    least: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the target is reached, or there is none."""
        if self.wanted is None:
            return True
        return self.found >= self.wanted if self.least else self.found <= self.wanted

    def text(self) -> str:
        """Return the row of a Markdown table."""
        target = "" if self.wanted is None else f"{'≥' if self.least else '≤'} {self.wanted:g}"
        word = "" if self.wanted is None else "yes" if self.is_met else "**no**"
        return f"| {self.what} | {self.form.format(self.found)} | {target} | {word} |"


@dataclass
class Bench:
    """One browser, one server, and what has been found."""

    browser: Browser
    client: httpx.Client
    stock: str
    grids: int
    rounds: int
    seconds: float

    @property
    def base(self) -> str:
        """Address of the server."""
        return str(self.client.base_url).rstrip("/")

    @property
    def painted(self) -> str:
        """Condition: all grids have been painted."""
        return do.PAINTED.format(what="grids", count=self.grids)

    @contextmanager
    def screen(self, size: tuple[int, int], address: str = STILL, **more: str) -> Iterator[Page]:
        """Open the screen and wait until it is painted."""
        with do.page_of(self.browser, *size, **more) as page:
            do.opened(page, self.base + address, self.painted)
            page.locator("html[data-ready=true]").wait_for(state="attached")
            page.wait_for_load_state("load")
            yield page

    def first_paint(self, size: tuple[int, int]) -> list[Line]:
        """Ours, ours with heat, and stock Folium, in turns."""
        heat = do.PAINTED.format(what="heat", count=1)
        stock = do.STOCK.format(count=self.grids)
        pages = {
            "ours": (self.base + STILL, self.painted),
            "heat": (self.base + STILL + "&heat=1", f"{self.painted} && {heat}"),
            "stock": (self.stock, stock),
        }
        found: dict[str, list[float]] = {name: [] for name in pages}
        for turn in range(self.rounds + 1):
            for name, (url, condition) in pages.items():
                with do.page_of(self.browser, *size) as page:
                    took = do.opened(page, url, condition)
                if turn:  # the first round fills the server's caches
                    found[name].append(took)
        ours, with_heat, stock_ms = (do.middle_of(found[n]) for n in ("ours", "heat", "stock"))
        ratio = do.middle_of([a / b for a, b in zip(found["ours"], found["stock"], strict=True)])
        where = f"{size[0]} × {size[1]}"
        is_hd = size == HD
        return [
            Line(f"stock Folium, all grids, {where}", stock_ms, "{:.0f} ms"),
            Line(f"first full paint, {where}", ours, "{:.0f} ms"),
            Line(f"… of stock Folium's time, {where}", ratio, "{:.2f}", 0.55 if is_hd else None),
            Line(
                f"first full paint with heat, {where}",
                with_heat,
                "{:.0f} ms",
                900 if is_hd else None,
            ),
        ]

    def weight(self, path: str) -> float:
        """Return kB that come over the wire for a page, compressed and without fonts."""
        with do.page_of(self.browser, *HD) as page:
            cdp = page.context.new_cdp_session(page)
            cdp.send("Network.enable")
            kinds: dict[str, str] = {}
            sizes: dict[str, float] = {}
            cdp.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
            cdp.on(
                "Network.loadingFinished",
                lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}),
            )
            do.opened(page, self.base + path, self.painted)
            page.locator("html[data-ready=true]").wait_for(state="attached")
        return sum(size for key, size in sizes.items() if kinds.get(key) != "Font") / 1000

    def moving(self, size: tuple[int, int]) -> list[Line]:
        """Pan, flight and wheel."""
        where = f"{size[0]} × {size[1]}"
        is_hd = size == HD
        with self.screen(size) as page:
            idle = do.smooth(page, lambda: page.wait_for_timeout(self.seconds * 1000))
            pan = do.pan(page, self.seconds)
        with self.screen(size) as page:
            flight = do.fly(page, KEYS * 2, 1200)
        with self.screen(size) as page:
            wheel = do.wheel(page, self.seconds)
        rows = [("pan", pan, 58), ("flight", flight, 50), ("wheel zoom", wheel, 50)]
        still = Line(f"nothing moves (what the machine can do), {where}", idle.rate, "{:.1f}/s")
        return [still] + [
            line
            for name, found, wanted in rows
            for line in (
                Line(f"{name}, {where}", found.rate, "{:.1f}/s", wanted if is_hd else None, True),
                Line(f"{name}, {where}: longest gap", found.worst, "{:.0f} ms"),
            )
        ]

    def click_to_card(self) -> Line:
        """From the pointer's click on a grid of a village to its card in the picture."""
        found = []
        with self.screen(HD, reduced_motion="reduce") as page:
            for key in ("ArrowDown", "ArrowDown"):
                page.keyboard.press(key)
            x, y = do.middle(page)
            page.evaluate(
                """() => {
                  // The browser's own measure: from the press of the button to the picture that
                  // follows what the click did, in steps of 8 ms; the card is shown in the click.
                  new PerformanceObserver((list) => {
                    const clicks = list.getEntries().filter((entry) => entry.name === 'click');
                    for (const { duration } of clicks) window.carded = duration;
                  }).observe({ type: 'event', durationThreshold: 16 });
                }"""
            )
            for turn in range(12):
                if turn:
                    page.keyboard.press("Escape")
                    page.locator(".stage-card").wait_for(state="hidden", timeout=do.PATIENCE_MS)
                    # The map goes back to the village before the next click.
                    page.wait_for_timeout(1000)
                page.evaluate("window.carded = 0")
                page.mouse.click(x + 9 * (turn % 5), y + 7 * (turn % 3))
                page.locator(".stage-card").wait_for(timeout=do.PATIENCE_MS)
                found.append(do.await_value(page, "window.carded"))
        return Line("click to card, 95 %", do.quantile(found, 0.95), "{:.0f} ms", 100)

    def report_to_pixels(self, count: int = 40) -> Line:
        """From the POST of an event to its pulse on the map, on one clock.

        Told by how many pulses there have been: how many there are stays the same where one goes
        as another comes. A picture that begins after the pulse was put in place shows it.
        """
        found = []
        west, south, east, north = self._bounds()
        with self.screen(HD) as page:
            page.evaluate(
                """() => {
                  const map = document.querySelector('.map');
                  new MutationObserver(() => {
                    if (map.dataset.pulsed === window.last) return;
                    window.last = map.dataset.pulsed;
                    const seen = () => { window.pulsed = Date.now(); };
                    requestAnimationFrame(() => requestAnimationFrame(seen));
                  }).observe(map, { attributes: true });
                }"""
            )
            page.wait_for_timeout(1500)
            for n in range(count):
                body = {
                    "source": "bench-screen",
                    "source_id": f"{time.time_ns()}",
                    "title": "bench",
                    "category_code": "0101",
                    "lon": west + (east - west) * (0.4 + 0.2 * (n % 7) / 7),
                    "lat": south + (north - south) * (0.4 + 0.2 * (n % 5) / 5),
                    "crs": "EPSG:4490",
                }
                page.evaluate("window.pulsed = 0")
                asked = time.time() * 1000
                self.client.post("/api/v1/events", json=body).raise_for_status()
                until = time.monotonic() + 10
                while not (seen := page.evaluate("window.pulsed")) and time.monotonic() < until:
                    page.wait_for_timeout(5)
                found.append((seen - asked) if seen else 10_000.0)
        return Line("event, POST to pixels, 95 %", do.quantile(found, 0.95), "{:.0f} ms", 500)

    def _bounds(self) -> tuple[float, float, float, float]:
        answer = self.client.get("/api/v1/grids?limit=2000&geometry=false").json()
        places = [one["properties"]["label"] for one in answer["features"]]
        lons, lats = [p[0] for p in places], [p[1] for p in places]
        return min(lons), min(lats), max(lons), max(lats)

    def heat_of_millions(self, events: int = 5_000_000) -> Line:
        """From the answer's first byte to the picture, for bins of so many events."""
        real = self.client.get("/api/v1/heat", params={"cell_m": 150}).json()
        share = events / real["total"]
        counts = [round(count * share) for count in real["events"]]
        body = json.dumps({**real, "events": counts, "total": sum(counts)})

        def answer(route: Route) -> None:
            route.fulfill(body=body, content_type="application/json")

        found = []
        for _ in range(self.rounds):
            with self.screen(HD) as page:
                page.route("**/api/v1/heat*", answer)
                condition = do.PAINTED.format(what="heat", count=sum(counts))
                page.evaluate(do.SEEN.format(condition=condition))
                start = page.evaluate("performance.now()")
                page.keyboard.press("h")
                found.append(do.await_seen(page) - start)
        return Line("heat of 5 M events, key to picture", do.middle_of(found), "{:.0f} ms", 600)


@contextmanager
def served(url: str, state: Path) -> Iterator[httpx.Client]:
    """Serve in a process of its own: the one that drives the browser has enough to do."""
    door = socket.create_server(("127.0.0.1", 0))
    door_port = door.getsockname()[1]
    env = os.environ | {
        "DATABASE_URL": url,
        "GRIDMAP_STATE_DIR": str(state),
        "GRIDMAP_ANONYMOUS": "demo",
        "GRIDMAP_RATE_PER_MINUTE": "0",
    }
    with door:
        command = [sys.executable, "-m", "bench.http_server", str(door.fileno())]
        server = subprocess.Popen(command, env=env, pass_fds=[door.fileno()])  # noqa: S603
    host = f"http://127.0.0.1:{door_port}"
    try:
        with httpx.Client(base_url=host, timeout=120, trust_env=False) as client:
            client.get("/health/live").raise_for_status()
            yield client
    finally:
        server.terminate()
        server.wait(30)


@contextmanager
def benched(url: str, rounds: int, seconds: float) -> Iterator[Bench]:
    """Start the servers and the browser."""
    path = os.environ.get("GRIDMAP_CHROMIUM", "/usr/bin/chromium")
    with ExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        client = stack.enter_context(served(url, state))
        grids = grids_of(client)
        write_stock_page(grids, folder)
        stock = stack.enter_context(serving(stock_app(folder)))  # type: ignore[arg-type]
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=path, args=do.ARGUMENTS)
        stack.callback(browser.close)
        yield Bench(browser, client, str(stock.base_url), len(grids["features"]), rounds, seconds)


@click.command()
@click.option("--url", required=True, help="A copy of a demo: events are reported to it.")
@click.option("--rounds", default=5, show_default=True)
@click.option("--seconds", default=4.0, show_default=True)
@click.option("--only", multiple=True, help="Parts; all without it.")
@click.option("--save", is_flag=True, help="Write docs/benchmarks/screen.md.")
def main(*, url: str, rounds: int, seconds: float, only: tuple[str, ...], save: bool) -> None:
    """Measure and print; exit 1 when a target is missed."""
    lines: list[Line] = []
    with benched(url, rounds, seconds) as bench:
        parts: dict[str, Callable[[], list[Line]]] = {
            "paint": lambda: bench.first_paint(HD),
            "weight": lambda: [
                Line(
                    "the map page `/`, compressed, without fonts",
                    bench.weight("/"),
                    "{:.0f} kB",
                    550,
                ),
                Line("the screen, compressed, without fonts", bench.weight(STILL), "{:.0f} kB"),
            ],
            "move": lambda: bench.moving(HD),
            "card": lambda: [bench.click_to_card()],
            "pulse": lambda: [bench.report_to_pixels()],
            "heat": lambda: [bench.heat_of_millions()],
            "wall": lambda: bench.first_paint(WALL) + bench.moving(WALL),
        }
        for name, measure in parts.items():
            if only and name not in only:
                continue
            found = measure()
            lines += found
            print("\n".join(line.text() for line in found), flush=True)
        grids = bench.grids
    if save:
        REPORT.write_text(report(lines, grids, rounds), "utf-8")
    if not all(line.is_met for line in lines):
        sys.exit(1)


def report(lines: list[Line], grids: int, rounds: int) -> str:
    """Return the page of the documentation."""
    rows = "\n".join(line.text() for line in lines)
    return (
        "# The wall screen\n\n"
        f"Written by `./run bench screen --save` on {time.strftime('%Y-%m-%d')};"
        f" {platform.machine()}, {os.cpu_count()} cores, no graphics card, headless Chromium,"
        f" load of the machine {os.getloadavg()[0]:.1f}. Schematic county (示意), {grids:,} grids;"
        f" medians of {rounds} rounds in turns. Above 8 million pixels a flight is a cut with a"
        " fade where the browser draws in software: its pictures per second say little there.\n\n"
        f"| what | found | wanted | reached |\n|---|---|---|---|\n{rows}\n"
    )


if __name__ == "__main__":
    main()
