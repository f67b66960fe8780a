"""Servers, clients and a publisher at work on a database of which anything may be killed."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
from sqlalchemy import Engine, text

from gis.db.cluster import Cluster
from gis.db.cluster.process import wait_for_end
from gis.db.engine import make_engine
from gis.db.migrate import upgrade
from tests import factories
from tests.faults.forking import Nursery, free_port
from tests.faults.overload import Flood, flood
from tests.faults.proof import prove
from tests.faults.reporters import Ledger, Reporter

TEMPLATE = "gridmap_test_storm_template"
DATABASE = "gridmap_test_storm"
RECOVERS_S = 90.0
SERVERS = 2


@dataclass
class Tally:
    """What was done, and what came of it."""

    kills: Counter[str] = field(default_factory=Counter)
    in_publication: int = 0
    publications: int = 0
    events: int = 0
    checks: int = 0
    losses: list[str] = field(default_factory=list)
    recovery_s: dict[str, list[float]] = field(default_factory=dict)

    @property
    def counted(self) -> int:
        """Kills of an API process or of PostgreSQL, in whatever way."""
        return sum(self.kills.values()) - self.kills["publisher"]

    def recovered(self) -> dict[str, str]:
        """Say for each kind of kill how long it took: median and longest."""
        return {
            kind: f"{statistics.median(took):.2f} s / {max(took):.2f} s"
            for kind, took in self.recovery_s.items()
        }


class Storm:
    """The processes, and how to kill them.

    Parameters
    ----------
    cluster
        Of this storm alone: it is killed.
    folder
        For logs and locator files.
    clients
        How many report events.
    headers
        What the clients send with each request.
    """

    def __init__(
        self,
        cluster: Cluster,
        folder: Path,
        *,
        clients: int = 4,
        seed: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.cluster = cluster
        self.tally = Tally()
        self.ledger = Ledger()
        self.rounds = 0
        self.ports = tuple(free_port() for _ in range(SERVERS))
        self._folder = folder
        self.clients = clients
        self._headers = headers or {}
        self._random = random.Random(seed)  # noqa: S311
        self._published: dict[int, str] = {}
        self._publishing = threading.Event()
        self._publisher = 0
        self._servers: dict[int, int] = {}
        self._looked_at = 0
        self._nursery = Nursery(folder / "storm.log", self._hear)

    def _settle_copy(self) -> None:
        """Make PostgreSQL log the copy's sequences anew.

        A sequence is logged some numbers ahead. Its copy believes the same, but nothing in the log
        says so of the copy: after a crash it gives those numbers a second time, unless a checkpoint
        came between (seen with PostgreSQL 15.18). gridmap itself never copies a database.
        """
        engine = make_engine(self.cluster.url(DATABASE), statement_timeout_s=0)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))
        engine.dispose()

    @contextmanager
    def round(self) -> Iterator[None]:
        """Let the storm blow over a fresh copy of the small county; prove all of it in the end."""
        self.cluster.drop_database(DATABASE)
        self.cluster.create_database(DATABASE, template=TEMPLATE)
        self._settle_copy()
        self.ledger.forget_events()
        self._published.clear()
        self._looked_at = 0
        self._engine: Engine = make_engine(self.cluster.url(DATABASE), statement_timeout_s=0)
        self._start_servers(*self.ports)
        self._start_publisher()
        reporters = [
            Reporter(self._random.getrandbits(40), self.ports, self.ledger, self._headers)
            for _ in range(self.clients)
        ]
        for reporter in reporters:
            reporter.start()
        try:
            yield
        finally:
            for reporter in reporters:
                reporter.stop()
            for reporter in reporters:
                reporter.join(RECOVERS_S)
            self._kill(self._publisher)
            self._looked_at = 0  # all generations once more: what was published never changes
            self.check()
            for port in self.ports:
                self._kill(self._servers[port])
            self._engine.dispose()
            self.rounds += 1
            self.tally.events += len(self.ledger.acknowledged)
            self.tally.publications += len(self._published)

    def close(self) -> None:
        """End what still runs."""
        self._nursery.close()

    def kill(self, kind: str) -> None:
        """Kill at a random moment under load, put it back, and wait until all is served again."""
        self.ledger.wait_for_more(self.ports, self._random.randint(1, 6), RECOVERS_S)
        time.sleep(self._random.random() * 0.05)  # the moment is the input, nothing waits for it
        in_publication = self._publishing.is_set()
        begun = time.perf_counter()
        getattr(self, f"_kill_{kind}")()
        self.ledger.wait_for_more(self.ports, 1, RECOVERS_S)
        self.tally.recovery_s.setdefault(kind, []).append(time.perf_counter() - begun)
        self.tally.kills[kind] += 1
        self.tally.in_publication += in_publication
        self.check()

    def flood(self, clients: int, requests: int) -> Flood:
        """Let many more clients read from one of the servers, beside those that report."""
        port = self.ports[0]
        return flood(
            port, self._servers[port], clients=clients, requests=requests, headers=self._headers
        )

    def check(self) -> None:
        """Prove that nothing is lost and nothing half; what is found goes into the tally."""
        promised, published = self.ledger.promised(), dict(self._published)
        proven = prove(self._engine, promised, published, since_generation=self._looked_at)
        self.tally.losses += proven.losses
        self.tally.checks += 1
        self._looked_at = max(published, default=0)

    # What can be killed

    def _kill_api(self) -> None:
        port = self._random.choice(self.ports)
        self._kill(self._servers[port])
        self._start_servers(port)

    def _kill_all_api(self) -> None:
        for port in self.ports:
            self._kill(self._servers[port])
        self._start_servers(*self.ports)

    def _kill_postgres(self) -> None:
        """The server is killed with SIGKILL; its sessions find out by themselves."""
        self._end_server(signal.SIGKILL)
        self.cluster.start()

    def _kill_postgres_immediately(self) -> None:
        """What ``pg_ctl stop --mode immediate`` does."""
        self._end_server(signal.SIGQUIT)
        self.cluster.start()

    def _kill_postgres_fast(self) -> None:
        """What ``pg_ctl restart`` does: sessions are ended, and the log is written out."""
        self._end_server(signal.SIGINT)
        self.cluster.start()

    def _kill_session(self) -> None:
        """One session dies, and PostgreSQL throws all others out and recovers."""
        connection = psycopg2.connect(self.cluster.url("postgres"))
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                (DATABASE,),
            )
            found = [row[0] for row in cursor.fetchall()]
        self._kill(self._random.choice(found))
        for pid in found:
            assert wait_for_end(pid, timeout_s=RECOVERS_S)
        deadline = time.monotonic() + RECOVERS_S
        while not self._is_up():
            assert time.monotonic() < deadline, "PostgreSQL does not recover"

    def _kill_everything(self) -> None:
        for port in self.ports:
            self._kill(self._servers[port])
        self._end_server(signal.SIGKILL)
        self.cluster.start()
        self._start_servers(*self.ports)

    def _kill_publisher(self) -> None:
        self._kill(self._publisher)
        self._start_publisher()

    # Processes

    def _is_up(self) -> bool:
        try:
            psycopg2.connect(self.cluster.url("postgres")).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _end_server(self, order: signal.Signals) -> None:
        running = self.cluster._require_running()
        os.kill(running.pid, order)
        assert wait_for_end(running.pid, timeout_s=RECOVERS_S)

    def _kill(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        assert wait_for_end(pid, timeout_s=RECOVERS_S)

    def _start_servers(self, *ports: int) -> None:
        environment = {
            "DATABASE_URL": self.cluster.url(DATABASE),
            "GRIDMAP_PROFILES_DIR": str(factories.PROFILES),
            "GRIDMAP_STATE_DIR": str(self._folder / "state"),
            "GRIDMAP_ANONYMOUS": "demo",
            "GRIDMAP_RATE_PER_MINUTE": "0",
        }
        orders = [
            {"task": "api", "name": str(port), "environment": environment, "port": port}
            for port in ports
        ]
        pids = self._nursery.start(*orders)
        self._servers.update({port: pids[str(port)] for port in ports})

    def _start_publisher(self) -> None:
        order = {
            "task": "publisher",
            "name": "publisher",
            "environment": {},
            "url": self.cluster.url(DATABASE),
            "seed": self._random.getrandbits(40),
        }
        self._publisher = self._nursery.start(order)["publisher"]

    def _hear(self, told: dict[str, Any]) -> None:
        if "publishing" in told:
            self._publishing.set()
            return
        self._publishing.clear()
        if told.get("published"):
            self._published[told["published"]] = told["note"]
        if "wrong" in told:
            self.ledger.accuse(told["wrong"])


def make_template(cluster: Cluster) -> None:
    """Load the small county once."""
    cluster.create_database(TEMPLATE)
    url = cluster.url(TEMPLATE)
    upgrade(url)
    engine = make_engine(url, statement_timeout_s=0)
    factories.load_small_world(engine)
    engine.dispose()
