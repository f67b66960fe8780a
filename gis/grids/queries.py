"""Read grids: lists, one by code, and by what people type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from gis.core.errors import NotFound
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession
from gis.db.sql import read_sql
from gis.divisions import padded_code
from gis.grids.model import Box, Found, Grid, GridRef


def list_grids(
    session: ReadSession,
    snapshot: Snapshot,
    *,
    division: str | None = None,
    kinds: Sequence[str] | None = None,
    box: Box | None = None,
    with_geometry: bool = True,
    after: str | None = None,
    limit: int = 100,
) -> list[Grid]:
    """List grids in the order of their codes.

    Parameters
    ----------
    session
        Reads.
    snapshot
        Which boundaries.
    division
        Only grids of this division and below (12 digits).
    kinds
        Only these kinds.
    box
        Only grids that touch it.
    with_geometry
        Whether to return polygons.
    after
        Only codes after this one.
    limit
        At most so many.

    Returns
    -------
    list of Grid
    """
    rows = _rows(
        session,
        snapshot,
        code=None,
        division=division,
        kinds=kinds,
        box=box,
        with_geometry=with_geometry,
        after=after,
        limit=limit,
    )
    return [Grid(**row._mapping) for row in rows]


def get_grid(session: ReadSession, code: str, snapshot: Snapshot) -> Grid:
    """Return one grid.

    Parameters
    ----------
    session
        Reads.
    code
        15 digits, or 17 for a micro-grid.
    snapshot
        Which boundaries.

    Returns
    -------
    Grid

    Raises
    ------
    NotFound
        No grid had this code then.
    """
    rows = _rows(
        session,
        snapshot,
        code=code,
        division=None,
        kinds=None,
        box=None,
        with_geometry=True,
        after=None,
        limit=1,
    )
    if not rows:
        raise NotFound(
            f"There is no grid {code} in generation {snapshot.generation} on {snapshot.day}.",
            zh=f"第 {snapshot.generation} 版（{snapshot.day}）中没有编码为 {code} 的网格。",
            code=code,
        )
    return Grid(**rows[0]._mapping)


def get_references(
    session: ReadSession, grid_ids: Sequence[int], snapshot: Snapshot
) -> dict[int, GridRef]:
    """Return code, name, kind and division of some grids.

    Parameters
    ----------
    session
        Reads.
    grid_ids
        Identities of grids.
    snapshot
        Which boundaries.

    Returns
    -------
    dict
        Grid id → reference; ids without a version then are left out.
    """
    rows = session.execute(
        text(
            "SELECT grid_id, code, name, kind, division_code AS division FROM grid_version"
            " WHERE grid_id = ANY(:grid_ids) AND generations @> CAST(:generation AS bigint)"
            "   AND valid @> CAST(:day AS date)"
        ),
        {
            "grid_ids": list(grid_ids),
            "generation": snapshot.generation,
            "day": snapshot.day,
        },
    )
    return {row.grid_id: GridRef(row.code, row.name, row.kind, row.division) for row in rows}


def search(session: ReadSession, q: str, snapshot: Snapshot, *, limit: int) -> list[Found]:
    """Find grids and divisions by code or name.

    Parameters
    ----------
    session
        Reads.
    q
        What was typed: the beginning of a code, or a part of a name.
    snapshot
        Which boundaries.
    limit
        At most so many.

    Returns
    -------
    list of Found
        The exact code first, then codes that begin so, then names.
    """
    padded = padded_code(q) if q.isascii() and q.isdigit() else q
    rows = session.execute(
        text(read_sql(__file__, "search")),
        {
            "q": q,
            "padded": padded,
            "generation": snapshot.generation,
            "day": snapshot.day,
            "limit": limit,
        },
    )
    return [_found(row) for row in rows]


def _found(row: Any) -> Found:
    has_shape = row.west is not None
    return Found(
        type=row.type,
        code=row.code,
        name=row.name,
        kind=row.kind,
        path=row.path,
        centre=[row.lon, row.lat] if has_shape else None,
        bounds=[row.west, row.south, row.east, row.north] if has_shape else None,
    )


def _rows(
    session: ReadSession,
    snapshot: Snapshot,
    *,
    box: Box | None,
    kinds: Sequence[str] | None,
    **values: Any,
) -> list[Any]:
    west, south, east, north = box or (None, None, None, None)
    bound = {
        "generation": snapshot.generation,
        "day": snapshot.day,
        "kinds": None if kinds is None else list(kinds),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        **values,
    }
    return list(session.execute(text(read_sql(__file__, "list_grids")), bound))


def list_seen_ids(session: ReadSession, snapshot: Snapshot) -> frozenset[int]:
    """Return the ids of all grids that a session sees.

    Parameters
    ----------
    session
        Reads; its scope decides.
    snapshot
        Which boundaries.

    Returns
    -------
    frozenset of int
    """
    found = session.scalars(
        text(
            "SELECT grid_id FROM grid_version"
            " WHERE generations @> CAST(:generation AS bigint) AND valid @> CAST(:day AS date)"
        ),
        {"generation": snapshot.generation, "day": snapshot.day},
    )
    return frozenset(found)
