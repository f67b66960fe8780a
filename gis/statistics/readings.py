"""Both readings of a figure: by the grids of now, and by the grids of then.

*Now*: everything counts in the grid in which it is filed. *Then*: it counts where the boundaries
that are asked about had it; and an event that was closed before boundaries took effect which moved
it counts where it was.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import TextClause, text

from gis.db import tables
from gis.db.sql import read_sql

_MOVED = frozenset({"basic_grid_id", "exclusive_grid_id"})


@cache
def statement(name: str, *, of_then: bool, grids_ever: bool = False) -> TextClause:
    """Return a statement that counts, in one of its readings.

    Parameters
    ----------
    name
        Of the file in ``sql/``; it selects from ``event`` and ``household``.
    of_then
        By the grids of then: ``:generation`` and ``:day`` say by which boundaries.
    grids_ever
        Whether grids that are no more, by then, belong to the division to which they belonged.

    Returns
    -------
    TextClause
    """
    asked = read_sql(__file__, name)
    if not of_then:
        return text(asked)
    then = read_sql(__file__, "then").format(
        event=_columns(tables.Event), household=_columns(tables.Household)
    )
    if grids_ever:
        then += read_sql(__file__, "grids_ever")
    comments, begins, own = asked.partition("WITH ")
    return text(f"{then}, {own}" if begins and not _code(comments) else then + asked)


def _code(lines: str) -> bool:
    return any(line and not line.startswith("--") for line in lines.splitlines())


def _columns(table: type[tables.Base]) -> str:
    names = (column.name for column in table.__table__.columns)
    return ", ".join(f"t.{name}" for name in names if name not in _MOVED)
