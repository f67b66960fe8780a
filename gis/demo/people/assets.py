"""Assets of the demo: cameras as points with an owner and a state, and nothing more."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.demo.allot import allot
from gis.demo.people.scatter import anchors, degrees_per_metre, scatter
from gis.demo.people.staff import nodes_over
from gis.profiles import Demo

STATUS = ("online", "offline", "fault")
STATUS_SHARES = (0.955, 0.03, 0.015)
COLUMNS = ["kind", "external_id", "name", "status", "lon", "lat"]


def make_assets(
    totals: Demo, grids: gpd.GeoDataFrame, load: NDArray[np.float64], rng: np.random.Generator
) -> pd.DataFrame:
    """Place the assets of the totals inside grids, more of them where more people live.

    Parameters
    ----------
    totals
        Number of assets by kind, and over which grids.
    grids
        Columns code, name, kind, division_code, geometry (SRID 4490).
    load
        Shape (len(grids),): how busy each grid is.
    rng
        Source of all chance.

    Returns
    -------
    DataFrame
        Columns kind, external_id, name, status (online, offline, fault), lon, lat (degrees,
        SRID 4490, canonical).
    """
    parts = [pd.DataFrame({column: pd.Series(dtype="str") for column in COLUMNS[:4]})]
    for total in totals.assets:
        nodes = nodes_over(total.over, grids.iloc[:0], grids, load)
        position = grids.reset_index(drop=True).index[grids["code"].isin(nodes.grid_code)]
        # An exclusive grid has no households of its own, but people come there.
        weight = np.where(nodes.load > 0, nodes.load, nodes.load.mean())
        counts = allot(total.count, weight)
        polygons = grids.geometry.to_numpy()[position.to_numpy()]
        points = _spots(np.asarray(polygons, dtype=object), counts, rng)
        serial = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + 1
        names = nodes.name.repeat(counts)
        parts.append(
            pd.DataFrame(
                {
                    "kind": total.kind,
                    "external_id": [
                        f"DEMO-{total.kind.upper()}-{n:06}" for n in range(1, total.count + 1)
                    ],
                    "name": [
                        f"{name}{total.name_zh}{n}号"
                        for name, n in zip(names, serial.tolist(), strict=True)
                    ],
                    "status": rng.choice(STATUS, total.count, p=STATUS_SHARES),
                    "lon": points[:, 0],
                    "lat": points[:, 1],
                }
            )
        )
    made = pd.concat(parts, ignore_index=True)
    return made.reindex(columns=COLUMNS).astype({"lon": "float64", "lat": "float64"})


def _spots(
    polygons: NDArray[np.object_], counts: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.float64]:
    centres = shapely.get_coordinates(shapely.centroid(polygons))
    inside = anchors(polygons, centres, rng)
    which = np.repeat(np.arange(len(polygons)), counts)
    # A quarter of the way across a grid that were a square.
    size = np.sqrt(shapely.area(polygons))[which, None] / 4
    scale = degrees_per_metre(float(centres[:, 1].mean())) * 111_000.0
    return scatter(polygons, which, inside[which], size * scale, rng)
