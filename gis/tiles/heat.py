"""The heat of events: counts on a lattice of cells that all have the same ground area."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pyproj
from numpy.typing import NDArray

from gis.core.errors import Invalid
from gis.db.session import ReadSession
from gis.events.choice import EventChoice
from gis.tiles.queries import find_part, list_heat_cells

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

    def document(self) -> dict[str, Any]:
        """Return the cells as maps read them, centres rounded to 1e-6 degree."""
        return {
            "cell_m": self.cell_m,
            "cell_area_km2": self.cell_area_km2,
            "unit": "events",
            "total": self.total,
            "lon": self.lon.round(6).tolist(),
            "lat": self.lat.round(6).tolist(),
            "events": self.events.tolist(),
        }


class HeatLattice:
    """Cells of equal ground area: Lambert's cylindrical equal-area projection cut into squares.

    Parameters
    ----------
    cell_m
        Side of a cell, one of `HEAT_CELLS_M`.
    standard_parallel
        Latitude in degrees where cells are square on the ground; away from it they keep their
        area and change their shape.

    Raises
    ------
    Invalid
        The cell is not one of the sizes offered.

    Notes
    -----
    Source: Lambert cylindrical equal-area, EPSG Guidance Note 7-2, method 9835.
    """

    def __init__(self, cell_m: int, standard_parallel: float) -> None:
        if cell_m not in HEAT_CELLS_M:
            raise Invalid(
                f"cell_m must be one of {', '.join(map(str, HEAT_CELLS_M))}, not {cell_m}",
                zh=f"cell_m 只能取 {'、'.join(map(str, HEAT_CELLS_M))}",
            )
        self.cell_m = cell_m
        self.cell_area_km2 = cell_m**2 / 1e6
        phi = np.radians(standard_parallel)
        self._narrowing = float(np.cos(phi) / np.sqrt(1 - _GEOD.es * np.sin(phi) ** 2))
        self._plane = pyproj.Proj(proj="cea", lat_ts=standard_parallel, ellps="GRS80")

    def values(self) -> dict[str, float]:
        """Return what a statement binds: cell_m, radius_m, scale and e (see heat.sql).

        Returns
        -------
        dict
            Name → value; metres, and the first eccentricity.
        """
        return {
            "cell_m": float(self.cell_m),
            "radius_m": _GEOD.a * self._narrowing,
            "scale": _GEOD.a / (2 * self._narrowing),
            "e": _E,
        }

    def centres(
        self, columns: NDArray[np.int64], rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where the middles of columns and of rows are.

        Parameters
        ----------
        columns, rows
            Indices, shapes (n,) and (m,).

        Returns
        -------
        tuple
            Longitudes (n,) and latitudes (m,), CGCS2000 degrees, float64.
        """
        x, y = ((np.asarray(side) + 0.5) * self.cell_m for side in (columns, rows))
        lon, _ = self._plane(x, np.zeros_like(x), inverse=True)
        _, lat = self._plane(np.zeros_like(y), y, inverse=True)
        return np.asarray(lon), np.asarray(lat)


def heat_bins(
    session: ReadSession,
    chosen: EventChoice,
    *,
    cell_m: int,
    standard_parallel: float,
    division: str | None = None,
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
    division
        Only events that are filed in this division and all below; twelve digits.

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
    lattice = HeatLattice(cell_m, standard_parallel)
    part = find_part(session, division).part
    rows = list_heat_cells(session, chosen.values() | lattice.values() | {"part": part})
    cells = np.fromiter(chain.from_iterable(rows), np.int64, 3 * len(rows)).reshape(-1, 3)
    lon, lat = lattice.centres(cells[:, 0], cells[:, 1])
    return HeatBins(
        cell_m=cell_m,
        cell_area_km2=lattice.cell_area_km2,
        lon=lon,
        lat=lat,
        events=cells[:, 2],
    )
