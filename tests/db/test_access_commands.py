"""``gridmap user``, ``key`` and ``kiosk``, run as people run them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from gis import accounts
from gis.accounts import Attempt, Opened
from gis.accounts.sessions import Lives
from gis.db.cluster import Cluster
from gis.db.engine import make_engine
from gis.db.session import gate_session
from tests.db.test_accounts import LIVES
from tests.factories import COUNTY, TOWNSHIPS

ROOT = Path(__file__).resolve().parents[2]


def gridmap(*words: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRIDMAP_")}
    return subprocess.run(
        [sys.executable, "-P", "-m", "gis.cli", *words],
        env=kept | {"PYTHONPATH": str(ROOT)} | environment,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )


def log_in(engine: Engine, login: str, password: str, lives: Lives = LIVES) -> Opened:
    with gate_session(engine) as session:
        opened = accounts.log_in(session, Attempt(login, password, None), lives)
    assert isinstance(opened, Opened)
    return opened


def test_accounts_are_made_with_a_password_that_is_said_once(world_url, world_engine):
    made = gridmap(
        *("user", "add", "wang", "--name", "王", "--role", "planner", "--division", "990101101"),
        DATABASE_URL=world_url,
    )
    assert made.returncode == 0, made.stderr
    password = made.stdout.removesuffix("\n")
    assert re.fullmatch(r"(?:[a-z2-9]{4}-){5}[a-z2-9]{4}", password)
    assert password not in made.stderr
    assert log_in(world_engine, "wang", password).actor.scope().divisions == (TOWNSHIPS[0],)

    # Chosen by a person: from the terminal or a pipe, never an argument.
    chosen = "我们村的网格员共有八位同志呢"
    set_ = gridmap("user", "password", "wang", "--prompt", typed=chosen, DATABASE_URL=world_url)
    assert set_.returncode == 0, set_.stderr
    assert chosen not in set_.stdout + set_.stderr
    log_in(world_engine, "wang", chosen)

    listed = gridmap("user", "list", DATABASE_URL=world_url).stdout
    assert re.search(rf"^wang +王 .* planner@{TOWNSHIPS[0]}$", listed, re.MULTILINE)


def test_a_key_is_all_that_is_printed(world_url, world_engine):
    made = gridmap(
        *("key", "add", "--name", "热线", "--role", "integration", "--division", "990101"),
        *("--expires", "30"),
        DATABASE_URL=world_url,
    )
    key = made.stdout.removesuffix("\n")
    assert re.fullmatch(r"gm_[\w-]{43}", key), made.stderr
    with gate_session(world_engine) as session:
        assert accounts.admit_key(session, key).scope().divisions == (COUNTY,)
    revoked = gridmap("key", "revoke", "热线", DATABASE_URL=world_url)
    assert revoked.returncode == 0, revoked.stderr
    with gate_session(world_engine) as session:
        assert accounts.admit_key(session, key) is None
    assert "revoked" in gridmap("key", "list", DATABASE_URL=world_url).stdout
    with world_engine.connect() as connection:
        actors = set(connection.execute(text("SELECT actor FROM audit")).scalars())
    assert len(actors) == 1
    assert actors.pop().startswith("command:")


def test_what_cannot_be_is_told_and_changes_nothing(world_url, world_engine):
    given = ("user", "add", "li", "--role", "viewer", "--division")
    refused = gridmap(*given, "999999", DATABASE_URL=world_url)
    assert refused.returncode == 1
    assert "没有行政区划 999999000000" in refused.stderr
    assert refused.stdout == ""
    assert gridmap(*given, "12345", DATABASE_URL=world_url).returncode == 2
    profile = gridmap("user", "list", "--profile", "minquan", DATABASE_URL=world_url)
    assert profile.returncode == 1
    assert "leave out --profile" in profile.stderr
    with gate_session(world_engine) as session:
        assert not accounts.has_accounts(session)


@pytest.fixture
def demos_database(cluster: Cluster, small_world: str) -> Iterator[Engine]:
    cluster.create_database("gridmap_access_demo", template=small_world)
    engine = make_engine(cluster.url("gridmap_access_demo"), statement_timeout_s=30)
    yield engine
    engine.dispose()
    cluster.drop_database("gridmap_access_demo")


def test_a_running_demo_is_named_by_its_profile(cluster, demos_database):
    state = {"GRIDMAP_STATE_DIR": str(cluster.state_dir), "DATABASE_URL": ""}
    given = ("kiosk", "add", "--name", "大厅", "--division", "990101", "--profile", "access_demo")
    made = gridmap(*given, **state)
    link = made.stdout.removesuffix("\n")
    assert re.fullmatch(r"/kiosk/gm_k[\w-]{43}", link), made.stderr
    with gate_session(demos_database) as session:
        opened = accounts.open_kiosk(session, link.removeprefix("/kiosk/"), None, LIVES)
    assert opened is not None
    assert cluster.is_running()
