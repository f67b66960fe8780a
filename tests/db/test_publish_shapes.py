"""Awkward shapes on their way into force: several parts, enclaves, very many vertices."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine

from gis.boundaries import drafts, publish_import
from gis.core.access import WHOLE, Actor, Grant, Role
from gis.core.editing import Merge, MoveVertices, Operation, Split
from gis.db.engine import make_engine
from gis.db.row_security import api_url
from gis.db.session import write_session
from tests import factories
from tests.drafting import EAST, FIRST, SECOND, A, draft, faults, lattice, publish, values

ISLAND = factories.box(140_000, 130_000, 160_000, 150_000)


def with_shapes(engine: Engine, shapes: dict[str, object]) -> None:
    """Publish the small county with other shapes of some grids, as a file would bring them."""
    grids = factories.grids()
    for code, shape in shapes.items():
        row = grids.index[grids["code"] == code][0]
        grids.loc[row, "geometry"] = shape
    with write_session(engine) as session:
        publish_import(session, grids, effective_from=factories.EFFECTIVE_FROM)


def cell(column: int, row: int) -> shapely.Polygon:
    return factories.cell(column, row)


@pytest.fixture
def engine(world_engine: Engine) -> Engine:
    """A county where a grid has an island in the middle of another."""
    main, around = cell(0, 0), cell(1, 1)
    with_shapes(
        world_engine,
        {
            FIRST: shapely.MultiPolygon([main, ISLAND]),
            EAST: shapely.Polygon(around.exterior, [ISLAND.exterior.coords[::-1]]),
        },
    )
    assert faults(world_engine) == []
    return world_engine


@pytest.mark.parametrize(
    ("operation", "parts"),
    [
        # The island stays with the piece that keeps the code.
        (Split(FIRST, (lattice(55_000, -9), lattice(55_001, 110_000)), identity="keep"), [2]),
        (Merge((FIRST, SECOND), keep=FIRST), [2]),
        (Merge((FIRST, EAST), keep=EAST), [2]),
        # Around the enclave, beside it.
        (Split(EAST, (lattice(170_000, 80_000), lattice(170_001, 230_000)), identity="keep"), [2]),
        (MoveVertices(((lattice(140_000, 130_000), lattice(138_000, 128_000)),)), [2]),
    ],
    ids=["split", "merge beside", "merge around", "split around", "move the island"],
)
def test_parts_and_enclaves(engine: Engine, operation: Operation, parts: list[int]) -> None:
    publish(engine, draft(engine, operation))
    assert faults(engine) == []
    held = "upper_inf(generations) AND upper_inf(valid)"
    found = values(
        engine,
        f"SELECT ST_NumGeometries(geom) FROM grid_version WHERE {held} ORDER BY 1",
    )
    assert [row[0] for row in found if row[0] > 1] == parts


@pytest.mark.long
def test_a_grid_of_200_000_vertices_is_drafted_and_published(
    world_engine: Engine, world_url: str
) -> None:
    """Its southern border, and its northern one, are combs of 100,000 vertices each."""
    teeth = 99_000
    x = np.arange(teeth) + 500

    def comb(y: int) -> list[tuple[int, int]]:
        return [lattice(int(a), y + 3 * (int(a) % 2)) for a in x]

    below, above = comb(90_000), comb(200_500)
    west_south, east_south = factories.corner(0, 1), factories.corner(1, 1)
    west_north, east_north = factories.corner(0, 2), factories.corner(1, 2)

    def closed(points: list[tuple[int, int]]) -> shapely.Polygon:
        return shapely.Polygon(np.array(points) / 1e7)

    third = cell(0, 2)
    first = cell(0, 0)
    lower = [(round(a * 1e7), round(b * 1e7)) for a, b in first.exterior.coords[:3]]
    upper = [(round(a * 1e7), round(b * 1e7)) for a, b in third.exterior.coords[3:6]]
    with_shapes(
        world_engine,
        {
            FIRST: closed([*lower, east_south, *below[::-1], west_south]),
            SECOND: closed([west_south, *below, east_south, east_north, *above[::-1], west_north]),
            f"{FIRST[:12]}003": closed([west_north, *above, east_north, *upper]),
        },
    )
    assert faults(world_engine) == []
    engine = make_engine(api_url(world_url), statement_timeout_s=120)
    planner = Actor("key:planner", (Grant(Role.PLANNER, A, (factories.COUNTY, A)),))
    reviewer = Actor("key:reviewer", (Grant(Role.REVIEWER, A, (factories.COUNTY, A)),))
    cut = {
        "op": "split",
        "grid": SECOND,
        "line": [
            [p / 1e7 for p in lattice(-9, 150_000)],
            [p / 1e7 for p in lattice(120_000, 150_003)],
        ],
    }
    with write_session(engine, WHOLE) as session:
        made = drafts.create_changeset(
            session, planner, title="梳齿", reason="", effective_from=None, scope_codes=[A]
        )
        done = drafts.apply_operation(session, planner, made.changeset_id, made.version, cut)
        assert done.op_no == 1
        sent = drafts.submit(session, planner, made.changeset_id, done.changeset.version)
        approved = drafts.approve(session, reviewer, made.changeset_id, sent.version)
    with write_session(engine, WHOLE) as session:
        _, told = drafts.publish(session, reviewer, made.changeset_id, approved.version)
    engine.dispose()
    assert told["created"] == 2
    assert faults(world_engine) == []
