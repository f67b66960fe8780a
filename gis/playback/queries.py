"""The statements behind the playback."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text

from gis.db.session import ReadSession
from gis.db.sql import read_sql
from gis.playback.model import BoundariesOfThen


def list_boundaries(session: ReadSession) -> list[BoundariesOfThen]:
    """List all generations with the day from which they hold, the oldest first.

    Parameters
    ----------
    session
        Reads.

    Returns
    -------
    list of BoundariesOfThen
        The days never decrease.
    """
    rows = session.execute(
        text("SELECT generation, effective_from FROM generation ORDER BY generation")
    )
    return [BoundariesOfThen(row.generation, row.effective_from) for row in rows]


def list_changes(session: ReadSession, values: dict[str, Any]) -> Sequence[Row[Any]]:
    """Read what changed by step and grid.

    Parameters
    ----------
    session
        Reads the events; sees what whoever asks may see.
    values
        since, until, category, edges, steps, generations, firsts, division: see figures.sql.

    Returns
    -------
    sequence of rows
        step (from 1), code (None outside every grid), is_exclusive, reported, closed, older, open;
        by step, then code.
    """
    return session.execute(text(read_sql(__file__, "figures")), values).all()


def list_cells(session: ReadSession, values: dict[str, Any]) -> Sequence[Row[Any]]:
    """Count reported events by step and cell.

    Parameters
    ----------
    session
        Reads the events.
    values
        since, until, category, edges, division, and what `gis.tiles.HeatLattice.values` gives.

    Returns
    -------
    sequence of rows
        step (from 1), column, row, events; by step, row, column.
    """
    return session.execute(text(read_sql(__file__, "heat")), values).all()


def list_shapes(session: ReadSession, division: str, generation: int) -> Sequence[Row[Any]]:
    """Read the grids below a division with their geometry, by code.

    Parameters
    ----------
    session
        Reads the boundaries.
    division
        Twelve digits.
    generation
        Whose grids, as its map draws them.

    Returns
    -------
    sequence of rows
        code, kind, part (the division right below that it lies in), wkb (CGCS2000 degrees).
    """
    statement = text(read_sql(__file__, "shapes"))
    return session.execute(statement, {"division": division, "generation": generation}).all()
