"""A board (看板): all figures of a division for one screen.

*Standing* figures (who lives and works there) change with an import or a publication; *running*
figures (events) change all the time. They are read apart, so that a server may keep the former.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from typing import Any

import numpy as np
from sqlalchemy import text

from gis.core.clock import SHANGHAI
from gis.db.session import ReadSession
from gis.db.sql import read_sql
from gis.divisions.queries import get_reference, list_codes_within
from gis.events.choice import EventChoice
from gis.statistics import queries
from gis.statistics.board_model import (
    Area,
    BoardAsked,
    BoardEvent,
    Child,
    ClassCount,
    Dwelt,
    Node,
    RunningFigures,
    StandingFigures,
    Trend,
)
from gis.statistics.model import EventFigures, People, Period
from gis.statistics.workload import Outlier, scores

#: Events in the running list.
NEWEST = 30
#: Grids that are named as outliers at most, and from which score on.
OUTLIERS = 10
STANDS_OUT = 2.0
#: Class of disputes (矛盾纠纷).
DISPUTES = "01"
#: Days of a trend at most: the latest ones.
MOST_DAYS = 3660


def standing_figures(session: ReadSession, asked: BoardAsked) -> StandingFigures:
    """Count who lives and works in a division.

    Parameters
    ----------
    session
        Reads.
    asked
        Which division and boundaries.

    Returns
    -------
    StandingFigures

    Raises
    ------
    NotFound
        There is no such division.
    """
    code, snapshot = asked.division, asked.snapshot
    division = get_reference(session, code)
    area = _area(session, asked)
    rows = _rows(session, "board_living", asked, area)
    names = [field.name for field in fields(People)]
    people = People(**{name: sum(getattr(row, name) for row in rows) for name in names})
    dwelt = (Dwelt(r.code, r.name, r.division, r.households, r.events) for r in rows if r.code)
    return StandingFigures(
        division=division,
        divisions=queries.count_divisions(session, code),
        grids=queries.count_grids(session, code, snapshot),
        staff=queries.count_staff(session, code, snapshot),
        people=people,
        party_organisations=queries.count_party_organisations(session, code),
        assets=queries.count_assets(session, code, snapshot, root=area.is_root),
        nodes=tuple(Node(**r._mapping) for r in _rows(session, "board_nodes", asked, area)),
        dwelt=tuple(dwelt),
        area=area,
        at=asked.now,
    )


def running_figures(
    session: ReadSession, asked: BoardAsked, stands: StandingFigures
) -> RunningFigures:
    """Count the events of a division.

    Parameters
    ----------
    session
        Reads, in one transaction: all figures are of the same moment.
    asked
        Which division, boundaries and days.
    stands
        What stands there, for the same division and boundaries.

    Returns
    -------
    RunningFigures
    """
    area, nodes = stands.area, stands.nodes
    counted = _rows(
        session,
        "board_children",
        asked,
        area,
        by_grid=all(node.level == "grid" for node in nodes),
        child_place=stands.division.depth + 2,
    )
    categories = _rows(session, "board_categories", asked, area)
    trend = _trend(_rows(session, "board_days", asked, area))
    return RunningFigures(
        events=_events(counted, categories),
        outside=sum(row.outside for row in counted),
        children=_children(nodes, counted),
        classes=_classes(categories),
        trend=trend,
        today=_today(session, asked, area, trend),
    )


def newest_events(
    session: ReadSession, asked: BoardAsked, area: Area, *, limit: int = NEWEST
) -> list[BoardEvent]:
    """List the newest events of a division.

    Parameters
    ----------
    session
        Reads.
    asked
        Which division, boundaries and days.
    area
        Of the division.
    limit
        At most so many.

    Returns
    -------
    list of BoardEvent
        The newest report first.
    """
    rows = _rows(session, "board_newest", asked, area, limit=limit)
    return [BoardEvent(**row._mapping) for row in rows]


def find_outliers(dwelt: tuple[Dwelt, ...], shown: list[int | None]) -> list[Outlier]:
    """Return the grids that have far more events than their households explain.

    Parameters
    ----------
    dwelt
        All basic grids of a division.
    shown
        Their households as they may be told; a grid where that is None is left out.

    Returns
    -------
    list of Outlier
        The highest score first; those from `STANDS_OUT` on, `OUTLIERS` of them at most.
    """
    homes = [row for row in dwelt if row.households > 0]
    hidden = {row.code for row, told in zip(dwelt, shown, strict=True) if told is None}
    events = np.array([row.events for row in homes], dtype=np.int64)
    households = np.array([row.households for row in homes], dtype=np.int64)
    expected, score = scores(events, households)
    order = np.argsort(-score, kind="stable")
    found = [
        Outlier(
            code=homes[n].code,
            name=homes[n].name,
            division=homes[n].division,
            households=homes[n].households,
            events=homes[n].events,
            expected=round(float(expected[n]), 2),
            score=round(float(score[n]), 2),
        )
        for n in order[: OUTLIERS + len(hidden)].tolist()
        if score[n] >= STANDS_OUT and homes[n].code not in hidden
    ]
    return found[:OUTLIERS]


def _area(session: ReadSession, asked: BoardAsked) -> Area:
    if queries.is_root(session, asked.division):
        return Area(is_root=True, grids=[], divisions=[])
    divisions = list_codes_within(session, asked.division)
    grids = queries.list_grids_of(session, divisions, asked.snapshot)
    return Area(is_root=False, grids=grids, divisions=divisions)


def _rows(session: ReadSession, name: str, asked: BoardAsked, area: Area, **more: Any) -> list[Any]:
    days = EventChoice(asked.period.from_day, asked.period.to_day).values()
    bound = {
        "division": asked.division,
        "generation": asked.snapshot.generation,
        "day": asked.snapshot.day,
        "now": asked.now,
        "is_root": area.is_root,
        "grids": area.grids,
        "divisions": area.divisions,
    }
    return list(session.execute(text(read_sql(__file__, name)), bound | days | more))


def _children(nodes: tuple[Node, ...], counted: list[Any]) -> list[Child]:
    of_code = {row.code: row for row in counted}
    names = [f.name for f in fields(Child) if f.name not in ("code", "name", "level")]
    return [
        Child(
            code=node.code,
            name=node.name,
            level=node.level,
            **{name: getattr(of_code.get(node.code), name, 0) for name in names},
        )
        for node in nodes
    ]


def _events(counted: list[Any], categories: list[Any]) -> EventFigures:
    disputes = [row for row in categories if row.category_code.startswith(DISPUTES)]
    of_grids = ("total", "closed", "open", "overdue", "on_time", "timed")
    return EventFigures(
        **{name: _added(counted, name) for name in of_grids},
        evaluated=_added(categories, "evaluated"),
        satisfied=_added(categories, "satisfied"),
        disputes=_added(disputes, "total"),
        disputes_resolved=_added(disputes, "resolved"),
    )


def _added(rows: list[Any], name: str) -> int:
    return sum(getattr(row, name) for row in rows)


def _classes(categories: list[Any]) -> list[ClassCount]:
    of_class: dict[str, list[Any]] = {}
    for row in categories:
        of_class.setdefault(row.category_code[:2], []).append(row)
    return [
        ClassCount(code, _added(rows, "total"), _added(rows, "open"))
        for code, rows in sorted(of_class.items())
    ]


def _trend(rows: list[Any]) -> Trend:
    if not rows:
        return Trend(None, [], [])
    first = max(rows[0].day, rows[-1].day - dt.timedelta(MOST_DAYS - 1))
    length = (rows[-1].day - first).days + 1
    reported, closed = [0] * length, [0] * length
    for row in rows:
        place = (row.day - first).days
        if place >= 0:
            reported[place], closed[place] = row.reported, row.closed
    return Trend(first, reported, closed)


def _today(session: ReadSession, asked: BoardAsked, area: Area, trend: Trend) -> tuple[int, int]:
    """Return how many events were reported and closed today, whatever the period is."""
    today = asked.now.astimezone(SHANGHAI).date()
    first, last = asked.period.from_day, asked.period.to_day
    if (first is None or first <= today) and (last is None or today <= last):
        place = -1 if trend.first_day is None else (today - trend.first_day).days
        if not 0 <= place < len(trend.reported):
            return 0, 0
        return trend.reported[place], trend.closed[place]
    only_today = BoardAsked(asked.division, asked.snapshot, Period(today, today), asked.now)
    rows = _rows(session, "board_days", only_today, area)
    return _added(rows, "reported"), _added(rows, "closed")
