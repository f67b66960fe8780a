"""An import of events and reports by other systems at the same time: neither harms the other."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import pandas as pd
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gis.core.errors import Conflict
from gis.db.session import ReadSession, WriteSession, as_reader, read_session, write_session
from gis.events import NewEvent, Reported, load_events, report_event
from gis.grids import Position, load_locator
from gis.profiles import load_profile
from tests import factories

PROFILE = load_profile("testcounty", factories.PROFILES)
LON, LAT = 115.0101, 34.505


def report(source_id: str, title: str = "路灯不亮") -> NewEvent:
    """Return an event as another system reports it."""
    return NewEvent(
        source="test",
        source_id=source_id,
        title=title,
        description="",
        category_code="0502",
        level=3,
        channel="grid_staff",
        occurred_at=None,
        position=Position(LON, LAT, "EPSG:4490"),
        address_text="",
        people_count=1,
        workflow="whistle",
    )


def rows(*source_ids: str) -> pd.DataFrame:
    """Return the same events as the rows of an import."""
    frame = factories.events(len(source_ids)).assign(
        source_id=source_ids, title="路灯不亮", category_code="0502", resolved=None
    )
    return frame.assign(lon=LON, lat=LAT)


def post(engine: Engine, event: NewEvent) -> Reported:
    with write_session(engine) as session:
        return report_event(session, event, PROFILE, load_locator)


def load(engine: Engine, frame: pd.DataFrame) -> int:
    with write_session(engine) as session:
        return load_events(session, frame, load_locator(as_reader(session)))


def wait_until_held(engine: Engine, work: Future[object]) -> None:
    """Return as soon as the work waits for a lock; pytest's own time-out ends it else."""
    held = 0
    while not held:
        assert not work.done(), work.result()
        with read_session(engine) as session:
            held = session.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND cardinality(pg_blocking_pids(pid)) > 0"
                )
            )


def test_a_report_in_the_middle_of_an_import(world_engine: Engine) -> None:
    with ThreadPoolExecutor(1) as thread, Session(world_engine) as holder:
        load_events(WriteSession(holder), rows("I-2"), load_locator(ReadSession(holder)))
        importing = thread.submit(load, world_engine, rows("I-1", "I-2", "I-3"))
        wait_until_held(world_engine, importing)
        assert post(world_engine, report("R-1")).created
        holder.rollback()
        assert importing.result() == 3
    with read_session(world_engine) as session:
        steps = session.execute(
            text(
                "SELECT e.source_id, array_agg(s.step_no ORDER BY s.step_no) AS numbers"
                "  FROM event AS e JOIN event_step AS s USING (county_code, event_id)"
                " WHERE e.source_id ~ '^[IR]-' GROUP BY e.source_id ORDER BY e.source_id"
            )
        ).all()
    assert [(row.source_id, row.numbers) for row in steps] == [
        ("I-1", [1, 2]),
        ("I-2", [1, 2]),
        ("I-3", [1, 2]),
        ("R-1", [1]),
    ]


@pytest.mark.parametrize("title", ["路灯不亮", "路口井盖破损"])
def test_a_report_of_what_is_being_imported(world_engine: Engine, title: str) -> None:
    with ThreadPoolExecutor(1) as thread:
        with write_session(world_engine) as session:
            load_events(session, rows("I-1"), load_locator(as_reader(session)))
            reporting = thread.submit(post, world_engine, report("I-1", title))
            wait_until_held(world_engine, reporting)
        if title == "路灯不亮":
            assert not reporting.result().created
        else:
            with pytest.raises(Conflict, match="title"):
                reporting.result()
    with read_session(world_engine) as session:
        assert session.scalar(text("SELECT count(*) FROM event WHERE source_id = 'I-1'")) == 1
