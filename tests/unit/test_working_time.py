"""Deadlines: the calendar of the State Council's notices, and arithmetic that agrees with walking
through the minutes one by one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.core.clock import SHANGHAI
from gis.core.errors import BadProfile, Invalid
from gis.core.working_time import Limit, WorkCalendar
from gis.events.deadlines import due_at, due_times, limit_of, timed_categories
from gis.profiles import load_profile

PROFILES = Path(__file__).resolve().parents[2] / "data" / "profiles"
MINUTE = dt.timedelta(minutes=1)
OFFICES = ((480, 720), (840, 1080))


@pytest.fixture(scope="module")
def profile():
    return load_profile("minquan", PROFILES)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def is_working(calendar: WorkCalendar, day: dt.date) -> bool:
    return day in calendar.on or (day.weekday() < 5 and day not in calendar.off)


def walked(calendar: WorkCalendar, since: dt.datetime, limit: Limit) -> dt.datetime:
    """Return when something is due, by going through the minutes."""
    moment = since
    if limit.unit in ("minute", "hour"):
        return moment + limit.value * (MINUTE if limit.unit == "minute" else 60 * MINUTE)
    if limit.unit == "work_day":
        day, left = since.date(), limit.value
        while left:
            day += dt.timedelta(1)
            left -= is_working(calendar, day)
        closes = max(last for _, last in calendar.hours)
        return dt.datetime.combine(day, dt.time(), SHANGHAI) + closes * MINUTE
    left = limit.value * 60
    while left:
        minute = moment.hour * 60 + moment.minute
        open_now = any(first <= minute < last for first, last in calendar.hours)
        left -= open_now and is_working(calendar, moment.date())
        moment += MINUTE
    return moment


DAYS = st.dates(dt.date(2025, 1, 20), dt.date(2025, 2, 20))


@st.composite
def calendars(draw) -> WorkCalendar:
    edges = sorted(draw(st.lists(st.integers(0, 96), min_size=2, max_size=6, unique=True)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    off = frozenset(draw(st.lists(DAYS, max_size=10)))
    on = frozenset(draw(st.lists(DAYS, max_size=5))) - off
    return WorkCalendar(tuple((a * 15, b * 15) for a, b in pairs), off, on, frozenset({2025}))


@settings(max_examples=60, deadline=None)
@given(
    calendars(),
    st.integers(0, 25 * 24 * 60),
    st.one_of(
        st.builds(Limit, st.integers(1, 500), st.just("minute")),
        st.builds(Limit, st.integers(1, 100), st.just("hour")),
        st.builds(Limit, st.integers(1, 12), st.just("work_hour")),
        st.builds(Limit, st.integers(1, 12), st.just("work_day")),
    ),
)
def test_arithmetic_agrees_with_walking_through_the_minutes(calendar, minutes, limit):
    since = at("2025-01-20") + minutes * MINUTE
    assert calendar.due_at(since, limit) == walked(calendar, since, limit)


@given(calendars(), st.lists(st.integers(0, 10**12), max_size=20), st.integers(1, 40))
def test_many_are_counted_as_each_alone_and_none_is_due_before_one_reported_earlier(
    calendar, offsets, value
):
    start = np.datetime64("2025-01-20T00:00:00", "us")
    since = start + np.array(sorted(offsets), dtype="timedelta64[us]")
    for unit in ("minute", "hour", "work_hour", "work_day"):
        limit = Limit(value, unit)
        due = calendar.due_times(since, limit)
        assert (np.diff(due) >= np.timedelta64(0)).all()
        assert (due > since).all()
        alone = [calendar.due_at(m.astype(object).replace(tzinfo=dt.UTC), limit) for m in since]
        assert [pd.Timestamp(m, tz="UTC") for m in due] == alone


def test_seconds_are_not_lost():
    calendar = WorkCalendar(OFFICES)
    since = at("2025-03-07T17:59:59.999999")
    assert calendar.due_at(since, Limit(1, "work_hour")) == at("2025-03-10T08:59:59.999999")
    # What ends with a day is due that evening, not next morning.
    assert calendar.due_at(at("2025-03-07T16:00"), Limit(2, "work_hour")) == at("2025-03-07T18:00")


@pytest.mark.parametrize(
    ("day", "works", "why"),
    [
        ("2024-02-04", True, "a Sunday made up for the Spring Festival"),
        ("2024-02-09", True, "left to paid leave"),
        ("2024-02-12", False, "Spring Festival"),
        ("2025-01-26", True, "a Sunday made up"),
        ("2025-02-04", False, "a Tuesday of the Spring Festival"),
        ("2025-10-08", False, "National Day and Mid-Autumn together"),
        ("2025-10-11", True, "a Saturday made up"),
        ("2026-01-04", True, "a Sunday made up"),
        ("2026-02-23", False, "the ninth day of the Spring Festival"),
        ("2026-09-20", True, "a Sunday made up"),
        ("2026-11-22", False, "a plain Sunday"),
        ("2027-10-01", True, "not known yet: a plain Friday"),
    ],
)
def test_the_calendar_of_china(profile, day, works, why):
    assert profile.calendar.working.is_working_day(dt.date.fromisoformat(day)) is works, why


def test_a_year_has_as_many_days_off_as_its_notice_says(profile):
    """Days off in a row, as each notice counts them."""
    told = {2023: 26, 2024: 28, 2025: 28, 2026: 33}
    for year in profile.calendar.years:
        assert sum(len(list(holiday.days())) for holiday in year.holidays) == told[year.year]


def test_years_without_a_notice_are_named(profile):
    assert profile.calendar.working.unknown_years([2025, 2027, 2019, 2027]) == [2019, 2027]


def test_the_last_stage_of_a_category_is_its_limit(profile):
    assert limit_of(profile, "0401") == Limit(20, "work_day")
    assert limit_of(profile, "040101") == Limit(20, "work_day")
    assert limit_of(profile, "9999") is None
    assert len(timed_categories(profile)) == len(list(profile.catalogue.items()))
    # Reported on the last working day before the Spring Festival, with a make-up day behind it.
    assert due_at(profile, "0402", at("2026-02-14T17:00")) == at("2026-02-24T11:00")


def test_columns_are_counted_row_by_row(profile):
    codes = pd.Series(["0402", None, "9999", "0101", "0402"], index=[7, 3, 5, 9, 1])
    times = [at("2025-06-03T09:00")] * 4 + [None]
    reported = pd.Series(times, index=codes.index, dtype=pd.DatetimeTZDtype("us", SHANGHAI))
    due = due_times(profile, codes, reported)
    assert due.index.equals(codes.index)
    assert due.isna().tolist() == [False, True, True, False, True]
    assert due[7] == at("2025-06-03T15:00")
    assert due[9] == at("2025-06-12T18:00")


def test_times_outside_the_calendar_are_refused():
    calendar = WorkCalendar(OFFICES)
    for moment in ("1949-09-30T00:00", "2101-01-01T00:00"):
        with pytest.raises(Invalid, match="Deadlines can be counted"):
            calendar.due_at(at(moment), Limit(1, "hour"))
    with pytest.raises(Invalid, match="up to"):
        calendar.due_at(at("2025-01-01T00:00"), Limit(100_000, "work_day"))


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("to = 12:00:00", "to = 15:00:00", "hours", "in their order and apart"),
        ("last = 2025-02-04", "last = 2025-01-01", "last", "lies before first"),
        ("working = [2025-01-26", "working = [2025-01-27", "working", "a working day anyway"),
        ("working = [2025-01-26", "working = [2024-01-27", "working", "is not in 2025"),
        ("working = [2025-01-26", "working = [2025-02-01", "working", "a day off as well"),
    ],
)
def test_a_wrong_calendar_is_refused_by_name(tmp_path, old, new, key, reason):
    text = (PROFILES.parent / "calendars" / "china.toml").read_text(encoding="utf-8")
    assert old in text
    mine = tmp_path / "mine.toml"
    mine.write_text(text.replace(old, new, 1), encoding="utf-8")
    deployment = tmp_path / "deployment.toml"
    plain = (PROFILES / "minquan.toml").read_text(encoding="utf-8")
    deployment.write_text('calendar = "mine.toml"\n' + plain, encoding="utf-8")
    with pytest.raises(BadProfile) as caught:
        load_profile(deployment, PROFILES)
    assert caught.value.extra["file"] == str(mine)
    assert caught.value.extra["key"].endswith(key)
    assert reason in caught.value.extra["reason"]
