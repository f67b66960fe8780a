"""Far more clients than a server is made for, and what each of them is told."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests import factories
from tests.faults.reporters import HANGS_S, is_clear_refusal

#: What clients ask for, in turns: memory, one row, many rows, aggregation.
PATHS = (
    "/api/v1/locate?lon={lon}&lat={lat}&crs=cgcs2000",
    "/api/v1/events?limit=1",
    f"/api/v1/grids?division={factories.TOWNSHIPS[0]}&limit=100",
    f"/api/v1/divisions/{factories.COUNTY}/stats",
)


@dataclass
class Flood:
    """What came of it.

    Attributes
    ----------
    statuses
        How often each status came; ``none`` where a connection broke.
    seconds, live_seconds
        How long each answer took, and each of ``/health/live`` meanwhile.
    wrong
        Answers that must not be.
    most_kib
        Most resident memory of the server, and what it had before.
    """

    statuses: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    live_seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    before_kib: int = 0
    most_kib: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def refused(self) -> int:
        return self.statuses["429"] + self.statuses["503"]


def memory_kib(pid: int) -> int:
    """Return the resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


def flood(
    port: int, pid: int, *, clients: int, requests: int, headers: Mapping[str, str] | None = None
) -> Flood:
    """Let so many clients make so many requests each, all at once."""
    came = Flood(before_kib=memory_kib(pid))
    over = threading.Event()
    given = dict(headers or {})

    def hammer(number: int) -> None:
        rng = random.Random(number)  # noqa: S311
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HANGS_S)
        for turn in range(requests):
            lon = (factories.WEST + rng.randrange(4 * factories.STEP)) / 1e7
            lat = (factories.SOUTH + rng.randrange(3 * factories.STEP)) / 1e7
            path = PATHS[(number + turn) % len(PATHS)].format(lon=lon, lat=lat)
            _ask(connection, path, given, came)
        connection.close()

    def watch() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HANGS_S)
        while not over.is_set():
            begun = time.perf_counter()
            connection.request("GET", "/health/live")
            answer = connection.getresponse()
            answer.read()
            came.live_seconds.append(time.perf_counter() - begun)
            came.most_kib = max(came.most_kib, memory_kib(pid))
            if answer.status != 200:
                came.wrong.append(f"/health/live: {answer.status}")
            over.wait(0.05)
        connection.close()

    threads = [threading.Thread(target=hammer, args=(n,)) for n in range(clients)]
    watcher = threading.Thread(target=watch)
    for thread in (watcher, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    watcher.join()
    return came


def _ask(
    connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str], came: Flood
) -> None:
    begun = time.perf_counter()
    status, fault = "none", ""
    try:
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        text = answer.read()
        status = str(answer.status)
        if answer.status != 200 and not is_clear_refusal(answer, text):
            fault = f"{path}: {answer.status} {text[:200]!r}"
    except (OSError, http.client.HTTPException) as error:
        fault = f"{path}: {error!r}"
        connection.close()
    with came.lock:
        came.statuses[status] += 1
        came.seconds.append(time.perf_counter() - begun)
        if fault:
            came.wrong.append(fault)
