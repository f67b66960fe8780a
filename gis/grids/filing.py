"""The columns that households and events share: where they are, and in which grids."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gis.core.lattice import canonical
from gis.core.locator import Locator
from gis.db.copying import point_column
from gis.grids.locating import file_positions

#: The CRS of positions that came as stored.
STORED_CRS = "EPSG:4490"


def filed_columns(frame: pd.DataFrame, locator: Locator) -> dict[str, Any]:
    """Return the columns that every filed table shares, for rows to be copied in.

    Parameters
    ----------
    frame
        ``lon``, ``lat`` in CGCS2000 degrees; and, where positions came in another CRS,
        ``position_x``, ``position_y``, ``position_crs``, ``position_accuracy_m``.
    locator
        Of the generation to file under.

    Returns
    -------
    dict
        Column name → array of the frame's length.
    """
    lon, lat = canonical(frame["lon"].to_numpy()), canonical(frame["lat"].to_numpy())
    filing = file_positions(locator, lon, lat)
    return {
        "county_code": filing.county_code,
        "geom": point_column(lon, lat),
        "position_x": frame.get("position_x", frame["lon"]).to_numpy(),
        "position_y": frame.get("position_y", frame["lat"]).to_numpy(),
        "position_crs": frame.get("position_crs", STORED_CRS),
        "position_accuracy_m": frame.get("position_accuracy_m"),
        "basic_grid_id": filing.basic,
        "exclusive_grid_id": filing.exclusive,
        "reported_basic_grid_id": filing.basic,
        "reported_exclusive_grid_id": filing.exclusive,
        "filed_generation": locator.generation,
    }
