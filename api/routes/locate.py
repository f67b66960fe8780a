"""From a point to its grid, and from many points to theirs."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Response
from pydantic import FiniteFloat

from api.answers import json_answer
from api.deps import Locators, ReadSession, ServedReading, SnapshotAsked
from api.schemas.common import problems
from api.schemas.locate import CrsName, LocateAnswer, LocateManyAnswer, LocateManyIn, PointIn
from gis import divisions, grids
from gis.core.crs import STORED_SRID, parse_crs
from gis.core.datum import Bounds
from gis.core.errors import GridmapError, Invalid

router = APIRouter(prefix="/api/v1/locate", tags=["locate"])


@router.get("", response_model=LocateAnswer, responses=problems(404))
def locate(
    *,
    session: ReadSession,
    snapshot: SnapshotAsked,
    served: ServedReading,
    locators: Locators,
    lon: Annotated[FiniteFloat, Query(description="Longitude or easting.")],
    lat: Annotated[FiniteFloat, Query(description="Latitude or northing.")],
    crs: Annotated[CrsName, Query(description="Such as EPSG:4490, CRS84, EPSG:4547, GCJ-02.")],
    accuracy_m: Annotated[
        float, Query(ge=0, le=1000, description="How far away another grid counts as near, m.")
    ] = 15,
) -> Response:
    """Find the grid of a point; 404 where it lies outside every grid."""
    given = grids.Position(lon, lat, crs)
    x, y, _ = grids.place_on_earth(given, Bounds(*served.profile.bounds))
    locator = locators.covering(session, snapshot, grids.box_around(x, y, accuracy_m))
    found = grids.find_whereabouts(session, locator, snapshot, x, y, accuracy_m=accuracy_m)
    return json_answer(
        {
            "position": {
                "lon": x,
                "lat": y,
                "crs": f"EPSG:{STORED_SRID}",
                "given": {"x": lon, "y": lat, "crs": parse_crs(crs).name},
            },
            "basic": found.basic,
            "exclusive": found.exclusive,
            "responsible": found.responsible,
            "divisions": divisions.list_ancestry(
                session, (found.basic or found.responsible).division
            ),
            "generation": snapshot.generation,
            "at": snapshot.day,
            "edge_distance_m": found.edge_distance_m,
            "near": found.near,
        }
    )


@router.post("", response_model=LocateManyAnswer, responses=problems(404))
def locate_many(
    body: LocateManyIn, session: ReadSession, served: ServedReading, locators: Locators
) -> Response:
    """Find the grids of up to 10,000 points; a point that is wrong gets its own error."""
    snapshot = grids.resolve_snapshot(session, body.generation, body.at)
    bounds = Bounds(*served.profile.bounds)
    placed = [_place(point, body.crs, bounds) for point in body.points]
    good = [place for place in placed if not isinstance(place, GridmapError)]
    lon, lat = np.array(good, dtype=np.float64).reshape(-1, 2).T
    box = (lon.min(), lat.min(), lon.max(), lat.max()) if good else (0.0, 0.0, 0.0, 0.0)
    locator = locators.covering(session, snapshot, tuple(map(float, box)))  # type: ignore[arg-type]
    located = locator.locate(lon, lat)
    answers = iter(
        zip(located.basic_codes, located.exclusive_codes, located.responsible_codes, strict=True)
    )
    results = [
        _refusal(point, place) if isinstance(place, GridmapError) else _answer(point, next(answers))
        for point, place in zip(body.points, placed, strict=True)
    ]
    return json_answer({"generation": snapshot.generation, "at": snapshot.day, "results": results})


def _place(point: PointIn, crs: str | None, bounds: Bounds) -> tuple[float, float] | GridmapError:
    name = point.crs or crs
    if name is None:
        return Invalid(
            "The point names no coordinate system, and neither does the request.",
            zh="该点与请求均未注明坐标系。",
        )
    try:
        lon, lat, _ = grids.place_on_earth(grids.Position(point.lon, point.lat, name), bounds)
    except Invalid as error:
        return error
    return lon, lat


def _answer(point: PointIn, codes: tuple[Any, Any, Any]) -> dict[str, Any]:
    basic, exclusive, responsible = codes
    return {
        "id": point.id,
        "basic": basic,
        "exclusive": exclusive,
        "responsible": responsible,
        "error": None,
        "error_zh": None,
    }


def _refusal(point: PointIn, error: GridmapError) -> dict[str, Any]:
    return _answer(point, (None, None, None)) | {
        "error": error.detail,
        "error_zh": error.detail_zh,
    }
