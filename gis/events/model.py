"""What comes in as an event, and what the queries on events answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gis.core.clock import SHANGHAI
from gis.grids.model import Box
from gis.grids.positions import Position


def event_number(reported_at: dt.datetime, county_code: str, event_id: int) -> str:
    """Return the number that people quote: yyyymmdd + county + the id, in six digits or more.

    Parameters
    ----------
    reported_at
        With a zone; the day in Asia/Shanghai counts.
    county_code
        Six digits.
    event_id
        Of the events' sequence.

    Returns
    -------
    str
        20 digits; one more for each tenfold past a million events, so that none is given twice.

    Examples
    --------
    >>> event_number(dt.datetime(2026, 3, 9, 20, tzinfo=dt.UTC), "411421", 345)
    '20260310411421000345'
    """
    day = reported_at.astimezone(SHANGHAI)
    return f"{day:%Y%m%d}{county_code}{event_id:06d}"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event as another system reports it; None where it leaves the choice to us."""

    source: str
    source_id: str
    title: str
    description: str
    category_code: str
    level: int | None
    channel: str | None
    occurred_at: dt.datetime | None
    position: Position
    address_text: str
    people_count: int | None
    workflow: str | None


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of a report.

    Attributes
    ----------
    event_no
        The number that people quote.
    created
        False where the same report had come before.
    """

    event_no: str
    created: bool


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events; None means no condition.

    Attributes
    ----------
    division
        Twelve digits; the division and all below it.
    grid
        Code of a basic or an exclusive grid.
    from_day, to_day
        First and last day of being reported, both included, in Asia/Shanghai.
    category
        First digits of the category code.
    is_overdue
        Whether they are open past their deadline.
    box
        West, south, east, north in degrees (EPSG:4490).
    """

    division: str | None = None
    grid: str | None = None
    from_day: dt.date | None = None
    to_day: dt.date | None = None
    category: str | None = None
    state: str | None = None
    phase: str | None = None
    is_open: bool | None = None
    is_overdue: bool | None = None
    source: str | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class EventKey:
    """Where an event stands in the order of the list: newest report first."""

    reported_at: dt.datetime
    event_id: int


@dataclass(frozen=True, slots=True)
class Event:
    """An event (事件) and where it is filed.

    Attributes
    ----------
    lon, lat
        Canonical CGCS2000 degrees.
    basic, exclusive
        Codes of the grids that it lies in now; None where there is none.
    division
        Code of the division of its basic grid.
    reported_basic, reported_exclusive
        Codes, as they were then, of the grids that it was reported in.
    due_at
        End of the time limit of its category (期限); None where there is none.
    is_overdue
        Whether it is open past that now (超时).
    is_outside
        Whether it lies in no basic grid.
    """

    county_code: str
    event_id: int
    event_no: str
    source: str
    source_id: str
    title: str
    description: str
    category_code: str
    level: int
    channel: str
    occurred_at: dt.datetime
    reported_at: dt.datetime
    closed_at: dt.datetime | None
    due_at: dt.datetime | None
    is_overdue: bool
    workflow: str
    state: str
    phase: str
    resolved: bool | None
    satisfied: bool | None
    people_count: int | None
    address_text: str
    lon: float
    lat: float
    position_x: float
    position_y: float
    position_crs: str
    position_accuracy_m: float | None
    basic: str | None
    exclusive: str | None
    division: str | None
    reported_basic: str | None
    reported_exclusive: str | None
    filed_generation: int
    is_outside: bool


@dataclass(frozen=True, slots=True)
class EventStep:
    """One step in the life of an event."""

    step_no: int
    state: str
    phase: str
    at: dt.datetime
    actor: str
    note: str
