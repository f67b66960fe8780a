"""Write assets (部件): cameras and other points."""

from __future__ import annotations

import pandas as pd

from gis.core.lattice import canonical
from gis.core.locator import Locator
from gis.db.copying import copy_frame, point_ewkb
from gis.db.session import WriteSession
from gis.grids import file_positions


def load_assets(session: WriteSession, frame: pd.DataFrame, locator: Locator) -> int:
    """Append point assets, each filed into its basic grid.

    Parameters
    ----------
    session
        The open transaction.
    frame
        Columns ``kind``, ``external_id``, ``name``, ``status``, ``lon``, ``lat`` (CGCS2000
        degrees).
    locator
        Of the current generation.

    Returns
    -------
    int
        Number of assets written.
    """
    lon, lat = canonical(frame["lon"].to_numpy()), canonical(frame["lat"].to_numpy())
    filing = file_positions(locator, lon, lat)
    rows = {name: frame[name].to_numpy() for name in ("kind", "external_id", "name", "status")}
    rows |= {
        "county_code": filing.county_code,
        "geom": point_ewkb(lon, lat),
        "basic_grid_id": filing.basic,
    }
    return copy_frame(session, "asset", pd.DataFrame(rows))
