"""From a point to its grid, and from many points to theirs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import FiniteFloat

from api.answers import json_answer
from api.bulk import Asked, Body, Negotiated, answer_bulk
from api.deps import MAX_BIGINT, Day, Locators, ReadSession, ServedReading, SnapshotAsked
from api.schemas.common import problems
from api.schemas.locate import CrsName, LocateAnswer, LocateManyAnswer, describe_bulk_body
from gis import divisions, grids
from gis.core.crs import STORED_SRID, parse_crs
from gis.core.datum import Bounds

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


@router.post(
    "",
    response_model=LocateManyAnswer,
    responses=problems(404, 406, 413, 415),
    openapi_extra={"requestBody": describe_bulk_body()},
)
def locate_many(
    *,
    body: Body,
    exchange: Negotiated,
    session: ReadSession,
    served: ServedReading,
    locators: Locators,
    crs: Annotated[CrsName | None, Query(description="Of every point that names none.")] = None,
    generation: Annotated[
        int | None, Query(ge=1, le=MAX_BIGINT, description="As known in it; the newest by default.")
    ] = None,
    at: Annotated[
        Day | None, Query(description="As in force on this day; today by default.")
    ] = None,
) -> Response:
    """Find the grids of up to 1,000,000 points; a point that is wrong gets its own error.

    JSON, NDJSON, CSV or an Arrow stream comes in, as Content-Type says, and goes out, as Accept
    says.
    """
    bounds = Bounds(*served.profile.bounds)
    asked = Asked(crs, generation, at)
    return answer_bulk(body, exchange, asked, bounds, session=session, locators=locators)
