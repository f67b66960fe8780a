"""Databases for tests: a private cluster, one template per stage, a cheap clone for each test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from functools import cache

import hypothesis
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

_numbers = itertools.count()

# How long a case takes says nothing about its being right, least of all on a busy machine.
hypothesis.settings.register_profile("gridmap", deadline=None)
hypothesis.settings.load_profile("gridmap")


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A PostGIS cluster of this test process; without one every test fails, none is skipped."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    cluster.start()
    yield cluster
    cluster.destroy()


@pytest.fixture(scope="session")
def migrated(cluster: Cluster) -> str:
    """Name of an empty, migrated database to clone."""
    cluster.create_database("gridmap_test_migrated")
    migrate.upgrade(cluster.url("gridmap_test_migrated"))
    return "gridmap_test_migrated"


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
def demo_url(cluster: Cluster, migrated: str) -> Callable[[str], str]:
    """Give the URL of a database with a profile's whole demo data, loaded once a test process.

    Tests that use it carry ``xdist_group(profile)``, so that one process loads it, and leave it
    as it is.
    """

    @cache
    def load(name: str) -> str:
        database = f"gridmap_test_demo_{name}"
        cluster.create_database(database, template=migrated)
        settings = Settings()
        load_demo(cluster.url(database), load_profile(name, settings.profiles_dir))
        return cluster.url(database)

    return load
