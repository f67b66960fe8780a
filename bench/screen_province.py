"""A province on the wall screen (``./run bench screen_province --url … --beside …``).

``--url`` names a database with some 400,000 grids, whose screen begins with an overview: what is
painted first are its tracts, not its grids, and the report says how many. ``--beside`` names a copy
of a county's demo; stock Folium draws its grids in the same run, in turns.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
import httpx
from playwright.sync_api import Browser, sync_playwright

from bench import screen_browser as do
from bench.screen import HD, STILL, Line, served
from bench.screen_pages import grids_of, stock_app, write_stock_page
from tests.api.server import serving

REPORT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks" / "province.md"
#: An overview has to be painted; fewer areas than this are none.
LEAST = 100


class Province:
    """A browser on a server with very many grids."""

    def __init__(self, browser: Browser, client: httpx.Client, rounds: int, seconds: float) -> None:
        self.browser = browser
        self.client = client
        self.base = str(client.base_url).rstrip("/")
        self.rounds = rounds
        self.seconds = seconds
        deployment = client.get("/api/v1/deployment").raise_for_status().json()
        self.root = deployment["root"]["code"]
        self.overview = self._built(deployment["generation"])
        tree = {row["code"]: row for row in self.overview["divisions"]}
        parents = {row["parent"] for row in tree.values()}
        self.tracts = sum(code not in parents for code in tree)
        self.grids = next(row["grids"] for row in tree.values() if row["depth"] == 0)
        self.part = max((row for row in tree.values() if row["is_part"]), key=lambda r: r["grids"])

    def _built(self, generation: int) -> dict[str, Any]:
        """Have the overview built, which is done once for each publication."""
        started = time.monotonic()
        path = f"/tiles/overview/{generation}.topojson?form=packed"
        document: dict[str, Any] = self.client.get(path).raise_for_status().json()
        self.built = time.monotonic() - started
        return document

    def first_paint(self, stock: str | None, stock_grids: int) -> list[Line]:
        """The overview, a county by its address, and stock Folium with a county's grids."""
        tracts = do.PAINTED.format(what="grids", count=LEAST)
        inside = f"document.querySelector('.map')?.dataset.part === '{self.part['code']}'"
        grids = do.PAINTED.format(what="grids", count=self.part["grids"] * 9 // 10)
        pages = {
            "overview": (self.base + STILL, tracts),
            "desk": (self.base + "/", tracts),
            "part": (f"{self.base}{STILL}&division={self.part['code']}", f"{inside} && {grids}"),
        }
        if stock:
            pages["stock"] = (stock, do.STOCK.format(count=stock_grids))
        found: dict[str, list[float]] = {name: [] for name in pages}
        for turn in range(self.rounds + 1):
            for name, (url, condition) in pages.items():
                with do.page_of(self.browser, *HD) as page:
                    took = do.opened(page, url, condition)
                if turn:  # the first round fills the server's caches
                    found[name].append(took)
        middle = {name: do.middle_of(times) for name, times in found.items()}
        what = f"{self.grids:,} grids as {self.tracts:,} tracts"
        part = f"{self.part['grids']:,} grids of one county"
        lines = [
            Line(f"overview built after a publication, {what}", 1000 * self.built, "{:.0f} ms"),
            Line(f"first paint of `/screen`, {what}", middle["overview"], "{:.0f} ms", 2500),
            Line(f"first paint of `/`, {what}", middle["desk"], "{:.0f} ms"),
            Line(f"`/screen?division=…` to {part} painted", middle["part"], "{:.0f} ms"),
        ]
        if stock:
            lines.append(
                Line(f"stock Folium, {stock_grids:,} grids in all", middle["stock"], "{:.0f} ms")
            )
        return lines

    def moving(self) -> list[Line]:
        """Pan over the overview and over a county's grids, and the way from one to the other."""
        lines = []
        with do.page_of(self.browser, *HD) as page:
            do.opened(page, self.base + STILL, do.PAINTED.format(what="grids", count=LEAST))
            page.locator("html[data-ready=true]").wait_for(state="attached", timeout=300_000)
            idle = do.smooth(page, lambda: page.wait_for_timeout(self.seconds * 1000))
            lines.append(Line("nothing moves (what the machine can do)", idle.rate, "{:.1f}/s"))
            lines += self._pan(page, f"{self.tracts:,} tracts")
        with do.page_of(self.browser, *HD) as page:
            address = f"{self.base}{STILL}&division={self.part['code']}"
            inside = f"document.querySelector('.map')?.dataset.part === '{self.part['code']}'"
            do.opened(page, address, inside)
            page.locator("html[data-ready=true]").wait_for(state="attached", timeout=300_000)
            lines += self._pan(page, f"{self.part['grids']:,} grids of one county")
            # Out of it, and in again: its grids are kept.
            page.keyboard.press("Home")
            gone = "document.querySelector('.map').dataset.part === ''"
            page.evaluate(f"({do.SEEN.format(condition=gone)})()")
            do.await_seen(page)
        return lines

    def _pan(self, page: Any, what: str) -> list[Line]:
        found = do.pan(page, self.seconds)
        return [
            Line(f"pan over {what}", found.rate, "{:.1f}/s", 55, True),
            Line(f"pan over {what}: longest gap", found.worst, "{:.0f} ms"),
        ]

    def report(self, lines: list[Line]) -> str:
        """Return the page of the documentation."""
        board = self.client.get(f"/api/v1/divisions/{self.root}/board").json()
        rows = "\n".join(line.text() for line in lines)
        return (
            "# A province on the wall screen\n\n"
            f"Written by `./run bench screen_province --save` on {time.strftime('%Y-%m-%d')};"
            f" {platform.machine()}, {os.cpu_count()} cores, no graphics card, headless Chromium,"
            f" load of the machine {os.getloadavg()[0]:.1f}. Schematic: {self.grids:,} grids,"
            f" {board['households']:,} households, {board['events']['total']:,} events;"
            f" medians of {self.rounds} rounds in turns. What is painted first are tracts, not"
            " grids (ADR 0029).\n\n"
            f"| what | found | wanted | reached |\n|---|---|---|---|\n{rows}\n"
        )

    def boards(self) -> list[Line]:
        """What the panels' figures cost, asked for the first time and again."""
        lines = []
        for what, code in (("the province", self.root), ("a county", self.part["code"])):
            for turn in ("first", "again"):
                started = time.monotonic()
                path = f"/api/v1/divisions/{code}/board"
                self.client.get(path, timeout=300).raise_for_status()
                took = 1000 * (time.monotonic() - started)
                lines.append(Line(f"board of {what}, {turn}", took, "{:.0f} ms"))
        return lines


@click.command()
@click.option("--url", required=True, help="A database with very many grids; nothing is written.")
@click.option("--beside", help="A copy of a county's demo, for stock Folium in the same run.")
@click.option("--rounds", default=5, show_default=True)
@click.option("--seconds", default=4.0, show_default=True)
@click.option("--save", is_flag=True, help="Write docs/benchmarks/province.md.")
def main(*, url: str, beside: str | None, rounds: int, seconds: float, save: bool) -> None:
    """Measure and print; exit 1 when a target is missed."""
    path = os.environ.get("GRIDMAP_CHROMIUM", "/usr/bin/chromium")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stock, count = None, 0
        if beside:
            with served(beside, folder / "county") as county:
                grids = grids_of(county)
            write_stock_page(grids, folder)
            count = len(grids["features"])
            stock = str(stack.enter_context(serving(stock_app(folder))).base_url)  # type: ignore[arg-type]
        client = stack.enter_context(served(url, folder / "province"))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=path, args=do.ARGUMENTS)
        stack.callback(browser.close)
        province = Province(browser, client, rounds, seconds)
        lines: list[Line] = []
        for measure in (
            lambda: province.first_paint(stock, count),
            province.moving,
            province.boards,
        ):
            found = measure()
            lines += found
            print("\n".join(line.text() for line in found), flush=True)
        if save:
            REPORT.write_text(province.report(lines), "utf-8")
    if not all(line.is_met for line in lines):
        sys.exit(1)


if __name__ == "__main__":
    main()
