"""File households and events anew after a publication, in its transaction."""

from __future__ import annotations

from typing import Any

import pandas as pd
import shapely
from sqlalchemy import text

from gis.core.locator import Locator
from gis.db.copying import copy_frame
from gis.db.session import WriteSession
from gis.grids import file_positions

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
                "county_code": [row.county_code for row in rows],
                "id": [row.id for row in rows],
                "basic_grid_id": filing.basic,
                "exclusive_grid_id": filing.exclusive,
            }
        ),
    )
    moved: Any = session.execute(text(MOVE[table]), {"generation": locator.generation})
    session.execute(text("DROP TABLE refiling"))
    return int(moved.rowcount)
