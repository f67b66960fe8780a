"""``gridmap check`` finds what is wrong, where it is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg2
import pytest

from tests import factories
from tests.imports import Gridmap


@pytest.fixture
def gridmap(world_url: str) -> Gridmap:
    return Gridmap(world_url)


def spoil(gridmap: Gridmap, *statements: str) -> None:
    """Do what the service never does."""
    connection = psycopg2.connect(gridmap.url)
    with connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount == 1
    connection.close()


def faults(gridmap: Gridmap, tmp_path: Path, *arguments: str) -> list[dict]:
    ran = gridmap.run("check", "--report", tmp_path / "r.geojson", *arguments)
    found = json.loads((tmp_path / "r.geojson").read_bytes())["features"]
    assert ran.code == (1 if found else 0)
    return found


def test_a_sound_database(gridmap: Gridmap, tmp_path: Path) -> None:
    assert faults(gridmap, tmp_path) == []
    ran = gridmap.run("check")
    households = factories.Tally.households
    nodes = len(factories.divisions()) + len(factories.grids())
    assert f"households are filed where PostGIS says: {households} examined, 0 faults" in ran.out
    assert f"heads follow the rules of the profile: {nodes} examined, 0 faults" in ran.out


@pytest.mark.parametrize(("table", "label"), [("household", "household_no"), ("event", "event_no")])
def test_a_point_in_another_grid(gridmap: Gridmap, tmp_path: Path, table: str, label: str) -> None:
    number, lon, lat = gridmap.query(
        f"SELECT {label}, ST_X(geom), ST_Y(geom) FROM {table} ORDER BY 1 LIMIT 1"
    )[0]
    spoil(
        gridmap,
        f"UPDATE {table} SET basic_grid_id = (SELECT max(grid_id) FROM {table} t JOIN grid g"
        f" ON g.layer = 'basic' AND g.grid_id <> t.basic_grid_id WHERE t.{label} = '{number}')"
        f" WHERE {label} = '{number}'",
    )
    found = faults(gridmap, tmp_path)
    assert {f["properties"]["rule"] for f in found} == {
        f"{table}s_in_process",
        f"{table}s_in_postgis",
    }
    for fault in found:
        assert fault["properties"]["subject"] == number
        assert fault["geometry"]["coordinates"] == [lon, lat]


def test_a_missing_head(gridmap: Gridmap, tmp_path: Path) -> None:
    spoil(
        gridmap,
        "DELETE FROM posting WHERE role = 'grid_head'"
        " AND posting_id = (SELECT min(posting_id) FROM posting WHERE role = 'grid_head')",
    )
    found = faults(gridmap, tmp_path)
    assert [f["properties"]["rule"] for f in found] == ["heads"]
    assert "has 0 heads" in found[0]["properties"]["detail"]


def test_a_grid_that_is_gone(gridmap: Gridmap, tmp_path: Path) -> None:
    spoil(
        gridmap,
        "UPDATE grid_version SET valid = '[2020-01-01,2020-01-02)' WHERE code = '990101101202002'",
    )
    rules = {f["properties"]["rule"] for f in faults(gridmap, tmp_path)}
    assert {"tiling", "outlines", "households_in_process", "households_in_postgis"} <= rules
    elsewhere = faults(gridmap, tmp_path, "--division", "990101102")
    # What was published is compared as a whole: somebody has tampered with it.
    assert {f["properties"]["rule"] for f in elsewhere} == {"history"}
    here = {
        f["properties"]["rule"] for f in faults(gridmap, tmp_path, "--division", "990101101202")
    }
    assert "outlines" in here


def test_an_unknown_division(gridmap: Gridmap) -> None:
    ran = gridmap.run("check", "--division", "990101199")
    assert ran.code == 1
    assert "no division" in ran.said
    assert gridmap.run("check", "--division", "abc").code == 1
