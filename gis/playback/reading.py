"""Put a playback together: steps, the boundaries of then, figures and heat."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Row

from gis.core import clock
from gis.core.errors import NotFound
from gis.db.session import ReadSession
from gis.divisions.queries import get_reference
from gis.events.choice import EventChoice
from gis.playback.model import (
    CHANGE_COLUMNS,
    BoundariesOfThen,
    GridChanges,
    HeatSteps,
    Playback,
    Step,
    Totals,
)
from gis.playback.queries import list_boundaries, list_cells, list_changes
from gis.playback.steps import EASY_STEPS, StepLength, cut_steps
from gis.statistics import rate_of
from gis.tiles import HeatLattice


def read_playback(
    session: ReadSession,
    first_day: dt.date,
    last_day: dt.date,
    *,
    length: StepLength | None = None,
    category: str | None = None,
    division: str | None = None,
    lattice: HeatLattice | None = None,
    finest: StepLength = StepLength.HOUR,
    last_hours: int | None = None,
    easy: int = EASY_STEPS,
) -> Playback:
    """Read a period in steps, told by the grids of then.

    Parameters
    ----------
    session
        Reads; sees what whoever asks may see.
    first_day, last_day
        Both included, in Asia/Shanghai.
    length
        Of a step; None for the finest that makes few enough.
    category
        Class, category or item; None for all.
    division
        Twelve digits: only what lies in it. None for everything, and what lies in no grid.
    lattice
        Cells of the heat; None for none.
    finest
        Shorter steps are refused: in them single events could be made out.
    last_hours
        Only so many hours of the period, those before its end or now; steps are hours then.
    easy
        How many steps there may be where no length is asked for.

    Returns
    -------
    Playback

    Raises
    ------
    Invalid
        The period, the step or the category is none; see `cut_steps` and `EventChoice`.
    NotFound
        The division does not exist, or nothing is published yet.
    Forbidden
        The step is shorter than `finest`.
    """
    length, edges = cut_steps(
        first_day,
        last_day,
        length,
        now=clock.now(),
        finest=finest,
        last_hours=last_hours,
        easy=easy,
    )
    category = EventChoice(category=category).category
    if division is not None:
        get_reference(session, division)  # NotFound where there is none
    known = list_boundaries(session)
    if not known:
        raise NotFound("No boundaries are published yet.", zh="尚未发布任何网格边界。")
    then = [_in_force(known, end) for end in edges[1:]]
    asked = {
        "since": edges[0],
        "until": edges[-1],
        "edges": edges,
        "category": f"{category or ''}%",
        "division": division,
    }
    firsts = [n for n in range(len(then)) if n == 0 or then[n] != then[n - 1]]
    stretches = {
        "steps": len(then),
        "generations": [then[n].generation for n in firsts],
        "firsts": [n + 1 for n in firsts],
    }
    rows = list_changes(session, asked | stretches)
    codes = sorted({row.code for row in rows if row.code is not None})
    exclusive = {row.code for row in rows if row.is_exclusive}
    return Playback(
        length=length,
        codes=codes,
        exclusive=[code in exclusive for code in codes],
        generations=[then[n] for n in firsts],
        steps=_steps(edges, then, rows, codes),
        heat=None if lattice is None else _heat(session, asked, lattice, len(then)),
    )


def _in_force(known: list[BoundariesOfThen], end: dt.datetime) -> BoundariesOfThen:
    """Return the boundaries of the last day before a moment; before the first ones, the first."""
    last_day = (end - dt.timedelta(microseconds=1)).date()
    held = [one for one in known if one.effective_from <= last_day]
    return held[-1] if held else known[0]


def _steps(
    edges: list[dt.datetime],
    then: list[BoundariesOfThen],
    rows: Sequence[Row[Any]],
    codes: list[str],
) -> list[Step]:
    """Return the steps, with sums that run on."""
    ends = [bisect_left(rows, n, key=lambda row: row.step) for n in range(1, len(then) + 2)]
    place = {code: n for n, code in enumerate(codes)}
    steps: list[Step] = []
    standing: dict[str | None, int] = {}
    so_far = (0, 0)
    for n, boundaries in enumerate(then):
        part = rows[ends[n] : ends[n + 1]]
        if n and boundaries != then[n - 1]:
            standing = {}
        basic = [row for row in part if not row.is_exclusive]
        standing.update((row.code, row.open) for row in basic)
        totals = _totals(basic, sum(standing.values()), so_far)
        so_far = totals.closing_rate.numerator, totals.closing_rate.denominator
        changes = _changes([row for row in part if row.code is not None], place)
        steps.append(Step(edges[n], edges[n + 1], boundaries.generation, totals, changes))
    return steps


def _totals(basic: list[Row[Any]], standing: int, so_far: tuple[int, int]) -> Totals:
    """Add up the basic grids and what lies in none; exclusive grids lie over them."""
    reported, closed, older = (
        sum(getattr(row, name) for row in basic) for name in ("reported", "closed", "older")
    )
    rate = rate_of(so_far[0] + closed - older, so_far[1] + reported)
    return Totals(reported, closed, older, standing, rate)


def _changes(rows: list[Row[Any]], place: dict[str, int]) -> GridChanges:
    columns = {name: [getattr(row, name) for row in rows] for name in CHANGE_COLUMNS}
    return GridChanges([place[row.code] for row in rows], **columns)


def _heat(
    session: ReadSession, asked: dict[str, Any], lattice: HeatLattice, steps: int
) -> HeatSteps:
    rows = list_cells(session, asked | lattice.values())
    found = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 4)
    step, column, row, events = found.T
    west, south = (int(side.min()) if len(side) else 0 for side in (column, row))
    wide, high = (int(np.ptp(side)) + 1 if len(side) else 0 for side in (column, row))
    lon, lat = lattice.centres(west + np.arange(wide), south + np.arange(high))
    cells = (row - south) * wide + (column - west)
    cuts = np.searchsorted(step, np.arange(2, steps + 1))
    return HeatSteps(
        cell_m=lattice.cell_m,
        cell_area_km2=lattice.cell_area_km2,
        lon=lon,
        lat=lat,
        cells=np.split(cells, cuts),
        events=np.split(events, cuts),
    )
