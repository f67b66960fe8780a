"""What the proof of a database reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import text

from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession
from gis.db.sql import read_sql

Filed = Literal["household", "event"]
CHUNK = 200_000

_POINTS = {
    "household": "SELECT household_no AS label, ST_X(geom) AS lon, ST_Y(geom) AS lat,"
    " basic_grid_id AS basic, exclusive_grid_id AS exclusive FROM household",
    "event": "SELECT event_no AS label, ST_X(geom) AS lon, ST_Y(geom) AS lat,"
    " basic_grid_id AS basic, exclusive_grid_id AS exclusive FROM event",
}
_COUNTS = {
    "household": "SELECT count(*) FROM household"
    " WHERE CAST(:grid_ids AS bigint[]) IS NULL OR basic_grid_id = ANY(:grid_ids)",
    "event": "SELECT count(*) FROM event"
    " WHERE CAST(:grid_ids AS bigint[]) IS NULL OR basic_grid_id = ANY(:grid_ids)",
}


def list_current_grids(session: ReadSession, snapshot: Snapshot) -> pd.DataFrame:
    """List the grids: grid_id, county_code, code, kind, division_code, path, shape (degrees)."""
    rows = session.execute(
        text(
            "SELECT v.grid_id, v.county_code, v.code, v.kind, v.division_code, d.path,"
            "       d.county_code AS division_county, ST_AsBinary(v.geom) AS wkb"
            "  FROM grid_version AS v JOIN division AS d ON d.code = v.division_code"
            " WHERE v.generations @> CAST(:generation AS bigint)"
            "   AND v.valid @> CAST(:day AS date)"
            ' ORDER BY v.code COLLATE "C"'
        ),
        {"generation": snapshot.generation, "day": snapshot.day},
    )
    frame = pd.DataFrame(rows.mappings().all(), columns=list(rows.keys()))
    shapes = np.empty(len(frame), dtype=object)
    shapes[:] = shapely.from_wkb([bytes(wkb) for wkb in frame["wkb"]])
    return frame.drop(columns="wkb").assign(shape=shapes)


def list_outlines(session: ReadSession, snapshot: Snapshot) -> dict[str, Any]:
    """Return division code → its stored outline (degrees)."""
    rows = session.execute(
        text(
            "SELECT division_code, ST_AsBinary(geom) AS wkb FROM division_outline"
            " WHERE generations @> CAST(:generation AS bigint) AND valid @> CAST(:day AS date)"
        ),
        {"generation": snapshot.generation, "day": snapshot.day},
    )
    return {row.division_code: shapely.from_wkb(bytes(row.wkb)) for row in rows}


def stream_points(session: ReadSession, filed: Filed) -> Iterator[pd.DataFrame]:
    """Read all households or events in pieces: label, lon, lat, basic, exclusive (nullable)."""
    rows = session.execute(
        text(_POINTS[filed]), execution_options={"stream_results": True, "max_row_buffer": CHUNK}
    )
    names = list(rows.keys())
    for part in rows.partitions(CHUNK):
        frame = pd.DataFrame([tuple(row) for row in part], columns=names)
        yield frame.astype({"basic": "Int64", "exclusive": "Int64"})


def count_points(session: ReadSession, filed: Filed, grid_ids: list[int] | None) -> int:
    """Count all households or events, or those filed into some basic grids."""
    return int(session.execute(text(_COUNTS[filed]), {"grid_ids": grid_ids}).scalar_one())


def list_misfiled(
    session: ReadSession, filed: Filed, snapshot: Snapshot, grid_ids: list[int] | None
) -> list[Any]:
    """List what PostGIS would file elsewhere: label, position, stored and expected grids."""
    return list(
        session.execute(
            text(read_sql(__file__, f"misfiled_{filed}s")),
            {"generation": snapshot.generation, "day": snapshot.day, "grid_ids": grid_ids},
        ).all()
    )


def list_broken_history(session: ReadSession) -> list[Any]:
    """List what the history contradicts: subject, kind (or whose row it is), generation."""
    return list(session.execute(text(read_sql(__file__, "broken_history"))).all())


def count_history(session: ReadSession) -> int:
    """Count the rows of lineage and of the crosswalk."""
    counted = "SELECT (SELECT count(*) FROM lineage) + (SELECT count(*) FROM refiling)"
    return int(session.execute(text(counted)).scalar_one())


def count_heads(session: ReadSession, day: dt.date) -> pd.DataFrame:
    """Count the heads by grid_id and division_code (grid_id null for heads of divisions)."""
    rows = session.execute(
        text(
            "SELECT division_code, grid_id, count(*) AS heads FROM posting"
            " WHERE role = 'grid_head' AND valid @> CAST(:day AS date)"
            " GROUP BY division_code, grid_id"
        ),
        {"day": day},
    )
    frame = pd.DataFrame(rows.mappings().all(), columns=list(rows.keys()))
    return frame.astype({"grid_id": "Int64"})


def has_staff(session: ReadSession) -> bool:
    """Tell whether any posting is loaded."""
    return bool(session.scalar(text("SELECT EXISTS (SELECT FROM posting)")))


def list_divisions_of(session: ReadSession, code: str | None) -> pd.DataFrame:
    """List the divisions, or those at and below one: code, level, depth."""
    rows = session.execute(
        text(
            "SELECT code, level, depth FROM division"
            " WHERE CAST(:code AS text) IS NULL"
            "    OR path @> CAST(ARRAY[:code] AS varchar(12)[])"
            " ORDER BY code"
        ),
        {"code": code},
    )
    return pd.DataFrame(rows.mappings().all(), columns=list(rows.keys()))
