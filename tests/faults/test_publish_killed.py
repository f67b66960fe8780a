"""A publication killed at any instant: the boundaries are the old ones or the new, never between.

The publishing process is killed with SIGKILL, or its connection by the database; the instant is
random within the time that a publication takes. What was not published is tried again.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import psycopg2
import pytest
from sqlalchemy import Engine, text

from gis.boundaries.checking import check_database
from gis.boundaries.publishing import draft_rollback
from gis.core.access import WHOLE
from gis.core.editing import Split
from gis.db.session import read_session, write_session
from gis.profiles import load_profile
from tests import drafting, factories
from tests.imports import ROOT

COUNTY = factories.COUNTY[:6]
SECOND = f"{factories.VILLAGES[0]}002"
LINE = (
    (factories.WEST + 55_000, factories.SOUTH + 80_000),
    (factories.WEST + 55_001, factories.SOUTH + 220_000),
)
#: Everything that a publication writes.
STATE = (
    "SELECT md5(string_agg(t.line, E'\\n' ORDER BY t.line)) FROM ("
    + " UNION ALL ".join(
        f"SELECT '{table}' || x::text AS line FROM {table} AS x"
        for table in (
            "generation",
            "grid",
            "grid_version",
            "division_outline",
            "lineage",
            "refiling",
            "household",
            "event",
            "changeset",
            "changeset_grid",
            "delivery",
        )
    )
    + ") AS t"
)
PROFILE = load_profile("testcounty", factories.PROFILES)
TIMEOUT_S = 30


@dataclass
class Publisher:
    """The process of `tests/faults/publisher.py`, and a connection that watches."""

    process: subprocess.Popen[str]
    watcher: psycopg2.extensions.connection

    def start(self, changeset: int) -> int:
        self.process.stdin.write(f"{changeset}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def ended(self) -> int:
        return int(self.process.stdout.readline())

    def ask(self, statement: str, *values: object) -> list[tuple]:
        with self.watcher.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    def backends(self) -> list[int]:
        rows = self.ask(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'gridmap' AND state <> 'idle'"
        )
        return [pid for (pid,) in rows]


@pytest.fixture
def publisher(world_url: str) -> Iterator[Publisher]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.publisher", world_url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    watcher = psycopg2.connect(world_url)
    watcher.autocommit = True
    yield Publisher(process, watcher)
    watcher.close()
    process.stdin.close()
    process.wait(TIMEOUT_S)
    process.stdout.close()


def next_draft(engine: Engine, generation: int) -> int:
    """Split a grid; and put it together again by a rollback; in turns."""
    if generation % 2 == 0:
        with write_session(engine, WHOLE) as session:
            number = draft_rollback(session, COUNTY, 1, actor=drafting.AUTHOR)
            session.execute(text("UPDATE changeset SET state = 'approved' WHERE state = 'draft'"))
            return number
    with write_session(engine) as session:
        done = drafting.planned(session, COUNTY, Split(SECOND, LINE))
        return drafting.write_changeset(session, COUNTY, done.changes)


def wait_for_end_of_backends(publisher: Publisher) -> None:
    """Wait until the database has noticed that its client is gone."""
    deadline = time.monotonic() + TIMEOUT_S
    while publisher.backends():
        assert time.monotonic() < deadline


def kill_at_random(publisher: Publisher, engine: Engine, kills: int, seed: int) -> dict[str, int]:
    rng = np.random.default_rng(seed)
    [(generation,)] = publisher.ask("SELECT max(generation) FROM generation")
    outcomes = {"old": 0, "new": 0}
    number = next_draft(engine, generation)
    began = time.monotonic()
    publisher.start(number)
    assert publisher.ended() == 0
    usual = time.monotonic() - began
    generation += 1
    number = next_draft(engine, generation)
    for kill in range(kills):
        [before] = publisher.ask(STATE)
        child = publisher.start(number)
        time.sleep(rng.uniform(0, 1.1 * usual))  # the random instant
        if kill % 2:
            publisher.ask(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state <> 'idle'"
                " AND datname = current_database() AND application_name = 'gridmap'"
            )
        else:
            with suppress(ProcessLookupError):  # it has ended already
                os.kill(child, signal.SIGKILL)
        publisher.ended()
        wait_for_end_of_backends(publisher)
        [after] = publisher.ask(STATE)
        [(newest,)] = publisher.ask("SELECT max(generation) FROM generation")
        outcomes["new" if newest > generation else "old"] += 1
        if newest == generation:
            assert after == before
            continue
        assert newest == generation + 1
        assert publisher.ask("SELECT state FROM changeset WHERE changeset_id = %s", number) == [
            ("published",)
        ]
        assert faults(engine) == []
        generation = newest
        number = next_draft(engine, generation)
    publisher.start(number)
    assert publisher.ended() == 0
    assert faults(engine) == []
    return outcomes


def faults(engine: Engine) -> list[str]:
    with read_session(engine) as session:
        found = check_database(session, PROFILE)
        return [f.detail for finding in found if finding.slug != "heads" for f in finding.faults]


def test_killed_at_random_instants(publisher: Publisher, world_engine: Engine) -> None:
    outcomes = kill_at_random(publisher, world_engine, kills=10, seed=1)
    assert outcomes["old"] > 0


@pytest.mark.long
@pytest.mark.timeout(5400)
def test_killed_at_two_hundred_random_instants(publisher: Publisher, world_engine: Engine) -> None:
    outcomes = kill_at_random(publisher, world_engine, kills=200, seed=2)
    assert sum(outcomes.values()) == 200
    assert outcomes["old"] > 0
    assert outcomes["new"] > 0
