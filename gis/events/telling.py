"""Tell screens and other systems of events: one by one as they are reported, imports as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import text

from gis.db.session import WriteSession
from gis.feeds import Kind, tell
from gis.grids import Filing


def tell_reported(session: WriteSession, row: Mapping[str, Any]) -> None:
    """Tell that an event was reported; see `gis.feeds.tell`.

    Parameters
    ----------
    session
        The transaction that writes it.
    row
        Its columns, and the codes of its grids as ``basic`` and ``exclusive``.
    """
    basic, exclusive = row["basic_grid_id"], row["exclusive_grid_id"]
    of_grid = _divisions_of(session, [grid for grid in (basic, exclusive) if grid is not None])
    division, over = of_grid.get(basic), of_grid.get(exclusive)
    news = {
        "event_no": row["event_no"],
        "title": row["title"],
        "category_code": row["category_code"],
        "level": row["level"],
        "lon": row["lon"],
        "lat": row["lat"],
        "reported_at": row["reported_at"].isoformat(),
        "basic": row["basic"],
        "exclusive": row["exclusive"],
        "division": division,
    }
    # What lies outside every basic grid belongs to the county.
    home = division or f"{row['county_code']}000000"
    concerned = {home} if over is None else {home, over}
    tell(session, Kind.EVENT_REPORTED, news | {"exclusive_division": over}, concerned)


class Imported:
    """Counts what an import brings, and tells it once for each county."""

    def __init__(self) -> None:
        self._in_grid: Counter[int] = Counter()
        self._outside: Counter[str] = Counter()

    def add(self, filing: Filing) -> None:
        """Count events by where they are filed."""
        outside = np.asarray(filing.basic.isna(), dtype=bool)
        grids = np.asarray(filing.basic[~outside], dtype=np.int64)
        found, counts = np.unique(grids, return_counts=True)
        self._in_grid.update(dict(zip(found.tolist(), counts.tolist(), strict=True)))
        self._outside.update(pd.Series(filing.county_code[outside]).value_counts().to_dict())

    def tell(self, session: WriteSession) -> None:
        """Tell how many there are in each division; see `gis.feeds.tell`.

        Parameters
        ----------
        session
            The transaction of the import; sees the whole.
        """
        below: Counter[str] = Counter({f"{code}000000": n for code, n in self._outside.items()})
        of_grid = _divisions_of(session, list(self._in_grid))
        for grid, count in self._in_grid.items():
            below[of_grid[grid]] += count
        for county in sorted({code[:6] for code in below}):
            numbers = _summed(session, {c: n for c, n in below.items() if c[:6] == county})
            news = {"county": county, "numbers": numbers}
            tell(session, Kind.EVENTS_IMPORTED, news, [f"{county}000000"])


def _summed(session: WriteSession, counts: Mapping[str, int]) -> dict[str, int]:
    """Return counts of divisions, those of all below included."""
    rows = session.execute(
        text("SELECT code, path FROM division WHERE code = ANY(:codes)"), {"codes": list(counts)}
    )
    total: Counter[str] = Counter()
    for code, path in rows:
        for above in path:
            total[above] += counts[code]
    return dict(total)


def _divisions_of(session: WriteSession, grids: Iterable[int]) -> dict[int | None, str]:
    """Return the divisions of grids, also of those that the session does not see."""
    wanted = list(grids)
    if not wanted:
        return {}
    rows = session.execute(
        text("SELECT grid_id, division_code FROM divisions_of_grids(CAST(:grids AS bigint[]))"),
        {"grids": wanted},
    )
    return {row.grid_id: row.division_code for row in rows}
