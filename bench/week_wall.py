"""A wall that a week passes over, and the server behind it, for `bench/week.py`."""

from __future__ import annotations

import datetime as dt
import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page

HD = {"width": 1280, "height": 720}
PATIENCE_MS = 60_000
#: Counts the requests on their way, and refuses the one that comes before a reload: what a page
#: of one week holds can only be seen in a page that was not loaded anew.
WATCH = """
  window.asking = 0;
  window.isHeld = !sessionStorage.getItem('released');
  window.refused = 0;
  const real = window.fetch.bind(window);
  window.fetch = (...given) => {
    if (window.isHeld && String(given[0]).endsWith('/api/v1/deployment')) {
      window.refused += 1;
      return Promise.reject(new TypeError('held back by the bench'));
    }
    window.asking += 1;
    const done = () => { window.asking -= 1; };
    const answer = real(...given);
    answer.then(done, done);
    return answer;
  };
"""

#: Prototypes are among the objects, and refuse to be asked.
DETACHED = """function () {
  const isDetached = (node) => {
    try {
      return !node.isConnected;
    } catch {
      return false;
    }
  };
  return this.filter(isDetached).length;
}"""


@dataclass(frozen=True)
class Held:
    """What the page holds at one moment, after its garbage was collected."""

    heap_mb: float
    nodes: int
    detached: int
    listeners: int
    resident_mb: float


class Server:
    """The server in a process of its own, on a port that stays."""

    def __init__(self, url: str, state: Path) -> None:
        self._env = os.environ | {
            "DATABASE_URL": url,
            "GRIDMAP_STATE_DIR": str(state),
            "GRIDMAP_ANONYMOUS": "demo",
            "GRIDMAP_RATE_PER_MINUTE": "0",
        }
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, at: dt.datetime) -> None:
        """Start it, and wait until it answers."""
        door = socket.create_server(("127.0.0.1", self.port))
        self.port = door.getsockname()[1]
        with door:
            given = [sys.executable, "-m", "bench.week_server", str(door.fileno()), at.isoformat()]
            self._process = subprocess.Popen(  # noqa: S603
                given, env=self._env, pass_fds=[door.fileno()]
            )
        self.client = httpx.Client(base_url=self.base, timeout=120, trust_env=False)
        self.client.get("/health/live").raise_for_status()
        self.set(at)

    def set(self, at: dt.datetime) -> None:
        """Set its clock."""
        self.client.post("/bench/clock", params={"at": at.isoformat()}).raise_for_status()

    def stop(self) -> None:
        """End it as an administrator would."""
        if self._process:
            self._process.terminate()
            self._process.wait(30)
            self._process = None
            self.client.close()


class Wall:
    """One page of the wall screen, whose clock goes with the server's."""

    def __init__(self, page: Page, server: Server, at: dt.datetime) -> None:
        self.page = page
        self.server = server
        self.at = at
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []
        self._cdp = page.context.new_cdp_session(page)
        self._cdp.send("Performance.enable")
        self._place = ""
        page.on("request", lambda request: self._asked(request.url))
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    def _asked(self, url: str) -> None:
        if found := re.search(r"/divisions/(\d+)/board", url):
            self.counts["boards"] += 1
            self.counts["stops"] += found[1] != self._place
            self._place = found[1]
        for part in ("statistics/grids", "heat", "live"):
            self.counts[part] += f"/api/v1/{part}" in url

    def open(self, address: str) -> None:
        """Load the screen, with a clock of ours."""
        self.page.clock.install(time=self.at)
        self.page.add_init_script(WATCH)
        self.page.goto(self.server.base + address)
        self.ready()

    def ready(self) -> None:
        """Wait until it is painted and hears the server."""
        self.page.locator("html[data-ready=true]").wait_for(state="attached", timeout=PATIENCE_MS)
        self.heard()

    def heard(self) -> None:
        """Wait until it hears the server; its clock goes on meanwhile, or it would not try."""
        until = time.monotonic() + PATIENCE_MS / 1000
        while self.page.locator("#live").get_attribute("data-status") != "live":
            if time.monotonic() > until:
                raise TimeoutError("the wall never heard the server again")
            self.pass_time(dt.timedelta(seconds=2), follows=False)
            self.page.wait_for_timeout(50)

    def pass_time(self, span: dt.timedelta, *, follows: bool = True) -> None:
        """Move both clocks on; what is due happens once."""
        self.at += span
        if follows:
            self.server.set(self.at)
        self.page.clock.fast_forward(int(span.total_seconds() * 1000))
        if follows:
            self.settle()

    def settle(self) -> None:
        """Wait until all that was asked is answered."""
        until = time.monotonic() + PATIENCE_MS / 1000
        while self.page.evaluate("window.asking"):
            if time.monotonic() > until:
                raise TimeoutError("an answer never came")

    def away(self, span: dt.timedelta) -> None:
        """Lose the network for so long."""
        self.page.context.set_offline(True)
        self.pass_time(dt.timedelta(seconds=30), follows=False)
        self.page.wait_for_timeout(100)
        self.pass_time(span, follows=False)
        self.server.set(self.at)
        self.page.context.set_offline(False)
        self.heard()
        self.counts["reconnections"] += 1

    def play(self, preset: int) -> None:
        """Play a period from its first picture to its last, and go back to now."""
        page = self.page
        page.locator(".opener").click()
        page.locator(".playback__ranges button").nth(preset).click()
        self.settle()
        slider = page.locator(".playback__slider")
        page.locator(".headline__frame").wait_for(timeout=PATIENCE_MS)
        last = int(slider.get_attribute("max") or 0)
        while int(slider.input_value()) < last:
            self.pass_time(dt.timedelta(seconds=2))
            self.counts["pictures"] += 1
        page.locator(".playback__close").click()
        page.locator(".opener").click()
        self.counts["playbacks"] += 1

    def held(self) -> Held:
        """Collect the garbage and measure."""
        self._cdp.send("HeapProfiler.collectGarbage")
        found = self._cdp.send("Performance.getMetrics")["metrics"]
        metrics = {one["name"]: one["value"] for one in found}
        return Held(
            metrics["JSHeapUsedSize"] / 1e6,
            int(metrics["Nodes"]),
            self._detached(),
            int(metrics["JSEventListeners"]),
            self._resident_mb(),
        )

    def _detached(self) -> int:
        """Count nodes that some script still holds, and that are in no document."""
        send = self._cdp.send
        kind = send("Runtime.evaluate", {"expression": "Node.prototype", "objectGroup": "bench"})
        every = send(
            "Runtime.queryObjects",
            {"prototypeObjectId": kind["result"]["objectId"], "objectGroup": "bench"},
        )
        count = send(
            "Runtime.callFunctionOn",
            {
                "objectId": every["objects"]["objectId"],
                "functionDeclaration": DETACHED,
                "returnByValue": True,
            },
        )
        send("Runtime.releaseObjectGroup", {"objectGroup": "bench"})
        return int(count["result"]["value"])

    def _resident_mb(self) -> float:
        """Return what the page's process holds, canvases and code of the browser included."""
        browser = self.page.context.browser
        assert browser
        cdp = browser.new_browser_cdp_session()
        processes = cdp.send("SystemInfo.getProcessInfo")["processInfo"]
        cdp.detach()
        numbers = [one["id"] for one in processes if one["type"] == "renderer"]
        return max(resident_mb(number) for number in numbers)


def resident_mb(process: int) -> float:
    """Return the memory that a process holds."""
    told = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return float(re.search(r"VmRSS:\s+(\d+) kB", told)[1]) / 1e3  # type: ignore[index]


@contextmanager
def wall_on(browser: Browser, server: Server, at: dt.datetime) -> Iterator[Wall]:
    """Open a page for a wall; flights and rolling figures are as they are in a hall."""
    context = browser.new_context(viewport=HD, timezone_id="Asia/Shanghai", locale="zh-CN")
    try:
        yield Wall(context.new_page(), server, at)
    finally:
        context.close()
