"""From stored boundaries to the in-process locator, and from positions to filed grids."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import text

from gis.core import clock
from gis.core.errors import NotFound
from gis.core.locator import Layer, Locator
from gis.db.session import ReadSession


def current_generation(session: ReadSession) -> int:
    """Return the number of the newest generation.

    Raises
    ------
    NotFound
        Nothing is published yet.
    """
    newest: int | None = session.scalar(text("SELECT max(generation) FROM generation"))
    if newest is None:
        raise NotFound(
            "no boundaries are published yet; load them with `gridmap import-boundaries`",
            zh="尚未发布任何网格边界；请先运行 gridmap import-boundaries 导入",
        )
    return newest


def load_locator(
    session: ReadSession, generation: int | None = None, day: dt.date | None = None
) -> Locator:
    """Build the locator of a generation.

    Parameters
    ----------
    session
        Reads the boundaries.
    generation
        As known in which generation; the newest by default.
    day
        As valid on which day; today by default.

    Returns
    -------
    Locator
        Exact for every position (promise 1).

    Raises
    ------
    NotFound
        The generation does not exist.
    """
    number = current_generation(session) if generation is None else generation
    rows = session.execute(
        text(
            "SELECT code, grid_id, kind = 'exclusive' AS is_exclusive, ST_AsBinary(geom) AS wkb"
            "  FROM grid_version"
            " WHERE generations @> CAST(:generation AS bigint) AND valid @> CAST(:day AS date)"
            ' ORDER BY code COLLATE "C"'
        ),
        {"generation": number, "day": day or clock.today()},
    ).all()
    if generation is not None and not _exists(session, generation):
        raise NotFound(f"generation {generation} does not exist", zh=f"不存在第 {generation} 版")
    return Locator.build(
        _layer([row for row in rows if not row.is_exclusive]),
        _layer([row for row in rows if row.is_exclusive]),
        generation=number,
    )


def _exists(session: ReadSession, generation: int) -> bool:
    statement = text("SELECT EXISTS (SELECT FROM generation WHERE generation = :generation)")
    return bool(session.scalar(statement, {"generation": generation}))


def _layer(rows: list[Any]) -> Layer:
    return Layer(
        codes=tuple(row.code for row in rows),
        grid_ids=np.array([row.grid_id for row in rows], dtype=np.int64),
        polygons=shapely.from_wkb(np.array([bytes(row.wkb) for row in rows], dtype=object)),
    )


@dataclass(frozen=True, slots=True)
class Filing:
    """Where many positions are filed; every array has shape (n,).

    Attributes
    ----------
    county_code
        County of the basic grid. A position outside every grid has to rest somewhere: it goes
        to the county of the first grid.
    basic, exclusive
        Grid ids (nullable Int64); missing where no grid of that layer covers the position.
    """

    county_code: Any
    basic: pd.arrays.IntegerArray
    exclusive: pd.arrays.IntegerArray


def file_positions(locator: Locator, lon: Any, lat: Any) -> Filing:
    """Find the county, the basic and the exclusive grid of many positions.

    Parameters
    ----------
    locator
        Of the generation to file under.
    lon, lat
        CGCS2000 degrees, shape (n,).

    Returns
    -------
    Filing
    """
    located = locator.locate(np.asarray(lon, np.float64), np.asarray(lat, np.float64))
    counties = np.array([code[:6] for code in locator.basic.codes], dtype=object)
    return Filing(
        county_code=counties[np.maximum(located.basic, 0)],
        basic=_nullable(locator.basic.grid_ids, located.basic),
        exclusive=_nullable(locator.exclusive.grid_ids, located.exclusive),
    )


def _nullable(grid_ids: Any, index: Any) -> pd.arrays.IntegerArray:
    missing = index < 0
    # A sentinel at the end lets index -1 read something, even from an empty layer.
    padded = np.append(grid_ids, np.int64(0))
    return pd.arrays.IntegerArray(padded[index], missing)
