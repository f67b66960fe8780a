"""The history of boundaries: what differs, who went where, and the way back."""

from __future__ import annotations

import datetime as dt

import pytest
import shapely
from sqlalchemy import Engine, text

from gis.boundaries import publish_import
from gis.boundaries.publishing import (
    crosswalk,
    crosswalk_csv,
    diff,
    draft_rollback,
    lineage_of_generation,
    lineage_of_grid,
    list_generations,
)
from gis.core import clock
from gis.core.access import WHOLE, Scope
from gis.core.editing import (
    Merge,
    Retire,
    SetAttributes,
    Split,
)
from gis.core.errors import Conflict, NotFound
from gis.core.snapshot import Snapshot
from gis.db.session import read_session, write_session
from gis.events.choice import EventChoice
from gis.grids import Grid, get_grid
from gis.statistics import (
    Period,
    count_people_of_grid,
    division_figures,
    group_events_of_grid,
    sum_events,
)
from gis.statistics.by_grid import figures_by_grid
from tests import drafting, factories
from tests.drafting import (
    ACTOR,
    COUNTY,
    EAST,
    FIRST,
    OVER,
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


def versions(engine: Engine) -> dict[str, tuple]:
    rows = values(
        engine,
        "SELECT code, grid_id, name, kind, division_code, md5(ST_AsBinary(geom)) AS hash"
        "  FROM grid_version WHERE upper_inf(generations) AND upper_inf(valid)",
    )
    return {row.code: tuple(row) for row in rows}


def approve(engine: Engine, number: int) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE changeset SET state = 'approved' WHERE changeset_id = :id"),
            {"id": number},
        )


def test_back_to_a_generation_to_the_bit(world_engine: Engine) -> None:
    before = versions(world_engine)
    publish(world_engine, draft(world_engine, cut()))
    publish(world_engine, draft(world_engine, Merge((THIRD, f"{factories.VILLAGES[1]}003"))))
    publish(world_engine, draft(world_engine, Retire(f"{factories.VILLAGES[0]}902")))
    with write_session(world_engine, WHOLE) as session:
        number = draft_rollback(session, COUNTY, 1, actor=drafting.AUTHOR)
    approve(world_engine, number)
    assert publish(world_engine, number).generation == 5
    assert versions(world_engine) == before
    assert faults(world_engine) == []
    [[kind]] = values(world_engine, "SELECT kind FROM generation WHERE generation = 5")
    assert kind == "rollback"
    with (
        pytest.raises(Conflict, match="as they were"),
        write_session(world_engine, WHOLE) as session,
    ):
        draft_rollback(session, COUNTY, 5, actor=drafting.AUTHOR)


def test_one_generation_is_undone_and_later_ones_stay(world_engine: Engine) -> None:
    publish(world_engine, draft(world_engine, cut()))
    publish(world_engine, draft(world_engine, SetAttributes(OVER, name="后来")))
    with write_session(world_engine, WHOLE) as session:
        number = draft_rollback(session, COUNTY, 2, actor=drafting.AUTHOR, only=True)
    approve(world_engine, number)
    publish(world_engine, number)
    now = versions(world_engine)
    assert SECOND in now
    assert now[OVER][2] == "后来"
    assert faults(world_engine) == []
    with (
        pytest.raises(Conflict) as refused,
        write_session(world_engine, WHOLE) as session,
    ):
        draft_rollback(session, COUNTY, 2, actor=drafting.AUTHOR, only=True)
    assert SECOND in refused.value.extra["codes"]


def test_what_differs_is_told(world_engine: Engine) -> None:
    publish(world_engine, draft(world_engine, cut()))
    with read_session(world_engine) as session:
        found = {row.code: row for row in diff(session, 2, 1)}
        back = {row.code: row.action for row in diff(session, 1, 2)}
    assert found[SECOND].action == "retired"
    assert found[SECOND].area_after_m2 is None
    created = [row for row in found.values() if row.action == "created"]
    assert sum(row.area_after_m2 for row in created) == pytest.approx(
        found[SECOND].area_before_m2, rel=1e-5
    )
    assert back[SECOND] == "created"
    assert {row.action for row in found.values()} <= {"created", "retired", "node_only"}


def test_the_crosswalk_counts_everybody_once(world_engine: Engine) -> None:
    done = publish(world_engine, draft(world_engine, cut()))
    with read_session(world_engine) as session:
        rows = [row for row in crosswalk(session, 2) if row.layer == "basic"]
    assert sum(row.households for row in rows) == done.refiled_households
    assert sum(row.events for row in rows) == done.refiled_events
    assert sum(row.people for row in rows) == 3 * done.refiled_households
    assert {row.source for row in rows} == {SECOND}
    assert sum(row.area_share for row in rows) == pytest.approx(1.0)
    lines = crosswalk_csv(rows).splitlines()
    assert len(lines) == 1 + len(rows)
    assert SECOND in lines[1]


def test_a_township_is_told_nothing_of_another(world_engine: Engine) -> None:
    split = Split(OVER, (lattice(255_000, 80_000), lattice(255_001, 220_000)))
    publish(world_engine, draft(world_engine, split, scope=[B]))
    with read_session(world_engine, Scope((A,))) as session:
        newest = list_generations(session)[0]
        assert newest.generation == 2
        assert newest.published_by is newest.note is newest.changeset_id is None
        assert crosswalk(session, 2) == []
        assert lineage_of_generation(session, 2) == []
        assert [row for row in diff(session, 2, 1) if row.action != "node_only"] == []
        with pytest.raises(NotFound):
            lineage_of_grid(session, OVER)
    with read_session(world_engine, Scope((B,))) as session:
        assert list_generations(session)[0].published_by == ACTOR
        assert len(crosswalk(session, 2)) == 2


def test_an_import_writes_the_same_history(world_engine: Engine) -> None:
    grids = factories.grids().set_index("code")
    union = shapely.union_all([grids.geometry[FIRST], grids.geometry[SECOND]])
    grids.loc[FIRST, "geometry"] = union
    with write_session(world_engine) as session:
        done = publish_import(
            session,
            grids.drop(index=SECOND).reset_index(),
            effective_from=dt.date(2025, 6, 1),
            retire=True,
        )
    with read_session(world_engine) as session:
        rows = [row for row in crosswalk(session, 2) if row.layer == "basic"]
        assert [(row.source, row.target) for row in rows] == [(SECOND, FIRST)]
        assert rows[0].households == done.refiled_households
        assert {row.operation for row in lineage_of_generation(session, 2)} == {"keep", "merge"}


def test_lineage_tells_shares(world_engine: Engine) -> None:
    publish(world_engine, draft(world_engine, cut()))
    with read_session(world_engine) as session:
        one, two = lineage_of_generation(session, 2)
        again = lineage_of_grid(session, SECOND)
        counted = session.scalar(text("SELECT count(*) FROM refiling WHERE subject = 'household'"))
    assert {one.parent, two.parent} == {SECOND}
    assert one.operation == two.operation == "split"
    assert again == [one, two]
    households = [row.household_share * counted for row in (one, two)]
    assert households == pytest.approx([round(n) for n in households])


def test_figures_by_the_grids_of_then_and_of_now(world_engine: Engine) -> None:
    """What was closed before the new day counts where it was; what is open where it is."""
    publish(world_engine, draft(world_engine, Merge((FIRST, SECOND), keep=FIRST)))
    old, new = Snapshot(1, factories.EFFECTIVE_FROM), Snapshot(2, clock.today())
    with read_session(world_engine) as session:
        before, first = get_grid(session, SECOND, old), get_grid(session, FIRST, new)

        def figures(grid: Grid, then: Snapshot | None) -> tuple[int, int, int]:
            total = sum_events(group_events_of_grid(session, grid, then=then))
            people = count_people_of_grid(session, grid, then=then)
            return total.total, total.open, people.households

        [(closed, opened)] = session.execute(
            text(
                "SELECT count(closed_at), count(*) - count(closed_at) FROM event"
                " WHERE reported_basic_grid_id = :id"
            ),
            {"id": before.grid_id},
        ).all()
        [(moved,)] = session.execute(
            text(
                "SELECT count(*) FROM refiling WHERE subject = 'household'"
                " AND from_basic_grid_id = :id"
            ),
            {"id": before.grid_id},
        ).all()
        assert closed > 0
        assert moved > 0
        # By the newest boundaries what is open and who lives there is in the other grid.
        assert figures(before, new) == (closed, 0, 0)
        assert figures(before, None) == (0, 0, 0)
        assert figures(before, old) == (closed + opened, opened, moved)
        (then, _, _), (now, _, _) = figures(first, new), figures(first, None)
        assert now - then == closed
        assert figures(first, new)[1:] == figures(first, None)[1:]
        assert figures(first, old)[2] == figures(first, None)[2] - moved


def test_figures_of_all_grids_and_divisions_by_the_grids_of_then(world_engine: Engine) -> None:
    """A grid goes to another village and is merged there; then all is where it was."""
    chosen, period = EventChoice(None, None, None), Period()
    old = Snapshot(1, factories.EFFECTIVE_FROM)

    def told(snapshot: Snapshot, *, of_then: bool) -> tuple[dict[str, tuple[int, ...]], list]:
        with read_session(world_engine) as session:
            found = figures_by_grid(session, chosen, snapshot, of_then=of_then)
            names = ("events", "closed", "households", "people")
            rows = zip(*(found.columns[name] for name in names), strict=True)
            divisions = [
                division_figures(session, code, snapshot, period, of_then=of_then)
                for code in (*factories.VILLAGES, factories.COUNTY)
            ]
            return dict(zip(found.codes, rows, strict=True)), [
                (d.events, d.people) for d in divisions
            ]

    before = told(old, of_then=False)
    assert told(old, of_then=True) == before
    publish(world_engine, draft(world_engine, Merge((SECOND, EAST), keep=EAST)))
    new = Snapshot(2, clock.today())
    # Asked about the old boundaries, everything is as it was; though it is filed elsewhere now.
    assert told(old, of_then=True) == before
    assert told(old, of_then=False)[0][SECOND] == (0, 0, 0, 0)
    (grids_now, now), (grids_then, then) = (told(new, of_then=of_then) for of_then in (False, True))
    closed = before[0][SECOND][1]
    assert closed > 0
    assert grids_now[EAST][0] - grids_then[EAST][0] == closed
    assert grids_now[EAST][2:] == grids_then[EAST][2:]
    # What was closed in the grid that is no more counts in its village; the county has all.
    assert [then[n][0].total - now[n][0].total for n in range(5)] == [closed, -closed, 0, 0, 0]
    assert [one[1] for one in then] == [one[1] for one in now]


def test_the_check_finds_a_history_that_contradicts_itself(world_engine: Engine) -> None:
    publish(world_engine, draft(world_engine, cut()))
    with world_engine.begin() as owner:
        owner.execute(text("UPDATE lineage SET area_share = area_share / 2"))
        owner.execute(
            text(
                "UPDATE refiling SET to_basic_grid_id = from_basic_grid_id WHERE subject = 'event'"
            )
        )
    found = faults(world_engine)
    assert any("do not add up" in fault for fault in found)
    assert any("crosswalk" in fault for fault in found)
