"""Random operations published one after the other, on the small county and on a wider one."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import Engine

from gis.boundaries import publish_import
from gis.core.editing import (
    GridState,
    Merge,
    MoveVertices,
    Operation,
    Split,
    Transfer,
    plan,
)
from gis.core.errors import Invalid
from gis.db.session import (
    ReadSession,
    WriteSession,
    as_reader,
    read_session,
    write_session,
)
from gis.divisions import Deployment, found_deployment, load_divisions
from gis.grids import load_locator
from gis.households import load_households
from tests import drafting, factories
from tests.drafting import COUNTY, A, B, faults, lattice, publish, values

WIDE = 8


def random_operation(rng: np.random.Generator, states: list[GridState]) -> Operation:
    """Return an operation that may well be refused."""
    state = states[rng.integers(len(states))]
    west, south, east, north = (round(v * 1e7) for v in state.geometry.bounds)
    x, y = int(rng.integers(west, east)), int(rng.integers(south, north))
    other = states[rng.integers(len(states))].code
    kind = rng.integers(5)
    if kind == 0:
        return Split(state.code, ((x, south - 9), (x + 3, north + 9)))
    if kind == 1:
        return Split(state.code, ((west - 9, y), (east + 9, y + 5)), identity="keep")
    if kind == 2:
        return Merge((state.code, other), keep=state.code if rng.integers(2) else None)
    if kind == 3:
        box = ((x, y), (x + 60_000, y), (x + 60_000, y + 30_000), (x, y + 30_000))
        return Transfer((state.code,), other, polygon=box)
    corners = np.rint(shapely.get_coordinates(state.geometry) * 1e7).astype(np.int64)
    corner = tuple(corners[rng.integers(len(corners))].tolist())
    return MoveVertices(
        ((corner, (corner[0] + int(rng.integers(-9_000, 9_000)), corner[1] + 777)),)
    )


def accepted(engine: Engine, rng: np.random.Generator) -> Iterator[int]:
    """Write drafts of random operations, one after the other, each on what is published."""
    while True:
        with write_session(engine) as session:
            near = drafting.neighbourhood(session, COUNTY)
            states = [state for state in near if state.layer == "basic"]
            rules = drafting.rules(session, (A, B))
            try:
                done = plan(near, random_operation(rng, states), rules)
            except Invalid:
                continue
            number = drafting.write_changeset(session, COUNTY, done.changes)
        yield number


def wide_grids() -> gpd.GeoDataFrame:
    """Return 64 grids, 16 in each village, whose corners lie anywhere near a square lattice."""
    rng = np.random.default_rng(5)
    shift = rng.integers(-20_000, 20_000, (WIDE + 1, WIDE + 1, 2))
    shift[[0, -1]] = 0
    shift[:, [0, -1]] = 0
    rows = []
    for x in range(WIDE):
        village = factories.VILLAGES[x // 2]
        for y in range(WIDE):
            ring = [
                lattice(100_000 * i + int(shift[i, j, 0]), 100_000 * j + int(shift[i, j, 1]))
                for i, j in ((x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1))
            ]
            code = f"{village}{100 + WIDE * (x % 2) + y}"
            kind = "community" if village[9] == "0" else "rural"
            rows.append((code, code[-3:], kind, village, shapely.Polygon(np.array(ring) / 1e7)))
    frame = pd.DataFrame(rows, columns=["code", "name", "kind", "division_code", "geometry"])
    frame["attributes"] = [{} for _ in rows]
    return gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4490")


def wide_world(session: WriteSession) -> None:
    """Write a county of 64 grids, with 400 households."""
    rng = np.random.default_rng(6)
    spread = {
        "lon": (factories.WEST + rng.integers(0, 100_000 * WIDE, 400)) / 1e7,
        "lat": (factories.SOUTH + rng.integers(0, 100_000 * WIDE, 400)) / 1e7,
    }
    found_deployment(session, Deployment("testcounty", factories.COUNTY, is_schematic=True))
    load_divisions(session, factories.divisions())
    publish_import(session, wide_grids(), effective_from=factories.EFFECTIVE_FROM)
    people = factories.households(400).assign(**spread)
    load_households(session, people, load_locator(as_reader(session)))


@pytest.fixture
def wide_engine(empty_engine: Engine) -> Engine:
    with write_session(empty_engine) as session:
        wide_world(session)
    return empty_engine


@pytest.mark.parametrize("seed", [1, 2])
def test_random_drafts_one_after_the_other(world_engine: Engine, seed: int) -> None:
    publish_at_random(world_engine, seed, 12)


def test_random_drafts_in_a_wider_county(wide_engine: Engine) -> None:
    publish_at_random(wide_engine, 3, 20)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(10, 16))
def test_many_random_drafts(wide_engine: Engine, seed: int) -> None:
    publish_at_random(wide_engine, seed, 100)


def publish_at_random(engine: Engine, seed: int, count: int) -> None:
    """Publish random drafts; all is proved at the end, and every generation answers as it did."""
    rng = np.random.default_rng(seed)
    drafts = accepted(engine, rng)
    lon, lat = factories.positions(300, seed)
    told: dict[int, list[str]] = {}
    for number in (next(drafts) for _ in range(count)):
        done = publish(engine, number)
        with read_session(engine) as session:
            told[done.generation] = answers(session, done.generation, lon, lat)
    assert faults(engine) == []
    wrong = values(
        engine,
        "SELECT code FROM grid_version WHERE NOT ST_IsValid(geom) OR NOT is_canonical(geom)"
        " OR abs(ST_Area(geom::geography) / area_m2 - 1) > 1e-4",
    )
    assert wrong == []
    with read_session(engine) as session:
        for generation, before in told.items():
            assert answers(session, generation, lon, lat) == before


def answers(session: ReadSession, generation: int, lon, lat) -> list[str]:
    locator = load_locator(session, generation)
    codes = np.array([*locator.basic.codes, ""], dtype=object)
    return list(codes[locator.locate(lon, lat).basic])
