"""From stored boundaries to the in-process locator, and from positions to filed grids."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import text

from gis.core.locator import NO_GRID, Layer, Locator
from gis.db.session import ReadSession
from gis.grids.generations import resolve_snapshot
from gis.grids.model import Box


def load_locator(
    session: ReadSession,
    generation: int | None = None,
    day: dt.date | None = None,
    *,
    box: Box | None = None,
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
    box
        Only the grids that touch this box (west, south, east, north; degrees): cheap, and exact
        inside it. All grids by default.

    Returns
    -------
    Locator
        Exact for every position (promise 1).

    Raises
    ------
    NotFound
        The generation does not exist, or nothing is published yet.
    """
    snapshot = resolve_snapshot(session, generation, day)
    west, south, east, north = box or (None, None, None, None)
    rows = session.execute(
        text(
            "SELECT code, grid_id, kind = 'exclusive' AS is_exclusive, ST_AsBinary(geom) AS wkb"
            "  FROM grid_version"
            " WHERE generations @> CAST(:generation AS bigint) AND valid @> CAST(:day AS date)"
            "   AND (CAST(:west AS float8) IS NULL"
            "        OR geom && ST_MakeEnvelope(:west, :south, :east, :north, 4490))"
            ' ORDER BY code COLLATE "C"'
        ),
        {
            "generation": snapshot.generation,
            "day": snapshot.day,
            "west": west,
            "south": south,
            "east": east,
            "north": north,
        },
    ).all()
    return Locator.build(
        _layer([row for row in rows if not row.is_exclusive]),
        _layer([row for row in rows if row.is_exclusive]),
        generation=snapshot.generation,
    )


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
    # One more entry, so that "none" (-1) reads something.
    counties = np.array([*(code[:6] for code in locator.basic.codes), None], dtype=object)
    first = locator.first_code
    counties[-1] = first[:6] if first else None
    return Filing(
        county_code=counties[located.basic],
        basic=pd.arrays.IntegerArray(located.basic_ids, located.basic_ids == NO_GRID),
        exclusive=pd.arrays.IntegerArray(located.exclusive_ids, located.exclusive_ids == NO_GRID),
    )
