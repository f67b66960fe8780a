"""A file's shapes on the map, while its coordinate system is in question."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from gis.boundaries.reading.packing import unpack_parsed
from gis.boundaries.uploads.model import Upload
from gis.boundaries.uploads.queries import read_content
from gis.core.crs import parse_crs
from gis.core.datum import to_cgcs2000
from gis.db.session import WriteSession

SHOWN_FEATURES = 5_000
SHOWN_TOLERANCE_DEGREES = 3e-5
"""How much simpler shapes are shown while their coordinate system is in question (3 m)."""


def preview_features(session: WriteSession, upload: Upload, crs: str) -> list[dict[str, Any]]:
    """Return a file's shapes as they would lie in a coordinate system, for the map.

    Parameters
    ----------
    session
        Sees the upload.
    upload
        The file.
    crs
        The candidate.

    Returns
    -------
    list of dict
        GeoJSON features, simplified; those that cannot lie there are left out.

    Raises
    ------
    UnknownCrs
        It is not accepted.
    """
    system = parse_crs(crs)
    shapes = unpack_parsed(read_content(session, upload)).layer.shapes[:SHOWN_FEATURES]

    def place(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.nan_to_num(np.column_stack(to_cgcs2000(xy[:, 0], xy[:, 1], system)))

    placed = shapely.simplify(
        shapely.transform(shapes, place), SHOWN_TOLERANCE_DEGREES, preserve_topology=False
    )
    placed = shapely.transform(placed, lambda xy: np.round(xy, 6))
    return [
        {
            "type": "Feature",
            "geometry": orjson.loads(shapely.to_geojson(shape)),
            "properties": {"row": row, "code": "", "kind": "read", "area_m2": None},
        }
        for row, shape in enumerate(placed, start=1)
        if shape is not None and not shape.is_empty
    ]
