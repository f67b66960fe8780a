"""How much of a server's speed is left when it locates (``./run bench http``).

One real server on a real database, asked over connections that stay open by a client in a process
of its own. One point stands beside an empty route of the same server, in turns, and the median of
the rounds' ratios counts; batches stand beside a route that gives the same body back.
"""

from __future__ import annotations

import http.client
import io
import multiprocessing
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import click
import numpy as np
import orjson
import pyarrow as pa

from bench import http_client
from bench.http_client import Tally, request
from gis.db import migrate
from gis.db.cluster import Cluster
from gis.demo.load import load_demo
from gis.profiles import Profile, load_profile
from gis.settings import ROOT, Settings

REPORT = ROOT / "docs" / "benchmarks" / "http.md"
ARROW = "application/vnd.apache.arrow.stream"
JSON = "application/json"
URL = "/api/v1/locate"
BATCH = 10_000
POINTS = 5_000
ONE_BY_ONE, BATCHES = 8, 2
WANTED_SHARE = 0.75
WANTED_RATE = {"JSON": 0.4e6, "Arrow": 3e6}


@dataclass
class Rounds:
    """Requests per second by what was asked, one value a round; and how busy the client was."""

    rates: dict[str, list[float]] = field(default_factory=dict)
    costs: dict[str, list[float]] = field(default_factory=dict)
    busy: float = 0.0

    def add(self, name: str, tally: Tally, worked_s: float) -> None:
        """Add a round; whatever is not answered "200 OK" ends the run."""
        if tally.wrong or not tally.answers:
            raise SystemExit(f"{name}: {tally.wrong[:1]}, {tally.answers} answers")
        self.rates.setdefault(name, []).append(tally.rate)
        self.costs.setdefault(name, []).append(worked_s / tally.answers)
        self.busy = max(self.busy, tally.busy / tally.seconds)

    def median(self, name: str) -> float:
        """Return the median rate."""
        return statistics.median(self.rates[name])

    def cost_us(self, name: str) -> float:
        """Return the median of the server's processor time for a request, microseconds."""
        return 1e6 * statistics.median(self.costs[name])

    def ratio(self, name: str, beside: str) -> float:
        """Return the median of the ratios of the rounds."""
        pairs = zip(self.rates[name], self.rates[beside], strict=True)
        return statistics.median(a / b for a, b in pairs)


def say(words: str) -> None:
    print(f"· {words}", file=sys.stderr, flush=True)


@contextmanager
def serving(url: str, folder: Path) -> Iterator[tuple[int, int]]:
    """Run a server on a database, and give its port and process."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        # Nobody logs in here, and nobody is told to come back later.
        settings = {"ANONYMOUS": "demo", "RATE_PER_MINUTE": "0", "STATE_DIR": str(folder)}
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "bench.http_server", str(door.fileno())],
            pass_fds=[door.fileno()],
            cwd=ROOT,
            env=os.environ
            | {"DATABASE_URL": url}
            | {f"GRIDMAP_{name}": value for name, value in settings.items()},
        )
        try:
            fetch(port, "GET", "/health/ready")  # the socket is open: this waits until it listens
            yield port, process.pid
        finally:
            process.terminate()
            process.wait()


def fetch(port: int, method: str, target: str, body: bytes = b"", media: str = "") -> bytes:
    """Ask once, and refuse anything but "200 OK"."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(method, target, body, {"Content-Type": media} if media else {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{target}: {answer.status} {content[:400]!r}")
    return content


def arrow_body(lon: list[float], lat: list[float]) -> bytes:
    table = pa.table({"id": range(len(lon)), "lon": lon, "lat": lat})
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table)
    return out.getvalue()


def json_body(lon: list[float], lat: list[float]) -> bytes:
    points = [{"id": n, "lon": x, "lat": y} for n, (x, y) in enumerate(zip(lon, lat, strict=True))]
    return orjson.dumps({"points": points})


def points_inside(port: int, profile: Profile) -> tuple[list[float], list[float], list[str]]:
    """Return random points of the county, and the codes of their responsible grids."""
    west, south, east, north = profile.bounds
    random = np.random.default_rng(1)
    lon = np.rint(random.uniform(west, east, 100_000) * 1e7) / 1e7
    lat = np.rint(random.uniform(south, north, 100_000) * 1e7) / 1e7
    body = arrow_body(lon.tolist(), lat.tolist())
    answer = fetch(port, "POST", f"{URL}?crs=EPSG:4490", body, ARROW)
    codes = pa.ipc.open_stream(answer).read_all()["responsible"].to_numpy()
    inside = np.flatnonzero(codes != None)[:BATCH]  # noqa: E711 - elementwise
    return lon[inside].tolist(), lat[inside].tolist(), codes[inside].tolist()


def targets(lon: list[float], lat: list[float]) -> list[str]:
    pairs = zip(lon[:POINTS], lat[:POINTS], strict=True)
    return [f"{URL}?lon={x}&lat={y}&crs={quote('EPSG:4490')}" for x, y in pairs]


def check(port: int, singles: list[str], codes: list[str]) -> None:
    """Ask every point once: the answers are those of the batch, and their names are then read."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    for target, code in zip(singles, codes, strict=False):
        connection.request("GET", target)
        found = orjson.loads(connection.getresponse().read())
        if found["responsible"]["code"] != code:
            raise SystemExit(f"{target}: {found['responsible']} and, in a batch, {code}")
    connection.close()


def worked_s(process: int) -> float:
    """Return the processor time that a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(server: tuple[int, int], profile: Profile, rounds: int, seconds: float) -> Rounds:
    """Let the client ask for everything in turns."""
    port, process = server
    lon, lat, codes = points_inside(port, profile)
    singles = targets(lon, lat)
    say(f"compare {len(singles)} single points with a batch")
    check(port, singles, codes)
    bodies = {"JSON": (json_body(lon, lat), JSON), "Arrow": (arrow_body(lon, lat), ARROW)}
    asked = {
        "empty": ([request("GET", "/bench/empty")], ONE_BY_ONE),
        "empty, async": ([request("GET", "/bench/empty-async")], ONE_BY_ONE),
        "one point": ([request("GET", target) for target in singles], ONE_BY_ONE),
    }
    for name, (body, media) in bodies.items():
        asked[name] = ([request("POST", f"{URL}?crs=EPSG:4490", body, media)], BATCHES)
        asked[f"{name} echoed"] = ([request("POST", "/bench/echo", body, media)], BATCHES)
    found = Rounds()
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawn) as client:
        for number in range(rounds + 1):
            say(f"round {number} of {rounds}" if number else "warm up")
            for name, (requests, connections) in asked.items():
                before = worked_s(process)
                asking = client.submit(http_client.ask, port, requests, connections, seconds)
                tally = asking.result()
                if number:
                    found.add(name, tally, worked_s(process) - before)
    return found


def verdicts(found: Rounds) -> list[tuple[str, str, str, bool]]:
    """Compare with what is wanted."""
    share = found.ratio("one point", "empty")
    rows = [
        ("one point, of an empty route's requests per second", f"≥ {WANTED_SHARE}",
         f"{share:.2f}", share >= WANTED_SHARE)
    ]  # fmt: skip
    for name, wanted in WANTED_RATE.items():
        rate = found.median(name) * BATCH
        rows.append(
            (f"batches of {BATCH:,} as {name}, million points/s", f"≥ {wanted / 1e6:g}",
             f"{rate / 1e6:.2f}", rate >= wanted)
        )  # fmt: skip
    return rows


def report(found: Rounds, profile: Profile, rounds: int, load: tuple[float, float]) -> str:
    lines = [
        "# Locating over HTTP",
        "",
        f"`./run bench http`, {platform.machine()}, {os.cpu_count()} processors, Python"
        f" {platform.python_version()}; medians of {rounds} rounds in turns, of one run. One server"
        " process, its PostgreSQL and the client share the machine. Schematic grids (示意) of"
        f" {profile.root.name}; {POINTS:,} points in turns, whose names were read before; every"
        " one of them was answered alone as in a batch."
        f" Load of the machine before and after: {load[0]:.1f}, {load[1]:.1f} (other work ran"
        " too: ratios count, not figures). The client took at most"
        f" {found.busy:.0%} of one processor.",
        "",
        "## Wanted and reached",
        "",
        "| what | wanted | reached | |",
        "|---|---|---|---|",
        *(f"| {a} | {b} | {c} | {'yes' if ok else '**no**'} |" for a, b, c, ok in verdicts(found)),
        "",
        "## One by one",
        "",
        f"{ONE_BY_ONE} connections. The empty routes return `{{}}`: one is `def`, as FastAPI's own"
        " examples and all our other routes are; one is `async def`, which no thread carries.",
        "",
        "| asked | requests/s | of empty | of empty, async | the server's processor time, µs |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {found.median(name):,.0f} | {found.ratio(name, 'empty'):.2f} |"
        f" {found.ratio(name, 'empty, async'):.2f} | {found.cost_us(name):.0f} |"
        for name in ("empty", "empty, async", "one point")
    ]
    lines += [
        "",
        f"## Batches of {BATCH:,}",
        "",
        f"{BATCHES} connections. Beside each stands a route that only sends the same body back:"
        " what the wire and the server allow.",
        "",
        "| format | million points/s | requests/s | echoed, requests/s | share |"
        " the server's processor time, ms |",
        "|---|---|---|---|---|---|",
    ]
    for name in WANTED_RATE:
        rate, echoed = found.median(name), found.median(f"{name} echoed")
        lines.append(
            f"| {name} | {rate * BATCH / 1e6:.2f} | {rate:,.0f} | {echoed:,.0f} |"
            f" {found.ratio(name, f'{name} echoed'):.2f} | {found.cost_us(name) / 1e3:.2f} |"
        )
    return "\n".join(lines) + "\n"


@contextmanager
def database(profile: Profile, url: str | None) -> Iterator[tuple[str, Path]]:
    """Load a county into a database of its own, if none is given; and a folder for the server."""
    if url:
        with tempfile.TemporaryDirectory(prefix="gridmap-bench-") as folder:
            yield url, Path(folder)
        return
    with (
        tempfile.TemporaryDirectory(prefix="gridmap-bench-") as folder,
        Cluster(Path(folder) / "cluster") as cluster,
    ):
        cluster.create_database("gridmap_bench_http")
        url = cluster.url("gridmap_bench_http")
        migrate.upgrade(url)
        load_demo(url, profile)
        yield url, Path(folder)
        cluster.destroy()


@click.command()
@click.option("--profile", "name", default="minquan", show_default=True)
@click.option("--rounds", default=15, show_default=True)
@click.option("--seconds", default=0.5, show_default=True, help="Of each measurement in a round.")
@click.option("--url", help="A database that holds the profile's demo, instead of a new one.")
@click.option("--save", is_flag=True, help="Write docs/benchmarks/http.md.")
def main(name: str, rounds: int, seconds: float, url: str | None, save: bool) -> None:
    """Measure and print; exit 1 when something wanted is missed."""
    profile = load_profile(name, Settings().profiles_dir)
    say(f"serve {name}" if url else f"load {name}")
    with database(profile, url) as (found_at, folder), serving(found_at, folder) as server:
        before = os.getloadavg()[0]
        found = measure(server, profile, rounds, seconds)
        load = (before, os.getloadavg()[0])
    text = report(found, profile, rounds, load)
    print(text)
    if save:
        REPORT.write_text(text, encoding="utf-8")
    if not all(ok for *_, ok in verdicts(found)):
        sys.exit(1)


if __name__ == "__main__":
    main()
