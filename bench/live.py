"""From a report to the screens (``./run bench live``).

A real server in a process of its own, its PostgreSQL, and screens in a third process: raw
connections that only note when a message arrives. Events are reported one by one; what counts is
the time from the first byte of the report to the arrival at each screen. Beside it stands what
telling costs the one who writes: the same reports in the same process, told and not told, in turns.
"""

from __future__ import annotations

import asyncio
import http.client
import itertools
import multiprocessing
import os
import platform
import re
import statistics
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import click
import numpy as np
import orjson

from bench.http import database, fetch, points_inside, say, serving
from gis.db.engine import make_engine
from gis.db.session import as_reader, write_session
from gis.events import NewEvent, service
from gis.grids import load_locator
from gis.grids.positions import Position
from gis.profiles import Profile, load_profile
from gis.settings import ROOT, Settings

REPORT = ROOT / "docs" / "benchmarks" / "live.md"
SCREENS = (1, 200)
WANTED_MS = {1: 100.0, 200: 500.0}
WANTED_KB = 200.0
WRITERS = 4
ASK = b"GET /api/v1/live HTTP/1.1\r\nHost: gridmap\r\n\r\n"
_NUMBER = re.compile(rb'"event_no":"([0-9]+)"')
_numbers = itertools.count(int(time.time() * 1000))


async def watch(port: int, arrivals: dict[str, list[float]], ready: asyncio.Event) -> None:
    """Note when messages arrive at one screen."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(ASK)
    rest = b""
    try:
        while piece := await reader.read(1 << 16):
            now = time.monotonic()
            rest += piece
            whole, _, rest = rest.rpartition(b"\n\n")
            if b"event: hello" in whole:
                ready.set()
            for found in _NUMBER.findall(whole):
                arrivals.setdefault(found.decode(), []).append(now)
    finally:
        writer.close()


def be_screens(port: int, count: int, line: Connection) -> None:
    """Open screens, and hand over what they heard when told to end."""

    async def run() -> None:
        heard: list[dict[str, list[float]]] = [{} for _ in range(count)]
        tasks = []
        for arrivals in heard:
            ready = asyncio.Event()
            tasks.append(asyncio.create_task(watch(port, arrivals, ready)))
            async with asyncio.timeout(30):
                await ready.wait()
        line.send("ready")
        wanted = await asyncio.to_thread(line.recv)
        for _ in range(300):
            if all(len(arrivals) >= wanted for arrivals in heard):
                break
            await asyncio.sleep(0.1)
        for task in tasks:
            task.cancel()
        line.send(heard)

    asyncio.run(run())


@dataclass(frozen=True)
class Delivery:
    """What became of the reports of one run."""

    screens: int
    events: int
    posted_ms: list[float]
    waited_ms: list[float]
    missing: int
    twice: int
    client_kb: float | None

    def at(self, share: float) -> float:
        """Return a quantile of the times to the screens, milliseconds."""
        return float(np.quantile(self.waited_ms, share)) if self.waited_ms else float("inf")


def resident_kb(process: int) -> float:
    """Return the memory that a process holds."""
    text = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return float(re.search(r"VmRSS:\s+(\d+) kB", text)[1])  # type: ignore[index]


def body(lon: float, lat: float) -> bytes:
    return orjson.dumps(
        {
            "source": "bench",
            "source_id": str(next(_numbers)),
            "title": "路灯不亮",
            "category_code": "0502",
            "position": {"x": lon, "y": lat, "crs": "EPSG:4490"},
        }
    )


def deliver(
    server: tuple[int, int], points: list[tuple[float, float]], screens: int, pace_s: float
) -> Delivery:
    """Report events one by one while screens listen."""
    port, process = server
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    before = resident_kb(process)
    child = spawn.Process(target=be_screens, args=(port, screens, theirs))
    child.start()
    assert ours.recv() == "ready"
    held = resident_kb(process) - before
    begun, posted = {}, []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for lon, lat in points:
        at = time.monotonic()
        connection.request(
            "POST", "/api/v1/events", body(lon, lat), {"Content-Type": "application/json"}
        )
        answer = connection.getresponse()
        event = orjson.loads(answer.read())
        if answer.status != 201:
            raise SystemExit(f"{answer.status}: {event}")
        begun[event["id"]] = at
        posted.append(1e3 * (time.monotonic() - at))
        time.sleep(max(0.0, at + pace_s - time.monotonic()))
    connection.close()
    ours.send(len(points))
    heard: list[dict[str, list[float]]] = ours.recv()
    child.join()
    waited = [
        1e3 * (times[0] - begun[number])
        for arrivals in heard
        for number, times in arrivals.items()
        if number in begun
    ]
    return Delivery(
        screens=screens,
        events=len(points),
        posted_ms=posted,
        waited_ms=waited,
        missing=screens * len(points) - len(waited),
        twice=sum(len(times) > 1 for arrivals in heard for times in arrivals.values()),
        client_kb=held / screens if screens > 10 else None,
    )


def reports(points: list[tuple[float, float]]) -> Iterator[NewEvent]:
    for lon, lat in itertools.cycle(points):
        yield NewEvent(
            source="bench",
            source_id=str(next(_numbers)),
            title="路灯不亮",
            description="",
            category_code="0502",
            level=None,
            channel=None,
            occurred_at=None,
            position=Position(lon, lat, "EPSG:4490"),
            address_text="",
            people_count=None,
            workflow=None,
        )


def telling_costs(
    url: str, profile: Profile, points: list[tuple[float, float]], rounds: int, each: int
) -> dict[str, list[float]]:
    """Report events by several writers at once, told and not told in turns; reports a second."""
    engine = make_engine(url, statement_timeout_s=30, pool_size=WRITERS)
    with write_session(engine) as session:
        locator = load_locator(as_reader(session))
    ways = {"told": service.tell_reported, "not told": lambda *_: None}
    found: dict[str, list[float]] = {name: [] for name in ways}
    coming = reports(points)

    def work(events: list[NewEvent]) -> None:
        for event in events:
            with write_session(engine) as session:
                service.report_event(session, event, profile, lambda _: locator)

    try:
        with ThreadPoolExecutor(WRITERS) as pool:
            for number in range(rounds + 1):
                for name, way in ways.items():
                    service.tell_reported = way
                    shares = [list(itertools.islice(coming, each)) for _ in range(WRITERS)]
                    begun = time.perf_counter()
                    list(pool.map(work, shares))
                    if number:
                        found[name].append(WRITERS * each / (time.perf_counter() - begun))
    finally:
        service.tell_reported = ways["told"]
    engine.dispose()
    return found


def verdicts(runs: list[Delivery]) -> list[tuple[str, str, str, bool]]:
    rows = []
    for run in runs:
        wanted, p95 = WANTED_MS[run.screens], run.at(0.95)
        name = f"{run.screens} screen{'s' if run.screens > 1 else ''}"
        rows.append((f"{name}: report to screen, p95, ms", f"≤ {wanted:g}", f"{p95:.1f}",
                     p95 <= wanted))  # fmt: skip
        rows.append((f"{name}: missing or twice, of {run.screens * run.events:,}", "0",
                     f"{run.missing + run.twice}", run.missing + run.twice == 0))  # fmt: skip
        if run.client_kb is not None:
            rows.append(("the server's memory for a screen, kB", f"≤ {WANTED_KB:g}",
                         f"{run.client_kb:.0f}", run.client_kb <= WANTED_KB))  # fmt: skip
    return rows


def report(
    runs: list[Delivery],
    costs: dict[str, list[float]],
    profile: Profile,
    load: tuple[float, float],
    pace_s: float,
) -> str:
    told, silent = (statistics.median(costs[name]) for name in ("told", "not told"))
    share = statistics.median(a / b for a, b in zip(*costs.values(), strict=True))
    lines = [
        "# From a report to the screens",
        "",
        f"`./run bench live`, {platform.machine()}, {os.cpu_count()} processors, Python"
        f" {platform.python_version()}. One server process, its PostgreSQL, the one who reports"
        " and all screens share the machine. Schematic grids (示意) of"
        f" {profile.root.name}; a report every {1e3 * pace_s:g} ms. Load of the machine before and"
        f" after: {load[0]:.1f}, {load[1]:.1f} (other work ran too).",
        "",
        "## Wanted and reached",
        "",
        "| what | wanted | reached | |",
        "|---|---|---|---|",
        *(f"| {a} | {b} | {c} | {'yes' if ok else '**no**'} |" for a, b, c, ok in verdicts(runs)),
        "",
        "## Times",
        "",
        "From the first byte of `POST /api/v1/events` to the arrival at a screen, milliseconds;"
        " beside it, until the one who reports has the answer.",
        "",
        "| screens | events | median | p95 | slowest | answer, median | answer, p95 |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {run.screens} | {run.events} | {run.at(0.5):.1f} | {run.at(0.95):.1f} |"
        f" {run.at(1):.1f} | {np.quantile(run.posted_ms, 0.5):.1f} |"
        f" {np.quantile(run.posted_ms, 0.95):.1f} |"
        for run in runs
    ]
    lines += [
        "",
        "## What telling costs",
        "",
        f"{WRITERS} writers report events, each in a transaction of its own that waits for the"
        " disk, with and without the message and its NOTIFY; medians of"
        f" {len(costs['told'])} rounds in turns.",
        "",
        "| | reports/s | a report, ms |",
        "|---|---|---|",
        f"| told | {told:,.0f} | {1e3 * WRITERS / told:.2f} |",
        f"| not told | {silent:,.0f} | {1e3 * WRITERS / silent:.2f} |",
        f"| told, of not told | {share:.2f} | |",
    ]
    return "\n".join(lines) + "\n"


@click.command()
@click.option("--profile", "name", default="minquan", show_default=True)
@click.option("--events", default=200, show_default=True, help="Reported in each run.")
@click.option("--pace", default=0.1, show_default=True, help="Seconds from report to report.")
@click.option("--rounds", default=9, show_default=True, help="Of what telling costs.")
@click.option("--url", help="A copy of the profile's demo, instead of a new one; it is changed.")
@click.option("--save", is_flag=True, help="Write docs/benchmarks/live.md.")
def main(*, name: str, events: int, pace: float, rounds: int, url: str | None, save: bool) -> None:
    """Measure and print; exit 1 when something wanted is missed."""
    profile = load_profile(name, Settings().profiles_dir)
    say(f"serve {name}" if url else f"load {name}")
    with database(profile, url) as (found_at, folder):
        before = os.getloadavg()[0]
        with serving(found_at, folder) as server:
            lon, lat, _ = points_inside(server[0], profile)
            points = list(zip(lon, lat, strict=True))
            fetch(server[0], "GET", f"/api/v1/locate?lon={lon[0]}&lat={lat[0]}&crs=EPSG:4490")
            deliver(server, points[:5], 1, pace)
            runs = []
            for screens in SCREENS:
                say(f"{events} events to {screens} screen(s)")
                runs.append(deliver(server, points[:events], screens, pace))
        say("what telling costs")
        costs = telling_costs(found_at, profile, points, rounds, each=50)
        load = (before, os.getloadavg()[0])
    text = report(runs, costs, profile, load, pace)
    print(text)
    if save:
        REPORT.write_text(text, encoding="utf-8")
    if not all(ok for *_, ok in verdicts(runs)):
        sys.exit(1)


if __name__ == "__main__":
    main()
