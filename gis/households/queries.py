"""Read households: counts by grid, and nothing about persons."""

from __future__ import annotations

from sqlalchemy import text

from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession
from gis.db.sql import read_sql
from gis.households.model import HouseholdCounts


def list_household_counts(
    session: ReadSession,
    snapshot: Snapshot,
    *,
    division: str | None = None,
    after: str | None = None,
    limit: int = 100,
) -> list[HouseholdCounts]:
    """Count the households of grids, in the order of the grids' codes.

    Parameters
    ----------
    session
        Reads.
    snapshot
        Which boundaries.
    division
        Only grids of this division and below (12 digits).
    after
        Only codes after this one.
    limit
        At most so many grids.

    Returns
    -------
    list of HouseholdCounts
        A household in an exclusive grid is counted there and in its basic grid.
    """
    rows = session.execute(
        text(read_sql(__file__, "household_counts")),
        {
            "generation": snapshot.generation,
            "day": snapshot.day,
            "division": division,
            "after": after,
            "limit": limit,
        },
    )
    return [HouseholdCounts(**row._mapping) for row in rows]
