"""A real server on a real database, asked over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from gis.db.cluster import Cluster
from gis.db.engine import make_engine
from tests.api.server import serving, settings_for


@pytest.fixture(scope="session")
def reading_url(cluster: Cluster, small_world: str) -> str:
    """URL of a database with the small county that no test changes."""
    cluster.create_database("gridmap_test_api_reading", template=small_world)
    return cluster.url("gridmap_test_api_reading")


@pytest.fixture(scope="session")
def reading_app(reading_url: str, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return create_app(settings_for(reading_url, state_dir=tmp_path_factory.mktemp("state")))


@pytest.fixture(scope="session")
def api(reading_app: FastAPI) -> Iterator[httpx.Client]:
    """A server on the small county, for tests that only read."""
    with serving(reading_app) as client:
        yield client


@pytest.fixture
def reading_engine(reading_url: str) -> Iterator:
    engine = make_engine(reading_url, statement_timeout_s=30)
    yield engine
    engine.dispose()


@pytest.fixture
def serve(tmp_path) -> Iterator[Callable[..., httpx.Client]]:
    """Start servers on other databases; they stop with the test."""
    running = []

    def start(url: str, **settings: object) -> httpx.Client:
        server = serving(create_app(settings_for(url, state_dir=tmp_path, **settings)))
        running.append(server)
        return server.__enter__()

    yield start
    for server in running:
        server.__exit__(None, None, None)


@pytest.fixture
def own_api(serve, world_url: str) -> httpx.Client:
    """A server on a small county of this test's own, for tests that write."""
    return serve(world_url)
