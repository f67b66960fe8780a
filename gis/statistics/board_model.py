"""What a board is about, and what it tells."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gis.core.snapshot import Snapshot
from gis.divisions.model import DivisionRef
from gis.statistics.model import EventFigures, GridFigures, People, Period


@dataclass(frozen=True, slots=True)
class BoardAsked:
    """What a board is about.

    Attributes
    ----------
    division
        Twelve digits; it and all below.
    period
        Days of being reported, for events.
    now
        When an event without an end is overdue, with a zone.
    """

    division: str
    snapshot: Snapshot
    period: Period
    now: dt.datetime


@dataclass(frozen=True, slots=True)
class Area:
    """Which events and households count.

    Attributes
    ----------
    is_root
        All do, also outside every grid.
    grids
        Else those in basic grids of these numbers.
    divisions
        Codes of the division and all below; empty where all count.
    """

    is_root: bool
    grids: list[int]
    divisions: list[str]


@dataclass(frozen=True, slots=True)
class Node:
    """What a row of the ranking is about; `level` is ``grid`` for a grid."""

    code: str
    name: str
    level: str


@dataclass(frozen=True, slots=True)
class Dwelt:
    """A basic grid: its households, and its events of the period."""

    code: str
    name: str
    division: str
    households: int
    events: int


@dataclass(frozen=True, slots=True)
class StandingFigures:
    """What stands: nothing in it changes by an event but `dwelt`, which is for outliers.

    Attributes
    ----------
    divisions
        Level → number, itself included.
    staff
        Role → people.
    nodes
        Its children, or its basic grids where it has none.
    dwelt
        Every basic grid, in the order of their codes.
    area
        Which events are its own.
    at
        When they were counted.
    """

    division: DivisionRef
    divisions: dict[str, int]
    grids: GridFigures
    staff: dict[str, int]
    people: People
    party_organisations: dict[str, int]
    assets: dict[str, int]
    nodes: tuple[Node, ...]
    dwelt: tuple[Dwelt, ...]
    area: Area
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Child:
    """A row of the ranking: a child of the division, or a basic grid where it has none."""

    code: str
    name: str
    level: str
    basic_grids: int
    total: int
    open: int
    overdue: int
    closed: int
    on_time: int
    timed: int


@dataclass(frozen=True, slots=True)
class ClassCount:
    """Events of one class."""

    code: str
    total: int
    open: int


@dataclass(frozen=True, slots=True)
class Trend:
    """Reports and closings by day; row n is ``first_day`` + n days."""

    first_day: dt.date | None
    reported: list[int]
    closed: list[int]


@dataclass(frozen=True, slots=True)
class BoardEvent:
    """An event in the running list; `grid` is the responsible one."""

    event_no: str
    title: str
    category_code: str
    level: int
    reported_at: dt.datetime
    state: str
    grid: str | None
    grid_name: str | None
    division: str | None


@dataclass(frozen=True, slots=True)
class RunningFigures:
    """What runs: events."""

    events: EventFigures
    outside: int
    children: list[Child]
    classes: list[ClassCount]
    trend: Trend
    today: tuple[int, int]
