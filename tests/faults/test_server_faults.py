"""The real server: slow clients, a full disk, a flood, a kill in the middle of a request."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg2
import pytest

from gis.db.cluster import Cluster, failures
from gis.db.cluster.process import wait_for_end
from gis.db.engine import make_engine
from gis.db.session import as_reader, write_session
from gis.events import load_events
from gis.grids import load_locator
from tests import factories
from tests.faults.disks import mounted
from tests.faults.forking import Nursery, free_port
from tests.faults.overload import flood
from tests.faults.storm import Storm, make_template

SLOW = 24
POOL = 2  # and as many again for a peak
#: What the kernel takes from a server for a client that does not read.
KERNEL_HOLDS = int(Path("/proc/sys/net/ipv4/tcp_wmem").read_text().split()[2])


@dataclass
class Served:
    """A server in a process of its own."""

    port: int
    pid: int
    start: Callable[[], int]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    nursery = Nursery(tmp_path_factory.mktemp("nursery") / "log", lambda _told: None)
    yield nursery
    nursery.close()


@pytest.fixture
def served(nursery: Nursery, world_url: str, tmp_path: Path) -> Iterator[Served]:
    port = free_port()
    environment = {
        "DATABASE_URL": world_url,
        "GRIDMAP_PROFILES_DIR": str(factories.PROFILES),
        "GRIDMAP_STATE_DIR": str(tmp_path / "state"),
        "GRIDMAP_ANONYMOUS": "demo",
        "GRIDMAP_POOL_SIZE": str(POOL),
        "GRIDMAP_RATE_PER_MINUTE": "0",
    }

    def start() -> int:
        order = {"task": "api", "name": "api", "environment": environment, "port": port}
        return nursery.start(order)["api"]

    server = Served(port, start(), start)
    yield server
    with contextlib.suppress(ProcessLookupError):
        os.kill(server.pid, signal.SIGKILL)
    assert wait_for_end(server.pid, timeout_s=30)


def report(source_id: str) -> dict[str, Any]:
    return {
        "source": "faults",
        "source_id": source_id,
        "title": "故障",
        "category_code": "0402",
        "position": {"x": 115.01, "y": 34.51, "crs": "cgcs2000"},
    }


def get(served: Served, path: str) -> httpx.Response:
    return httpx.get(served.url + path, timeout=60, trust_env=False)


def connections_in_use(served: Served) -> float:
    text = get(served, "/metrics").text
    line = next(one for one in text.splitlines() if one.startswith("gridmap_pool_checked_out "))
    return float(line.split()[1])


def raw(served: Served, text: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", served.port))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.sendall(text.encode())
    return connection


# Slow clients


def test_clients_that_send_a_byte_now_and_then_hold_no_connection(served: Served) -> None:
    body = json.dumps(report("slow"))
    head = (
        "POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body.encode())}\r\n\r\n"
    )
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(raw(served, head)) for _ in range(SLOW)]
        for letter in body[:10]:
            for connection in slow:
                connection.sendall(letter.encode())
            # Meanwhile everybody else is answered by the few connections there are.
            assert get(served, "/api/v1/events?limit=1").status_code == 200
        assert connections_in_use(served) == 0
        # One of them comes to its end after all.
        slow[0].sendall(body[10:].encode())
        assert slow[0].recv(4096).startswith(b"HTTP/1.1 201")


def test_clients_that_do_not_read_hold_no_connection(served: Served, world_url: str) -> None:
    engine = make_engine(world_url, statement_timeout_s=60)
    with write_session(engine) as session:
        many = factories.events(1_000).assign(source="many")
        load_events(session, many, load_locator(as_reader(session)))
    engine.dispose()
    asked = "GET /api/v1/events?limit=1000 HTTP/1.1\r\nHost: x\r\n\r\n"
    whole = len(get(served, "/api/v1/events?limit=1000").content)
    with contextlib.ExitStack() as stack:
        # Answers in a row, and none of them taken: what the sockets hold runs full.
        in_a_row = KERNEL_HOLDS // whole + 2
        for _ in range(3 * POOL):
            stack.enter_context(raw(served, asked * in_a_row))
        while connections_in_use(served):  # until all are stuck; else pytest ends it
            pass
        assert get(served, "/api/v1/events?limit=1").status_code == 200


# Killed in the middle


def test_a_server_killed_in_the_middle_of_a_request_has_written_nothing(
    served: Served, world_url: str
) -> None:
    holder = psycopg2.connect(world_url)
    holder.cursor().execute("LOCK TABLE event_step IN ACCESS EXCLUSIVE MODE")
    body = json.dumps(report("killed"))
    head = (
        "POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body.encode())}\r\n\r\n"
    )
    watcher = psycopg2.connect(world_url)
    watcher.autocommit = True
    with raw(served, head + body) as client, watcher.cursor() as cursor:
        waiting = 0
        while not waiting:  # until the event is written, and its step waits; else pytest ends it
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND cardinality(pg_blocking_pids(pid)) > 0"
            )
            waiting = cursor.fetchone()[0]
        os.kill(served.pid, signal.SIGKILL)
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(1) == b""
    assert wait_for_end(served.pid, timeout_s=30)
    holder.close()

    served.pid = served.start()
    with contextlib.closing(watcher), watcher.cursor() as cursor:
        answers = [
            httpx.post(served.url + "/api/v1/events", json=report("killed"), trust_env=False)
            for _ in range(2)
        ]
        cursor.execute(
            "SELECT count(*), count(step_no) FROM event LEFT JOIN event_step"
            " USING (county_code, event_id) WHERE source = 'faults'"
        )
        assert [answer.status_code for answer in answers] == [201, 200]
        assert cursor.fetchone() == (1, 1)


# A full disk


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(failures, "NEW_CLUSTER_BYTES", 100 << 20)
    with mounted(400) as disk:
        cluster = Cluster(disk / "state")
        cluster.start()
        make_template(cluster)
        storm = Storm(cluster, tmp_path)
        try:
            with storm.round():
                ledger = storm.ledger
                ledger.wait_for_more(storm.ports, 5, 60)
                filler = fill(disk)
                with ledger.changed:
                    refused = ledger.statuses["503"]
                    told = ledger.changed.wait_for(
                        lambda: ledger.statuses["503"] >= refused + 20 or ledger.wrong, 120
                    )
                assert told, ledger.statuses
                filler.unlink()
                cluster.start()  # with a full log PostgreSQL ends itself
                ledger.wait_for_more(storm.ports, 5, 90)
                storm.check()
        finally:
            storm.close()
            cluster.destroy()
    assert storm.tally.losses == []
    assert storm.ledger.wrong == []
    assert storm.tally.events > 10


def fill(disk: Path) -> Path:
    """Take all the space that is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1 << 16))
    return filler


# A flood


def test_ten_times_the_load_is_answered_or_told_to_come_back(served: Served) -> None:
    normal = flood(served.port, served.pid, clients=4, requests=20)
    tenfold = flood(served.port, served.pid, clients=40, requests=20)

    for came in (normal, tenfold):
        assert came.wrong == []
    assert sum(tenfold.statuses.values()) == 800
    assert tenfold.statuses["200"] > 0
    # What was taken for the flood is bounded by the requests at work, not by those that came.
    assert tenfold.most_kib - tenfold.before_kib < 200 << 10
    assert get(served, "/health/ready").status_code == 200
    assert connections_in_use(served) == 0
