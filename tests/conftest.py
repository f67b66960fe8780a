"""Databases for tests: a private cluster, one template per stage, a cheap clone for each test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import hypothesis
import psycopg2
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gis.db import migrate
from gis.db.cluster import Cluster
from gis.db.engine import make_engine
from gis.db.session import ReadSession, WriteSession
from gis.demo.load import load_demo
from gis.profiles import load_profile
from gis.settings import Settings
from tests import factories
from tests.compiling import take_turns

_numbers = itertools.count()

# How long a case takes says nothing about its being right, least of all on a busy machine.
hypothesis.settings.register_profile("gridmap", deadline=None)
hypothesis.settings.load_profile("gridmap")

#: The folders of tests, in the order in which processes take them: long tests first, so that none
#: of them is left to one process in the end. Inside each the order is random.
PARTS = ("faults", "browser", "api", "db", "unit")

#: What a power cut would need and a killed process does not: everything is deleted in the end.
HASTY = ("fsync = off", "full_page_writes = off")
#: Reference systems that stay in the databases of tests: a copy of all 8,500 is half of a clone.
REFERENCE_SYSTEMS = (3857, 4326, 4479, 4490)


@pytest.fixture(scope="session", autouse=True)
def machine_code(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One of several test processes compiles a function, the others take it from disk."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = tmp_path_factory.getbasetemp().parent / "compiling"
        folder.mkdir(exist_ok=True)
        take_turns(folder)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep together what shares a module's fixture; else each process would make it."""
    fixtures = item._fixtureinfo.name2fixturedefs.values()
    shares = any(versions[-1].scope == "module" for versions in fixtures)
    if shares and item.get_closest_marker("xdist_group") is None:
        item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the parts into their order, after the tests were shuffled."""
    tests = Path(__file__).parent
    items.sort(key=lambda item: PARTS.index(item.path.relative_to(tests).parts[0]))


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A PostGIS cluster of this test process; without one every test fails, none is skipped."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    cluster.start()
    run_alone(cluster.url("postgres"), *(f"ALTER SYSTEM SET {setting}" for setting in HASTY))
    run_alone(cluster.url("postgres"), "SELECT pg_reload_conf()")
    yield cluster
    cluster.destroy()


@pytest.fixture(scope="session")
def migrated(cluster: Cluster) -> str:
    """Name of an empty, migrated database to clone."""
    cluster.create_database("gridmap_test_migrated")
    url = cluster.url("gridmap_test_migrated")
    migrate.upgrade(url)
    run_alone(
        url,
        f"DELETE FROM spatial_ref_sys WHERE srid NOT IN {REFERENCE_SYSTEMS}",
        "VACUUM FULL spatial_ref_sys",
    )
    return "gridmap_test_migrated"


def run_alone(url: str, *statements: str) -> None:
    """Run statements that must stand outside of a transaction."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


@pytest.fixture(scope="session")
def small_world(cluster: Cluster, migrated: str) -> str:
    """Name of a database with the small county of `factories`, to clone."""
    cluster.create_database("gridmap_test_small_world", template=migrated)
    engine = make_engine(cluster.url("gridmap_test_small_world"), statement_timeout_s=0)
    factories.load_small_world(engine)
    engine.dispose()
    return "gridmap_test_small_world"


@pytest.fixture
def clone(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator:
    """Make a database of this test's own from a template; tests that commit use it."""
    made: list[str] = []

    def make(template: str) -> str:
        name = f"gridmap_test_{os.getpid()}_{next(_numbers)}"
        cluster.create_database(name, template=template)
        made.append(name)
        return cluster.url(name)

    yield make
    for name in made:
        cluster.drop_database(name)


@pytest.fixture
def empty_url(clone, migrated: str) -> str:
    """URL of a migrated database without any data."""
    return clone(migrated)


@pytest.fixture
def world_url(clone, small_world: str) -> str:
    """URL of a database of this test's own with the small county."""
    return clone(small_world)


@pytest.fixture
def empty_engine(empty_url: str) -> Iterator[Engine]:
    """Engine on a migrated database without any data."""
    engine = make_engine(empty_url, statement_timeout_s=30)
    yield engine
    engine.dispose()


@pytest.fixture
def world_engine(world_url: str) -> Iterator[Engine]:
    """Engine on a database of this test's own with the small county."""
    engine = make_engine(world_url, statement_timeout_s=30)
    yield engine
    engine.dispose()


@pytest.fixture
def reader(world_engine: Engine) -> Iterator[ReadSession]:
    """A session on the small county."""
    with Session(world_engine) as session:
        yield ReadSession(session)


@pytest.fixture
def writer(world_engine: Engine) -> Iterator[WriteSession]:
    """A session on the small county that is rolled back in the end."""
    with Session(world_engine) as session:
        yield WriteSession(session)


@pytest.fixture(scope="session")
def demo_url(cluster: Cluster, migrated: str) -> Callable[..., str]:
    """Give the URL of a database with a profile's demo data, loaded once a test process.

    It is as large as ``gridmap demo`` makes it, or a fraction of the totals (henan).

    Tests that use it carry ``xdist_group(profile)``, so that one process loads it, and leave it
    as it is.
    """

    @cache
    def load(name: str, fraction: float | None) -> str:
        database = f"gridmap_test_demo_{name}" + (f"_{fraction}" if fraction else "")
        cluster.create_database(database, template=migrated)
        profile = load_profile(name, Settings().profiles_dir)
        load_demo(cluster.url(database), profile, fraction=fraction)
        return cluster.url(database)

    return lambda name, fraction=None: load(name, fraction)
