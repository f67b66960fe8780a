"""The demo lives: its year ends today, and schematic events come in while it runs."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from gis.cli.demo_live import living, seed_of
from gis.core import clock
from gis.core.access import WHOLE
from gis.core.errors import Unavailable
from gis.db.engine import make_engine
from gis.db.row_security import api_url
from gis.db.session import read_session, write_session
from gis.demo.live import DESCRIPTION, SOURCE, LiveEvents, reporting
from gis.demo.load import load_demo
from gis.divisions import Deployment, found_deployment
from gis.events import NewEvent, report_event
from gis.events.deadlines import due_at
from gis.feeds import Kind, read_between, stand
from gis.grids import Position, load_locator
from gis.grids.locator_files import LocatorFiles
from gis.profiles import Profile, load_profile
from gis.settings import Settings
from tests import factories

SEED = 7
NOW = dt.datetime(2026, 11, 22, 14, 30, tzinfo=clock.SHANGHAI)


@pytest.fixture
def profile() -> Profile:
    return load_profile("testcounty", factories.PROFILES)


@pytest.fixture
def server(world_url: str) -> Iterator[Engine]:
    """As the server logs in."""
    engine = make_engine(api_url(world_url), statement_timeout_s=30)
    yield engine
    engine.dispose()


@pytest.fixture
def files(tmp_path: Path) -> LocatorFiles:
    return LocatorFiles(tmp_path)


def live_rows(engine: Engine) -> list:
    with read_session(engine) as session:
        return session.execute(
            text(
                "SELECT event_no, source_id, title, description, category_code, reported_at,"
                " due_at, basic_grid_id, ST_Covers(v.geom, e.geom) AS is_inside"
                "  FROM event AS e JOIN grid_version AS v ON v.grid_id = e.basic_grid_id"
                " WHERE source = :source ORDER BY source_id"
            ),
            {"source": SOURCE},
        ).all()


def test_events_are_filed_told_and_marked(world_engine, server, profile, files) -> None:
    with read_session(world_engine) as session:
        since = stand(session).horizon
    live = LiveEvents(server, profile, SEED, files)
    reported = [live.report().event_no for _ in range(3)]
    rows = live_rows(world_engine)
    assert [row.event_no for row in rows] == reported
    assert [row.source_id for row in rows] == [f"示意-000000{n}" for n in (1, 2, 3)]
    titles = {item.code: item.titles_zh for item in profile.catalogue.items()}
    for row in rows:
        assert row.description == DESCRIPTION
        assert row.title in titles[row.category_code]
        assert row.is_inside
        assert row.due_at == due_at(profile, row.category_code, row.reported_at)
    with read_session(world_engine) as session:
        told = read_between(session, since, stand(session).horizon, limit=10)
    assert {one.kind for one in told} == {Kind.EVENT_REPORTED}
    assert [one.payload["event_no"] for one in told] == reported


def test_a_second_process_reports_the_same_and_a_later_one_goes_on(
    world_engine, server, profile, files
) -> None:
    first, second = (LiveEvents(server, profile, SEED, files) for _ in range(2))
    (mine, again) = first.report(), second.report()
    assert (mine.created, again.created) == (True, False)
    assert mine.event_no == again.event_no
    assert LiveEvents(server, profile, SEED, files).report().created
    assert [row.source_id[-1] for row in live_rows(world_engine)] == ["1", "2"]


def test_a_number_that_somebody_took_is_passed_over(world_engine, server, profile, files) -> None:
    live = LiveEvents(server, profile, SEED, files)
    west, south = factories.WEST / 1e7, factories.SOUTH / 1e7
    taken = NewEvent(
        source=SOURCE,
        source_id="示意-0000001",
        title="占用编号",
        description="",
        category_code=next(profile.catalogue.items()).code,
        level=None,
        channel=None,
        occurred_at=None,
        position=Position(west + 0.005, south + 0.005, "CGCS2000"),
        address_text="",
        people_count=None,
        workflow=None,
    )
    with write_session(server, WHOLE) as session:
        assert report_event(session, taken, profile, load_locator).created
    assert live.report() is None
    assert live.report().created
    assert [row.title == "占用编号" for row in live_rows(world_engine)] == [True, False]


def test_without_anything_to_be_like_nothing_is_reported(empty_url, profile, files) -> None:
    owner = make_engine(empty_url, statement_timeout_s=30)
    with write_session(owner) as session:
        factories.load_boundaries(session)
    assert LiveEvents(owner, profile, SEED, files).report() is None
    assert live_rows(owner) == []
    owner.dispose()


def test_the_thread_reports_until_the_block_ends(world_engine, server, profile, files) -> None:
    reports, said = threading.Semaphore(0), threading.Semaphore(0)
    failures = iter([Unavailable("not yet", zh="稍候"), Unavailable("not yet", zh="稍候")])

    class Counted(LiveEvents):
        def report(self):
            reported = super().report()
            reports.release()
            return reported

    def begin() -> LiveEvents:
        for failure in failures:
            raise failure
        return Counted(server, profile, SEED, files)

    with reporting(begin, 6000, lambda _zh, _en: said.release()):
        for _ in range(3):
            assert reports.acquire(timeout=60)
    assert "live-events" not in {thread.name for thread in threading.enumerate()}
    assert len(live_rows(world_engine)) >= 3
    assert said.acquire(blocking=False), "that it does not work is told"
    assert not said.acquire(blocking=False), "and told once"


def test_real_data_get_no_live_events(world_url, world_engine, profile) -> None:
    assert seed_of(world_url, profile) == profile.demo.seed
    with write_session(world_engine) as session:
        session.execute(text("UPDATE deployment SET is_schematic = false"))
    assert seed_of(world_url, profile) is None
    with living(world_url, profile, 6000):
        assert "live-events" not in {thread.name for thread in threading.enumerate()}


def test_an_empty_database_has_no_seed_and_another_seed_is_kept(empty_url, profile) -> None:
    assert seed_of(empty_url, profile) is None
    owner = make_engine(empty_url, statement_timeout_s=30)
    with write_session(owner) as session:
        made = {"is_schematic": True, "seed": 0, "fraction": None}
        found_deployment(session, Deployment("testcounty", factories.COUNTY, **made))
    owner.dispose()
    assert seed_of(empty_url, profile) == 0


def test_the_year_ends_today_and_nothing_lies_in_the_future(empty_url) -> None:
    profile = load_profile("yangying", Settings().profiles_dir)
    with clock.held_at(NOW):
        load_demo(empty_url, profile, last_day=NOW.date() + dt.timedelta(days=30))
    owner = make_engine(empty_url, statement_timeout_s=30)
    with read_session(owner) as session:
        found = session.execute(
            text(
                "SELECT count(*) AS total, count(closed_at) AS closed,"
                " max(greatest(occurred_at, reported_at, closed_at)) AS newest,"
                " max(reported_at) AS last, min(reported_at) AS first,"
                " (SELECT max(at) FROM event_step) AS step"
                "  FROM event"
            )
        ).one()
    owner.dispose()
    totals = profile.demo.events
    assert (found.total, found.closed) == (totals.total, totals.closed)
    assert max(found.newest, found.step) <= NOW
    assert found.last > NOW - dt.timedelta(days=7)
    # What is known to have happened stays.
    assert found.first.date() == profile.demo.incidents[0].begins.date()
