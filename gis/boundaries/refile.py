"""File households and events anew after a publication, in its transaction."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import text

from gis.core.errors import Conflict
from gis.core.locator import Locator
from gis.db.copying import copy_frame
from gis.db.session import WriteSession
from gis.grids import Filing, file_positions

READ = {
    "household": "SELECT household_id AS id, county_code, ST_AsBinary(geom) AS wkb"
    "  FROM household WHERE county_code = ANY(:counties)",
    "event": "SELECT event_id AS id, county_code, ST_AsBinary(geom) AS wkb"
    "  FROM event WHERE county_code = ANY(:counties)",
}
# Only rows that move are written; the grid as reported is never touched.
MOVE = {
    "household": "UPDATE household AS t SET basic_grid_id = r.basic_grid_id,"
    " exclusive_grid_id = r.exclusive_grid_id, filed_generation = :generation"
    " FROM refiling AS r WHERE t.county_code = r.county_code AND t.household_id = r.id"
    " AND (t.basic_grid_id, t.exclusive_grid_id)"
    "  IS DISTINCT FROM (r.basic_grid_id, r.exclusive_grid_id)",
    "event": "UPDATE event AS t SET basic_grid_id = r.basic_grid_id,"
    " exclusive_grid_id = r.exclusive_grid_id, filed_generation = :generation"
    " FROM refiling AS r WHERE t.county_code = r.county_code AND t.event_id = r.id"
    " AND (t.basic_grid_id, t.exclusive_grid_id)"
    "  IS DISTINCT FROM (r.basic_grid_id, r.exclusive_grid_id)",
}


def refile_points(session: WriteSession, table: str, counties: list[str], locator: Locator) -> int:
    """File every row of some counties anew.

    Parameters
    ----------
    session
        The transaction of the publication, which holds the counties' locks.
    table
        ``household`` or ``event``.
    counties
        Six-digit codes.
    locator
        Of the new generation.

    Returns
    -------
    int
        Number of rows that moved to another grid.
    """
    rows = session.execute(text(READ[table]), {"counties": counties}).all()
    if not rows:
        return 0
    lon, lat = shapely.get_coordinates(shapely.from_wkb([bytes(row.wkb) for row in rows])).T
    filing = file_positions(locator, lon, lat)
    counties_now = np.array([row.county_code for row in rows], dtype=object)
    _require_same_counties(table, counties_now, filing)
    session.execute(
        text(
            "CREATE TEMPORARY TABLE refiling (county_code text, id bigint, basic_grid_id bigint,"
            " exclusive_grid_id bigint) ON COMMIT DROP"
        )
    )
    copy_frame(
        session,
        "refiling",
        pd.DataFrame(
            {
                "county_code": counties_now,
                "id": [row.id for row in rows],
                "basic_grid_id": filing.basic,
                "exclusive_grid_id": filing.exclusive,
            }
        ),
    )
    moved: Any = session.execute(text(MOVE[table]), {"generation": locator.generation})
    session.execute(text("DROP TABLE refiling"))
    return int(moved.rowcount)


def _require_same_counties(table: str, counties: Any, filing: Filing) -> None:
    """Raise when rows would change county: their numbers and keys are the county's."""
    moving = int((~filing.basic.isna() & (filing.county_code != counties)).sum())
    if moving:
        kind = {"household": "住户", "event": "事件"}[table]
        raise Conflict(
            f"a border between counties would move over {moving} {table}s; what is filed cannot"
            " change its county yet, so keep that border as it is",
            zh=f"县界调整涉及 {moving} 个{kind}；暂不支持已入格数据变更所属县，请保持县界不变",
            moving=moving,
        )
