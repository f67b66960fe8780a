"""File households, events and assets anew after a publication, in its transaction.

A point's grid can change only where a grid was created, changed or retired; so only the points in
the boxes of these are looked at, and only those that move are written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from gis.core.errors import Conflict
from gis.core.locator import NO_GRID, Locator
from gis.db.session import WriteSession
from gis.grids import Filing, file_positions

Subject = Literal["household", "event"]

_READ = (
    "SELECT DISTINCT t.{key} AS id, t.county_code, ST_X(t.geom) AS lon, ST_Y(t.geom) AS lat,"
    "   t.basic_grid_id AS basic, {exclusive} AS exclusive"
    " FROM unnest(CAST(:west AS float8[]), CAST(:south AS float8[]),"
    "    CAST(:east AS float8[]), CAST(:north AS float8[])) AS b (west, south, east, north)"
    " JOIN {table} AS t ON t.geom && ST_MakeEnvelope(b.west, b.south, b.east, b.north, 4490)"
    " WHERE t.county_code = ANY(:counties)"
)
# The grid as reported is never touched.
_MOVE = (
    "WITH wanted AS MATERIALIZED ("
    " SELECT * FROM unnest(CAST(:counties AS text[]), CAST(:ids AS bigint[]),"
    "   CAST(:from_basic AS bigint[]), CAST(:to_basic AS bigint[]),"
    "   CAST(:from_exclusive AS bigint[]), CAST(:to_exclusive AS bigint[]))"
    "  AS w (county_code, id, from_basic, to_basic, from_exclusive, to_exclusive)),"
    " moved AS (UPDATE {table} AS t SET basic_grid_id = w.to_basic,"
    "   exclusive_grid_id = w.to_exclusive, filed_generation = :generation"
    "  FROM wanted AS w WHERE t.county_code = w.county_code AND t.{key} = w.id"
    "  RETURNING w.*)"
    " INSERT INTO refiling (county_code, generation, subject, subject_id, from_basic_grid_id,"
    "   to_basic_grid_id, from_exclusive_grid_id, to_exclusive_grid_id)"
    " SELECT county_code, :generation, '{table}', id, from_basic, to_basic, from_exclusive,"
    "   to_exclusive FROM moved"
)
_MOVE_ASSETS = (
    "UPDATE asset AS t SET basic_grid_id = w.basic"
    " FROM unnest(CAST(:counties AS text[]), CAST(:ids AS bigint[]), CAST(:to_basic AS bigint[]))"
    "   AS w (county_code, id, basic)"
    " WHERE t.county_code = w.county_code AND t.asset_id = w.id"
)


@dataclass(frozen=True, slots=True)
class Area:
    """Where a publication changed something.

    Attributes
    ----------
    counties
        Six digits each; only what is theirs is filed anew, under the locks of these.
    boxes
        float64 (n, 4): west, south, east, north in degrees.
    """

    counties: list[str]
    boxes: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moves:
    """Who moved, one entry each; grid ids int64 (n,), -1 for no grid."""

    ids: NDArray[np.int64]
    counties: NDArray[np.object_]
    from_basic: NDArray[np.int64]
    to_basic: NDArray[np.int64]
    from_exclusive: NDArray[np.int64]
    to_exclusive: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)


def refile_points(session: WriteSession, subject: Subject, area: Area, locator: Locator) -> Moves:
    """File the households or the events of an area anew, and write who moved from where to where.

    Parameters
    ----------
    session
        The transaction of the publication, which holds the counties' locks.
    subject
        Of which table.
    area
        Where grids changed.
    locator
        Of the new generation; it needs to hold the grids that touch the area.

    Returns
    -------
    Moves

    Raises
    ------
    Conflict
        Something would change its county.
    """
    found = _located(session, _READ.format(**_names(subject)), area, locator, subject)
    moved = (found.from_basic != found.to_basic) | (found.from_exclusive != found.to_exclusive)
    moves = Moves(*(getattr(found, name)[moved] for name in _FIELDS))
    if len(moves):
        session.execute(
            text(_MOVE.format(**_names(subject))),
            {name: _array(getattr(moves, name)) for name in _FIELDS}
            | {"generation": locator.generation},
        )
    return moves


def refile_assets(session: WriteSession, area: Area, locator: Locator) -> int:
    """File the assets of an area anew that are points.

    Parameters
    ----------
    session, area, locator
        As for `refile_points`.

    Returns
    -------
    int
        How many moved.
    """
    statement = _READ.format(**_names("asset") | {"exclusive": "CAST(NULL AS bigint)"})
    found = _located(session, f"{statement} AND GeometryType(geom) = 'POINT'", area, locator)
    moved = found.from_basic != found.to_basic
    if moved.any():
        columns = ("ids", "counties", "to_basic")
        values = {name: _array(getattr(found, name)[moved]) for name in columns}
        session.execute(text(_MOVE_ASSETS), values)
    return int(moved.sum())


_FIELDS = tuple(field.name for field in fields(Moves))


def _names(table: str) -> dict[str, str]:
    return {"table": table, "key": f"{table}_id", "exclusive": "t.exclusive_grid_id"}


def _located(
    session: WriteSession,
    statement: str,
    area: Area,
    locator: Locator,
    subject: Subject | None = None,
) -> Moves:
    """Return all that lies in the boxes of an area, with the grids that it is and belongs in."""
    sides = zip(("west", "south", "east", "north"), area.boxes.T.tolist(), strict=True)
    bound = {side: _array(values) for side, values in sides}
    rows = session.execute(text(statement), bound | {"counties": area.counties}).all()
    ids, counties, lon, lat, basic, exclusive = zip(*rows, strict=True) if rows else ((),) * 6
    filing = file_positions(locator, np.array(lon, np.float64), np.array(lat, np.float64))
    found = Moves(
        ids=np.array(ids, dtype=np.int64),
        counties=np.array(counties, dtype=object),
        from_basic=_ids(basic),
        to_basic=filing.basic.to_numpy(np.int64, na_value=NO_GRID),
        from_exclusive=_ids(exclusive),
        to_exclusive=filing.exclusive.to_numpy(np.int64, na_value=NO_GRID),
    )
    if subject is not None:
        _require_same_counties(subject, found.counties, filing)
    return found


def _ids(values: Iterable[int | None]) -> NDArray[np.int64]:
    return np.array([NO_GRID if value is None else value for value in values], dtype=np.int64)


def _array(values: Any) -> str:
    """Return an array literal, which one parameter takes to the server."""
    listed = values.tolist() if isinstance(values, np.ndarray) else values
    return "{" + ",".join("NULL" if value == NO_GRID else str(value) for value in listed) + "}"


def _require_same_counties(subject: Subject, counties: Any, filing: Filing) -> None:
    """Raise when rows would change county: their numbers and keys are the county's."""
    moving = int((~filing.basic.isna() & (filing.county_code != counties)).sum())
    if moving:
        kind = {"household": "住户", "event": "事件"}[subject]
        raise Conflict(
            f"a border between counties would move over {moving} {subject}s; what is filed cannot"
            " change its county yet, so keep that border as it is",
            zh=f"县界调整涉及 {moving} 个{kind}；暂不支持已入格数据变更所属县，请保持县界不变",
            moving=moving,
        )
