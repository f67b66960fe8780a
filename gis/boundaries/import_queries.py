"""What an import of boundaries asks of the database."""

from __future__ import annotations

from typing import Any

import pandas as pd
import shapely
from sqlalchemy import text

from gis.db.session import ReadSession


def list_division_names(session: ReadSession) -> pd.DataFrame:
    """List the divisions: columns ``code`` and ``name``."""
    rows = session.execute(text("SELECT code, name FROM division ORDER BY code")).all()
    return pd.DataFrame([tuple(row) for row in rows], columns=["code", "name"], dtype=object)


def find_borders(session: ReadSession) -> Any | None:
    """Return the borders of the current basic grids as one line geometry, in degrees, or None."""
    rows = session.execute(
        text(
            "SELECT ST_AsBinary(geom) AS wkb FROM grid_version"
            " WHERE upper_inf(generations) AND upper_inf(valid) AND kind <> 'exclusive'"
        )
    ).all()
    if not rows:
        return None
    polygons = shapely.from_wkb([bytes(row.wkb) for row in rows])
    borders = shapely.multilinestrings(shapely.get_parts(shapely.boundary(polygons)))
    shapely.prepare(borders)
    return borders
