"""Figures: counts, and rates that say what was divided by what."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gis.divisions.model import DivisionRef


@dataclass(frozen=True, slots=True)
class Rate:
    """One count divided by another.

    Attributes
    ----------
    value
        Percent, rounded half up to two decimals; None where the denominator is 0.
    fraction
        The same as a number from 0 to 1, not rounded; None where the denominator is 0.
    """

    numerator: int
    denominator: int
    value: float | None
    fraction: float | None


def rate_of(numerator: int, denominator: int) -> Rate:
    """Divide one count by another.

    Parameters
    ----------
    numerator, denominator
        Counts, 0 or more.

    Returns
    -------
    Rate

    Notes
    -----
    Source: ``docs/sources.md``, S0-29 (2862 / 2948 is 97.08 %): rounded half up,
    decided on integers.

    Examples
    --------
    >>> rate_of(2862, 2948).value, rate_of(51945, 55455).value, rate_of(0, 0).value
    (97.08, 93.67, None)
    >>> rate_of(1, 20000).value
    0.01
    """
    if denominator == 0:
        return Rate(numerator, 0, None, None)
    hundredths = (2 * 10_000 * numerator + denominator) // (2 * denominator)
    return Rate(numerator, denominator, hundredths / 100, numerator / denominator)


@dataclass(frozen=True, slots=True)
class Period:
    """Days of being reported, both included; None where it is open."""

    from_day: dt.date | None = None
    to_day: dt.date | None = None


@dataclass(frozen=True, slots=True)
class GridFigures:
    """Grids by kind; `basic` is rural and community together."""

    rural: int
    community: int
    exclusive: int
    basic: int
    total: int


@dataclass(frozen=True, slots=True)
class People:
    """Households and who lives in them."""

    households: int
    registered: int
    residents: int
    floating: int
    party_members: int
    party_households: int


@dataclass(frozen=True, slots=True)
class EventFigures:
    """Events by how far they are handled.

    Attributes
    ----------
    closed, open
        With and without a time of closing (办结).
    overdue
        Open, and past their deadline now (超时).
    on_time, timed
        Closed by their deadline, and closed that have a deadline.
    evaluated, satisfied
        Events that were evaluated, and those of them that satisfied.
    disputes, disputes_resolved
        Events of class 01, and those of them that were resolved (化解).
    """

    total: int
    closed: int
    open: int
    overdue: int
    on_time: int
    timed: int
    evaluated: int
    satisfied: int
    disputes: int
    disputes_resolved: int


@dataclass(frozen=True, slots=True)
class DivisionFigures:
    """All figures of a division and what lies below it.

    Attributes
    ----------
    divisions
        Level → number of divisions, itself included.
    staff
        Role → number of people who hold it today.
    events_outside
        Events outside every grid; they are counted at the root only.
    """

    division: DivisionRef
    divisions: dict[str, int]
    grids: GridFigures
    staff: dict[str, int]
    people: People
    party_organisations: dict[str, int]
    assets: dict[str, int]
    events: EventFigures
    events_outside: int


@dataclass(frozen=True, slots=True)
class StoreFigures:
    """What the whole store holds, for those who watch over it.

    Attributes
    ----------
    grids
        Of the newest generation, today.
    households, events
        Rows; an estimate where there are more than a million.
    """

    grids: int
    households: float
    events: float


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who works in a grid."""

    role: str
    name: str


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """What the register (一览表) says of one grid, besides the grid itself."""

    people: People
    events: EventFigures
    staff: list[Worker]


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """Events reported in one month (``2025-03``)."""

    month: str
    total: int
    closed: int


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Events of one class (first two digits of the category)."""

    category_class: str
    total: int
    closed: int
