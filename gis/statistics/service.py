"""Put figures together: those of a division, and a grid's row of the register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession
from gis.divisions.queries import get_reference
from gis.grids.model import Grid
from gis.statistics import queries
from gis.statistics.model import (
    ClassFigures,
    DivisionFigures,
    EventFigures,
    MonthFigures,
    Period,
    Rate,
    RegisterRow,
    rate_of,
)


def division_figures(
    session: ReadSession, code: str, snapshot: Snapshot, period: Period, *, of_then: bool = False
) -> DivisionFigures:
    """Count all that lies in a division and below.

    Parameters
    ----------
    session
        Reads.
    code
        Twelve digits.
    snapshot
        Which boundaries, and on which day staff hold their roles.
    period
        Days of being reported, for events.
    of_then
        Households and events by the grids of then, see `gis.statistics.readings`.

    Returns
    -------
    DivisionFigures

    Raises
    ------
    NotFound
        There is no such division.
    """
    division = get_reference(session, code)
    root = queries.is_root(session, code)
    events, outside = queries.count_events(
        session, code, snapshot, period, root=root, of_then=of_then
    )
    return DivisionFigures(
        division=division,
        divisions=queries.count_divisions(session, code),
        grids=queries.count_grids(session, code, snapshot),
        staff=queries.count_staff(session, code, snapshot),
        people=queries.count_people(session, code, snapshot, root=root, of_then=of_then),
        party_organisations=queries.count_party_organisations(session, code),
        assets=queries.count_assets(session, code, snapshot, root=root),
        events=events,
        events_outside=outside,
    )


def register_row(session: ReadSession, grid: Grid, snapshot: Snapshot) -> RegisterRow:
    """Return what the register (一览表) says of a grid.

    Parameters
    ----------
    session
        Reads.
    grid
        The grid.
    snapshot
        On which day staff work there.

    Returns
    -------
    RegisterRow
    """
    return RegisterRow(
        people=queries.count_people_of_grid(session, grid),
        events=sum_events(queries.group_events_of_grid(session, grid)),
        staff=queries.list_workers(session, grid, snapshot),
    )


def sum_events(groups: Iterable[Any]) -> EventFigures:
    """Add up groups of events.

    Parameters
    ----------
    groups
        Rows with the counts of `EventFigures`.

    Returns
    -------
    EventFigures
    """
    rows = list(groups)
    names = [field.name for field in fields(EventFigures)]
    return EventFigures(**{name: sum(getattr(row, name) for row in rows) for name in names})


def event_rates(events: EventFigures) -> dict[str, Rate]:
    """Divide the counts of events.

    Parameters
    ----------
    events
        The counts.

    Returns
    -------
    dict
        Rate → what was divided by what: ``closing_rate`` (办结率) closed by all, ``on_time_rate``
        (按时办结率) closed by the deadline by closed that have one, ``resolution_rate`` (化解率)
        disputes resolved by disputes, ``satisfaction_rate`` (满意率) satisfied by evaluated.

    Notes
    -----
    Source: ``docs/sources.md``; ADR 0024 for deadlines.
    """
    return {
        "closing_rate": rate_of(events.closed, events.total),
        "on_time_rate": rate_of(events.on_time, events.timed),
        "resolution_rate": rate_of(events.disputes_resolved, events.disputes),
        "satisfaction_rate": rate_of(events.satisfied, events.evaluated),
    }


def by_month(groups: Iterable[Any]) -> list[MonthFigures]:
    """Add up groups of events by month.

    Parameters
    ----------
    groups
        Rows with ``month``, ``total`` and ``closed``.

    Returns
    -------
    list of MonthFigures
        In the order of time; months without events are left out.
    """
    return [MonthFigures(*row) for row in _added(groups, "month")]


def by_class(groups: Iterable[Any]) -> list[ClassFigures]:
    """Add up groups of events by class.

    Parameters
    ----------
    groups
        Rows with ``category_class``, ``total`` and ``closed``.

    Returns
    -------
    list of ClassFigures
        In the order of the class codes; classes without events are left out.
    """
    return [ClassFigures(*row) for row in _added(groups, "category_class")]


def _added(groups: Iterable[Any], key: str) -> list[tuple[str, int, int]]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in groups:
        sums[getattr(row, key)][0] += row.total
        sums[getattr(row, key)][1] += row.closed
    return [(name, total, closed) for name, (total, closed) in sorted(sums.items())]
