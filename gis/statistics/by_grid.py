"""Figures of every grid at once, in columns, for a map that colours them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from gis.core import clock
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession
from gis.db.sql import read_sql
from gis.divisions.queries import list_codes_within
from gis.events.choice import EventChoice
from gis.statistics.queries import list_grids_of
from gis.statistics.readings import statement

#: The columns of figures, in their order.
FIGURES = (
    "events",
    "closed",
    "open",
    "overdue",
    "on_time",
    "disputes",
    "resolved",
    "households",
    "people",
    "party_members",
)


@dataclass(frozen=True, slots=True)
class FigureColumns:
    """Columns of equal length; row n is about the grid codes[n].

    Attributes
    ----------
    codes
        Grid codes in their order.
    totals
        What each row is a part of: its division, and whether the grid is exclusive.
    columns
        Figure → counts. The basic grids' rows add up to the whole; what lies in an exclusive
        grid counts there too.
    """

    codes: list[str]
    totals: list[tuple[str, bool]]
    columns: dict[str, list[int]]


def figures_by_grid(
    session: ReadSession,
    chosen: EventChoice,
    snapshot: Snapshot,
    *,
    of_then: bool = False,
    division: str | None = None,
) -> FigureColumns:
    """Count events, households and people by grid.

    Parameters
    ----------
    session
        Reads them.
    chosen
        Which events count; households and people do not depend on it.
    snapshot
        Which boundaries' grids are listed.
    of_then
        By the grids of then (`gis.statistics.readings`); else by those of now.
    division
        Only the grids of this division and all below; twelve digits.

    Returns
    -------
    FigureColumns

    Raises
    ------
    NotFound
        There is no such division, of those that may be seen.
    """
    grids = None
    if division is not None:
        divisions = list_codes_within(session, division)
        grids = list_grids_of(session, divisions, snapshot, exclusive=True)
    asked = {
        "generation": snapshot.generation,
        "day": snapshot.day,
        "now": clock.now(),
        "grids": grids,
    }
    counted = statement("by_grid", of_then=of_then)
    rows = session.execute(counted, chosen.values() | asked).all()
    return FigureColumns(
        codes=[row.code for row in rows],
        totals=[(row.division_code, row.kind == "exclusive") for row in rows],
        columns={name: [int(getattr(row, name)) for row in rows] for name in FIGURES},
    )


#: Households, people and Party members.
Living = tuple[int, int, int]


def living_by_tract(session: ReadSession, snapshot: Snapshot, depth: int) -> dict[str, Living]:
    """Count who lives in the divisions that stand for their grids.

    Parameters
    ----------
    session
        Reads.
    snapshot
        Which boundaries.
    depth
        Of these divisions, see `gis.tiles.tracts.tract_depth`.

    Returns
    -------
    dict
        Code → households, people, Party members of its basic grids.
    """
    asked = {"generation": snapshot.generation, "day": snapshot.day, "places": depth + 1}
    rows = session.execute(text(read_sql(__file__, "living_by_tract")), asked)
    return {
        row.code: (int(row.households), int(row.people), int(row.party_members)) for row in rows
    }


def figures_by_tract(
    session: ReadSession,
    chosen: EventChoice,
    snapshot: Snapshot,
    depth: int,
    living: dict[str, Living],
) -> FigureColumns:
    """Count events by the divisions that stand for their grids.

    Parameters
    ----------
    session
        Reads them.
    chosen
        Which events count; households and people do not depend on it.
    snapshot
        Which boundaries.
    depth
        Of these divisions, see `gis.tiles.tracts.tract_depth`.
    living
        What `living_by_tract` gives; it takes longer and changes less.

    Returns
    -------
    FigureColumns
        Of the basic grids; a division of which only a part is seen is left out.
    """
    asked = {
        "generation": snapshot.generation,
        "day": snapshot.day,
        "now": clock.now(),
        "places": depth + 1,
    }
    rows = session.execute(text(read_sql(__file__, "by_tract")), chosen.values() | asked).all()
    columns = {name: [int(getattr(row, name)) for row in rows] for name in FIGURES[:-3]}
    for place, name in enumerate(FIGURES[-3:]):
        columns[name] = [living.get(row.code, (0, 0, 0))[place] for row in rows]
    return FigureColumns(
        codes=[row.code for row in rows],
        totals=[(row.parent_code or "", False) for row in rows],
        columns=columns,
    )


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events by day: counts[n] happened on first_day + n days."""

    first_day: dt.date | None
    counts: list[int]


def events_by_day(session: ReadSession, chosen: EventChoice) -> Timeline:
    """Count events by the day of their report.

    Parameters
    ----------
    session
        Reads the events.
    chosen
        Which events count.

    Returns
    -------
    Timeline
        From the first day with an event to the last one, days without events included.
    """
    rows: Sequence[Any] = session.execute(
        text(
            "SELECT CAST(reported_at AT TIME ZONE 'Asia/Shanghai' AS date) AS day,"
            "       count(*) AS events"
            "  FROM event"
            " WHERE reported_at >= :since AND reported_at < :until AND category_code LIKE :category"
            " GROUP BY 1 ORDER BY 1"
        ),
        chosen.values(),
    ).all()
    if not rows:
        return Timeline(first_day=None, counts=[])
    first = rows[0].day
    counts = [0] * ((rows[-1].day - first).days + 1)
    for row in rows:
        counts[(row.day - first).days] = int(row.events)
    return Timeline(first_day=first, counts=counts)
