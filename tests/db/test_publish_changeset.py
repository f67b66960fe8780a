"""Publishing changesets: exact, only what changed, nobody lost."""

from __future__ import annotations

import datetime as dt
import threading

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine

from gis.core import clock
from gis.core.editing import (
    Draw,
    GridChange,
    GridState,
    Merge,
    MoveVertices,
    Operation,
    Retire,
    SetAttributes,
    Split,
    Transfer,
)
from gis.core.errors import Conflict, Forbidden, Invalid, NotFound, NotTiling
from gis.db.engine import make_engine
from gis.db.session import read_session, write_session
from gis.events import NewEvent, report_event
from gis.grids import Position, load_locator
from tests import drafting, factories
from tests.drafting import (
    ACTOR,
    COUNTY,
    EAST,
    FIRST,
    OVER,
    PROFILE,
    SECOND,
    THIRD,
    A,
    B,
    cut,
    draft,
    faults,
    lattice,
    publish,
    values,
)


def test_a_split_is_published(world_engine: Engine) -> None:
    number = draft(world_engine, cut())
    done = publish(world_engine, number)
    assert (done.generation, done.created, done.retired) == (2, 2, 1)
    assert done.refiled_households > 0
    assert done.refiled_events > 0
    assert faults(world_engine) == []
    [row] = values(world_engine, "SELECT state, published_generation FROM changeset")
    assert tuple(row) == ("published", 2)
    [row] = values(
        world_engine,
        "SELECT kind, published_by, changeset_id, parent FROM generation WHERE generation = 2",
    )
    assert tuple(row) == ("publish", ACTOR, number, 1)
    [[payload]] = values(
        world_engine,
        "SELECT payload FROM delivery WHERE kind = 'generation.published'"
        " ORDER BY delivery_id DESC LIMIT 1",
    )
    assert payload["generation"] == 2


def test_who_moved_is_written_and_the_grid_as_reported_stays(world_engine: Engine) -> None:
    before = values(
        world_engine,
        "SELECT household_id, basic_grid_id, reported_basic_grid_id FROM household ORDER BY 1",
    )
    done = publish(world_engine, draft(world_engine, cut()))
    rows = values(
        world_engine,
        "SELECT household_id, basic_grid_id, reported_basic_grid_id FROM household ORDER BY 1",
    )
    assert [row[2] for row in rows] == [row[2] for row in before]
    moved = {row[0]: (old[1], row[1]) for row, old in zip(rows, before, strict=True) if row != old}
    written = values(
        world_engine,
        "SELECT subject_id, from_basic_grid_id, to_basic_grid_id FROM refiling"
        " WHERE generation = 2 AND subject = 'household'",
    )
    assert {row[0]: (row[1], row[2]) for row in written} == moved
    assert len(moved) == done.refiled_households


@pytest.mark.parametrize(
    "operation",
    [
        cut(),
        Split(SECOND, cut().line, identity="keep"),
        Merge((FIRST, SECOND)),
        Merge((FIRST, SECOND), keep=FIRST),
        Transfer(
            (SECOND,),
            EAST,
            polygon=(
                lattice(60_000, 130_000),
                lattice(160_000, 130_000),
                lattice(160_000, 170_000),
                lattice(60_000, 170_000),
            ),
        ),
        MoveVertices(((factories.corner(1, 1), lattice(110_000, 92_000)),)),
        Transfer(
            (OVER,),
            EAST,
            polygon=(
                lattice(160_000, 130_000),
                lattice(260_000, 130_000),
                lattice(260_000, 135_000),
                lattice(160_000, 135_000),
            ),
        ),
        Draw(factories.box(20_000, 220_000, 40_000, 240_000), factories.VILLAGES[0], "试验站"),
        Retire(f"{factories.VILLAGES[0]}901"),
        SetAttributes(SECOND, name="改名"),
        SetAttributes(SECOND, division_code=factories.VILLAGES[1]),
    ],
    ids=lambda op: op.op,
)
def test_operations_leave_nothing_wrong(world_engine: Engine, operation: Operation) -> None:
    done = publish(world_engine, draft(world_engine, operation))
    assert done.generation == 2
    assert faults(world_engine) == []
    shares = values(
        world_engine,
        "SELECT sum(area_share), sum(household_share) FROM lineage GROUP BY parent_id",
    )
    assert np.allclose([tuple(row) for row in shares], 1.0, rtol=0, atol=1e-12)


def test_the_neighbours_say_whom_they_border_on_now(world_engine: Engine) -> None:
    other = draft(world_engine, SetAttributes(FIRST, name="先画"))
    publish(world_engine, draft(world_engine, SetAttributes(SECOND, name="改名")))
    rows = values(
        world_engine,
        "SELECT code FROM grid_version WHERE bounds_text LIKE '%改名%'"
        " AND upper_inf(generations) AND upper_inf(valid)",
    )
    assert {FIRST, THIRD, EAST} <= {row.code for row in rows}
    # FIRST has a new version, of which only these words are new: its draft is not stale.
    assert publish(world_engine, other).generation == 3


def test_a_one_sided_edit_is_refused(world_engine: Engine) -> None:
    """Of either side: a chain test that looks one way only lets one of them through."""
    for code, at in ((FIRST, 4), (SECOND, 1)):  # the bend of the border between them
        with write_session(world_engine) as session:
            state = drafting.neighbourhood(session, COUNTY)[code]
            xy = np.rint(shapely.get_coordinates(state.geometry) * 1e7)
            xy[at] += [0, 2]
            shape = shapely.Polygon(xy / 1e7)
            moved = GridState(code, state.kind, state.division_code, shape, state.name)
            change = GridChange("modify", code, state, moved)
            number = drafting.write_changeset(session, COUNTY, [change])
        with pytest.raises(NotTiling):
            publish(world_engine, number)
    assert values(world_engine, "SELECT max(generation) FROM generation")[0][0] == 1


def test_an_invalid_polygon_is_refused(world_engine: Engine) -> None:
    with write_session(world_engine) as session:
        state = drafting.neighbourhood(session, COUNTY)[FIRST]
        bow = shapely.Polygon(shapely.get_coordinates(state.geometry)[[0, 3, 1, 4, 0]])
        changed = GridState(FIRST, state.kind, state.division_code, bow, state.name)
        number = drafting.write_changeset(
            session, COUNTY, [GridChange("modify", FIRST, state, changed)]
        )
    with pytest.raises(NotTiling, match=FIRST):
        publish(world_engine, number)


@pytest.mark.parametrize("state", ["draft", "submitted", "rejected", "withdrawn"])
def test_only_an_approved_changeset_is_published(world_engine: Engine, state: str) -> None:
    number = draft(world_engine, cut(), state=state)
    with pytest.raises(Conflict, match=state):
        publish(world_engine, number)


def test_there_has_to_be_a_changeset_that_changes_something(world_engine: Engine) -> None:
    with pytest.raises(NotFound):
        publish(world_engine, 99)
    with write_session(world_engine) as session:
        number = drafting.write_changeset(session, COUNTY, [], scope=[A])
    with pytest.raises(Conflict, match="nothing to publish"):
        publish(world_engine, number)


def test_a_stale_draft_is_refused_and_names_the_grids(world_engine: Engine) -> None:
    first, second = draft(world_engine, cut()), draft(world_engine, Merge((SECOND, THIRD)))
    publish(world_engine, first)
    with pytest.raises(Conflict) as refused:
        publish(world_engine, second)
    assert SECOND in refused.value.extra["codes"]


def test_drafts_of_other_grids_do_not_disturb_one_another(world_engine: Engine) -> None:
    """Both put a vertex into the border of the grid between them."""
    one = draft(world_engine, cut(FIRST, south=-20_000, north=120_000))
    two = draft(world_engine, cut(THIRD, south=180_000, north=320_000))
    assert publish(world_engine, one).generation == 2
    assert publish(world_engine, two).generation == 3
    assert faults(world_engine) == []


def test_beyond_the_scope_it_is_refused(world_engine: Engine) -> None:
    polygon = tuple(
        lattice(x, y)
        for x, y in ((160_000, 130_000), (260_000, 130_000), (260_000, 135_000), (160_000, 135_000))
    )
    with write_session(world_engine) as session:
        done = drafting.planned(session, COUNTY, Transfer((OVER,), EAST, polygon=polygon), (A, B))
        number = drafting.write_changeset(session, COUNTY, done.changes, scope=[A])
    with pytest.raises(Forbidden) as refused:
        publish(world_engine, number)
    assert refused.value.extra["divisions"] == [B[:9]]


def test_days(world_engine: Engine) -> None:
    tomorrow = clock.today() + dt.timedelta(days=1)
    with pytest.raises(Invalid, match="later day"):
        publish(world_engine, draft(world_engine, cut(), effective_from=tomorrow))
    early = factories.EFFECTIVE_FROM - dt.timedelta(days=1)
    with pytest.raises(Conflict, match="later day"):
        publish(world_engine, draft(world_engine, cut(), effective_from=early))
    june = dt.date(2025, 6, 1)
    publish(world_engine, draft(world_engine, cut(), effective_from=june))
    # A later slice: from June on the two halves hold, so nothing can change them from May on.
    with pytest.raises(Conflict, match="later day"):
        publish(
            world_engine,
            draft(world_engine, SetAttributes(THIRD, name="五月"), effective_from=early),
        )
    with read_session(world_engine) as session:
        for day, count in ((june - dt.timedelta(days=1), 12), (june, 13)):
            assert len(load_locator(session, 2, day).basic.codes) == count


def test_a_given_code_is_not_given_again(world_engine: Engine) -> None:
    publish(world_engine, draft(world_engine, Merge((FIRST, SECOND), keep=FIRST)))
    with write_session(world_engine) as session:
        done = drafting.planned(session, COUNTY, Split(FIRST, cut(FIRST, south=-20_000).line))
        reused = [
            GridChange(
                c.action,
                SECOND,
                None,
                GridState(
                    SECOND, c.after.kind, c.after.division_code, c.after.geometry, c.after.name
                ),
            )
            if c.action == "create" and not i
            else c
            for i, c in enumerate(sorted(done.changes, key=lambda c: c.action))
        ]
        number = drafting.write_changeset(session, COUNTY, reused)
    with pytest.raises(Invalid, match="never given again"):
        publish(world_engine, number)


def test_two_publishers_race(world_url: str, world_engine: Engine) -> None:
    numbers = draft(world_engine, cut()), draft(world_engine, Merge((SECOND, THIRD)))
    barrier, results = threading.Barrier(2), {}

    def run(number: int) -> None:
        engine = make_engine(world_url, statement_timeout_s=30)
        barrier.wait()
        try:
            results[number] = publish(engine, number)
        except Conflict as refused:
            results[number] = refused
        engine.dispose()

    threads = [threading.Thread(target=run, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes = sorted(type(result).__name__ for result in results.values())
    assert outcomes == ["Conflict", "Publication"]
    assert values(world_engine, "SELECT max(generation) FROM generation")[0][0] == 2
    assert faults(world_engine) == []


def test_events_reported_meanwhile_end_in_no_retired_grid(
    world_url: str, world_engine: Engine
) -> None:
    stop, failures = threading.Event(), []
    counted = iter(range(10**6))

    def report() -> None:
        engine = make_engine(world_url, statement_timeout_s=30)
        rng = np.random.default_rng(7)
        try:
            while not stop.is_set():
                report_one(engine, next(counted), rng)
        except Exception as error:  # noqa: BLE001 - told to the test
            failures.append(error)
        engine.dispose()

    thread = threading.Thread(target=report)
    thread.start()
    for operation in (cut(), cut(FIRST, south=-20_000, north=120_000)):
        publish(world_engine, draft(world_engine, operation))
    publish(world_engine, draft(world_engine, Merge((THIRD, f"{factories.VILLAGES[1]}003"))))
    stop.set()
    thread.join()
    assert failures == []
    assert next(counted) > 0
    assert faults(world_engine) == []
    retired = values(
        world_engine,
        "SELECT count(*) FROM event AS e WHERE NOT EXISTS (SELECT FROM grid_version AS v"
        " WHERE v.grid_id = e.basic_grid_id AND upper_inf(v.generations) AND upper_inf(v.valid))",
    )
    assert retired[0][0] == 0


def report_one(engine: Engine, number: int, rng: np.random.Generator) -> None:
    lon, lat = 115.0 + 0.0399 * rng.random(), 34.5 + 0.0299 * rng.random()
    event = NewEvent(
        source="test",
        source_id=f"meanwhile-{number}",
        title="路灯不亮",
        description="",
        category_code="0502",
        level=3,
        channel="grid_staff",
        occurred_at=None,
        position=Position(lon, lat, "EPSG:4490"),
        address_text="",
        people_count=1,
        workflow="whistle",
    )
    with write_session(engine) as session:
        report_event(session, event, PROFILE, load_locator)
