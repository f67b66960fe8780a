"""A real browser on a real server; a console error, a page error or a remote request fails."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright

from api.app import create_app
from gis.settings import Settings
from tests.api.server import serving
from web.bundles import bundled

WEB = Path(__file__).resolve().parents[2] / "web"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session", autouse=True)
def _bundled() -> None:
    """Bundle the pages as ./run does, unless they are: what people get is what is tested."""
    with (WEB / "bundle.mjs").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        bundled.cache_clear()
        if not bundled():
            subprocess.run(["node", str(WEB / "bundle.mjs")], check=True)
            bundled.cache_clear()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; its place can be named in GRIDMAP_CHROMIUM."""
    path = os.environ.get("GRIDMAP_CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo(demo_url, tmp_path_factory) -> Iterator[str]:
    """Address of a server on the whole demo data of Minquan."""
    settings = Settings(
        DATABASE_URL=demo_url("minquan"),
        state_dir=tmp_path_factory.mktemp("state"),
        anonymous="demo",
    )
    with serving(create_app(settings)) as client:
        yield str(client.base_url)


class Watched:
    """Opens pages and keeps what went wrong on them."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts = []
        self.faults: list[str] = []

    def open(
        self,
        url: str,
        *,
        width: int = 1280,
        height: int = 800,
        clock: dt.datetime | None = None,
        **context,
    ) -> Page:
        """Open a page and wait until it is ready; with a clock, one that the test moves on."""
        own = self._browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **{"reduced_motion": "reduce"} | context,
        )
        self._contexts.append(own)
        host = urlsplit(url).netloc
        page = own.new_page()
        if clock is not None:
            page.clock.install(time=clock)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        page.on("request", lambda request: self._request(request.url, host))
        page.goto(url)
        page.locator("html[data-ready=true]").wait_for(state="attached")
        return page

    @contextmanager
    def hosting(self, app: FastAPI) -> Iterator[str]:
        """A server of the test's own; pages close before it stops, or a last request fails."""
        with serving(app) as client:
            try:
                yield str(client.base_url).rstrip("/")
            finally:
                self.close()

    def _console(self, message) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"console {message.type}: {message.text}")

    def _request(self, url: str, host: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != host:
            self.faults.append(f"remote request: {url}")

    def close(self) -> None:
        while self._contexts:
            self._contexts.pop().close()


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """Pages of one test; in the end nothing may have gone wrong on any of them."""
    watched = Watched(browser)
    yield watched
    watched.close()
    assert watched.faults == []


@pytest.fixture
def visit(watched: Watched, demo: str) -> Callable[..., Page]:
    """Open a path of the demo's server, on a screen of some size."""

    def go(path: str = "/", **screen) -> Page:
        return watched.open(demo + path, **screen)

    return go
