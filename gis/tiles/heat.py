"""The heat of events: counts on a lattice of cells that all have the same ground area."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyproj
from numpy.typing import NDArray

from gis.core.errors import Invalid
from gis.db.session import ReadSession
from gis.events.choice import EventChoice
from gis.tiles.queries import list_heat_cells

#: Sides of a cell that may be asked for, in metres. Few, so that answers can be cached.
HEAT_CELLS_M = (75, 150, 300, 600, 1200, 2400)

# GRS 1980, the ellipsoid of CGCS2000.
_GEOD = pyproj.Geod(ellps="GRS80")
_E = float(np.sqrt(_GEOD.es))


@dataclass(frozen=True, slots=True)
class HeatBins:
    """Counts by cell.

    Attributes
    ----------
    cell_m
        Side of a cell at the standard parallel, in metres; its area is exactly cell_m².
    cell_area_km2
        Ground area of every cell: a count divided by it is a density in events per km².
    lon, lat
        Centres of the cells, shape (n,), CGCS2000 degrees.
    events
        Counts, shape (n,).
    """

    cell_m: int
    cell_area_km2: float
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    events: NDArray[np.int64]

    @property
    def total(self) -> int:
        """Return the number of events in all cells."""
        return int(self.events.sum())


def heat_bins(
    session: ReadSession, chosen: EventChoice, *, cell_m: int, standard_parallel: float
) -> HeatBins:
    """Count the chosen events by cell.

    Parameters
    ----------
    session
        Reads the events.
    chosen
        Period and category.
    cell_m
        Side of a cell, one of `HEAT_CELLS_M`.
    standard_parallel
        Latitude in degrees where cells are square on the ground; away from it they keep their
        area and change their shape.

    Returns
    -------
    HeatBins
        Its total is the number of events that the filter chooses.

    Raises
    ------
    Invalid
        The cell is not one of the sizes offered.

    Notes
    -----
    Source: Lambert cylindrical equal-area, EPSG Guidance Note 7-2, method 9835.
    """
    if cell_m not in HEAT_CELLS_M:
        raise Invalid(
            f"cell_m must be one of {', '.join(map(str, HEAT_CELLS_M))}, not {cell_m}",
            zh=f"cell_m 只能取 {'、'.join(map(str, HEAT_CELLS_M))}",
        )
    phi = np.radians(standard_parallel)
    narrowing = float(np.cos(phi) / np.sqrt(1 - _GEOD.es * np.sin(phi) ** 2))
    lattice = {
        "cell_m": float(cell_m),
        "radius_m": _GEOD.a * narrowing,
        "scale": _GEOD.a / (2 * narrowing),
        "e": _E,
    }
    rows = list_heat_cells(session, chosen.values() | lattice)
    cells = np.array([(row.column, row.row, row.events) for row in rows], dtype=np.int64)
    cells = cells.reshape(-1, 3)
    x, y = ((cells[:, n] + 0.5) * cell_m for n in (0, 1))
    plane = pyproj.Proj(proj="cea", lat_ts=standard_parallel, ellps="GRS80")
    lon, lat = plane(x, y, inverse=True)
    return HeatBins(
        cell_m=cell_m,
        cell_area_km2=cell_m**2 / 1e6,
        lon=np.asarray(lon),
        lat=np.asarray(lat),
        events=cells[:, 2],
    )
