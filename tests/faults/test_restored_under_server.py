"""A database is restored under a running server: nothing of the one before it is answered."""

from __future__ import annotations

import random
from pathlib import Path

import httpx
import psycopg2
from sqlalchemy import make_url

from api.app import create_app
from gis.backup import back_up, restore_as
from gis.boundaries import publish_import
from gis.core import clock
from gis.db.cluster import Cluster
from gis.db.engine import make_engine
from gis.db.session import read_session, write_session
from gis.grids import load_locator
from tests import factories
from tests.api.server import serving, settings_for
from tests.faults.moving import moved_grids

TOPOLOGY = "/tiles/grids/2.topojson"


def publish(url: str, seed: int) -> None:
    """Publish generation 2; another seed gives other borders."""
    engine = make_engine(url, statement_timeout_s=30)
    with write_session(engine) as session:
        grids = moved_grids(random.Random(seed))  # noqa: S311
        publication = publish_import(session, grids, effective_from=clock.today(), note=str(seed))
    engine.dispose()
    assert publication.generation == 2


def filed(client: httpx.Client, points: list[tuple[float, float]]) -> list[str]:
    answers = [
        client.get("/api/v1/locate", params={"lon": lon, "lat": lat, "crs": "cgcs2000"})
        for lon, lat in points
    ]
    return [answer.json()["basic"]["code"] for answer in answers]


def fresh(url: str, points: list[tuple[float, float]]) -> list[str]:
    """Return the same from the database alone."""
    engine = make_engine(url, statement_timeout_s=30)
    with read_session(engine) as session:
        locator = load_locator(session)
    engine.dispose()
    lon, lat = zip(*points, strict=True)
    return [locator.basic.codes[index] for index in locator.locate(lon, lat).basic]


def swap(cluster: Cluster, old: str, new: str) -> None:
    """Give the restored database the name of the former one, as an administrator does it."""
    connection = psycopg2.connect(cluster.url("postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (old,)
        )
        cursor.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
        cursor.execute(f'ALTER DATABASE "{new}" RENAME TO "{old}"')
    connection.close()


def test_a_restored_database_is_not_mistaken_for_the_former_one(
    cluster: Cluster, world_url: str, tmp_path: Path
) -> None:
    name = make_url(world_url).database
    assert name
    lon, lat = factories.positions(300, seed=12)
    points = list(zip(lon.tolist(), lat.tolist(), strict=True))
    saved = tmp_path / "saved"
    manifest = back_up(world_url, saved)

    publish(world_url, seed=1)
    with serving(create_app(settings_for(world_url, state_dir=tmp_path / "state"))) as client:
        former = filed(client, points)
        assert former == fresh(world_url, points)
        tile = client.get(TOPOLOGY)

        restore_as(cluster.url("postgres"), f"{name}_b", saved, manifest)
        publish(cluster.url(f"{name}_b"), seed=2)
        swap(cluster, name, f"{name}_b")

        # The same generation number, the same address, the same files beside it: other grids.
        later = filed(client, points)
        assert later == fresh(world_url, points)
        assert later != former
        again = client.get(TOPOLOGY, headers={"If-None-Match": tile.headers["ETag"]})
        assert again.status_code == 200
        assert again.headers["ETag"] != tile.headers["ETag"]
        assert again.content != tile.content
