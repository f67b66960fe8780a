"""Deadlines of stored events: filled in, counted anew, and left alone where they were kept."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from sqlalchemy import Engine, text

from gis.cli.deadlines import fill_deadlines, refresh
from gis.db.session import read_session, write_session
from gis.events.deadlines import due_times
from gis.events.refreshing import BEGINNING, lack_deadlines, refresh_deadlines
from gis.profiles import Calendar, Profile, load_profile
from gis.profiles.calendar import CalendarYear, Holiday
from tests import factories


def stored(engine: Engine) -> pd.DataFrame:
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT event_id, category_code, reported_at, closed_at, due_at FROM event")
        )
        frame = pd.DataFrame(rows.all()).set_index("event_id").sort_index()
    for name in ("reported_at", "closed_at", "due_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame


def expected(profile: Profile, frame: pd.DataFrame) -> pd.Series:
    return due_times(profile, frame["category_code"], frame["reported_at"])


def test_what_lacks_a_deadline_gets_it_and_what_is_closed_keeps_its_own(world_engine: Engine):
    profile = load_profile("testcounty", factories.PROFILES)
    before = stored(world_engine)
    lacking, is_open = before["due_at"].isna(), before["closed_at"].isna()
    assert lacking.any()

    fill_deadlines(world_engine, profile)

    after = stored(world_engine)
    counted = expected(profile, after)
    kept = ~lacking & ~is_open
    assert (after["due_at"] == counted)[~kept].all()
    assert (after["due_at"] == before["due_at"])[kept].all()
    with read_session(world_engine) as session:
        assert not lack_deadlines(session, profile)
    assert refresh(world_engine, profile) == (int(is_open.sum()), 0)

    seen, changed = refresh(world_engine, profile, closed_too=True)
    assert seen == len(before)
    assert changed == int((counted != after["due_at"])[kept].sum()) > 0
    assert (stored(world_engine)["due_at"] == counted).all()


def test_a_new_calendar_moves_what_is_open_alone_in_small_steps(world_engine: Engine):
    profile = load_profile("testcounty", factories.PROFILES)
    refresh(world_engine, profile, closed_too=True)
    month = Holiday(first=dt.date(2025, 6, 1), last=dt.date(2025, 6, 30), name_zh="试")
    calendar = Calendar(
        name_zh="试",
        name_en="test",
        hours=profile.calendar.hours,
        years=(CalendarYear(year=2025, holidays=(month,)),),
    )
    later = profile.model_copy(update={"calendar": calendar})
    before, after, steps = stored(world_engine), BEGINNING, 0
    while after is not None:
        with write_session(world_engine) as session:
            after = refresh_deadlines(session, later, after=after, limit=3).last
        steps += 1
    found = stored(world_engine)
    is_open = before["closed_at"].isna()
    assert steps == is_open.sum() // 3 + 1
    assert (found["due_at"] == expected(later, found))[is_open].all()
    assert (found["due_at"] > before["due_at"])[is_open].all()
    assert (found["due_at"] == before["due_at"])[~is_open].all()
