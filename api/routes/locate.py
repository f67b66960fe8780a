"""From a point to its grid, and from many points to theirs."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import FiniteFloat

from api.admission.security import Asking, holds_for_all
from api.answers import json_answer
from api.bulk import Asked, Body, Negotiated, answer_bulk
from api.deps.common import MAX_BIGINT, Day
from api.deps.footing import Footings, Ground, NotReadError
from api.schemas.common import problems
from api.schemas.locate import CrsName, LocateAnswer, LocateManyAnswer, describe_bulk_body
from gis import grids
from gis.core.access import Power
from gis.core.crs import STORED_SRID, parse_crs

GenerationAsked = Annotated[
    int | None, Query(ge=1, le=MAX_BIGINT, description="As known in it; the newest by default.")
]
DayAsked = Annotated[Day | None, Query(description="As in force on this day; today by default.")]

#: A plain question, as `plain_position` reads it.
_DEFAULTS = {"accuracy_m": "15"}
_PLAIN = {"lon", "lat", "crs", "accuracy_m"}
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:\.[0-9]{1,15})?")


class AtHandRoute(APIRoute):
    """Answers a plain question from memory, before FastAPI takes it to pieces (ADR 0015)."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request: from memory, else as every other route does."""
        at_length = super().get_route_handler()
        if self.methods != {"GET"}:
            return at_length

        async def handle(request: Request) -> Response:
            return await _answer_at_hand(request) or await at_length(request)

        return handle


router = APIRouter(prefix="/api/v1/locate", tags=["locate"], route_class=AtHandRoute)


@router.get("", response_model=LocateAnswer, responses=problems(404))
def locate(
    *,
    request: Request,
    actor: Asking,
    lon: Annotated[FiniteFloat, Query(description="Longitude or easting.")],
    lat: Annotated[FiniteFloat, Query(description="Latitude or northing.")],
    crs: Annotated[CrsName, Query(description="Such as EPSG:4490, CRS84, EPSG:4547, GCJ-02.")],
    accuracy_m: Annotated[
        float, Query(ge=0, le=1000, description="How far away another grid counts as near, m.")
    ] = 15,
    generation: GenerationAsked = None,
    at: DayAsked = None,
) -> Response:
    """Find the grid of a point; 404 where it lies outside every grid."""
    footings: Footings = request.app.state.footings
    with footings.ground(generation, at, actor.scope()) as ground:
        return _answer(grids.Position(lon, lat, crs, accuracy_m), ground)


async def _answer_at_hand(request: Request) -> Response | None:
    """Answer if nothing has to be read or checked at length."""
    given = plain_position(request.scope["query_string"])
    # What else this route depends on (`api.app`) is asked for here too.
    if given is None or not await holds_for_all(request, Power.STATISTICS):
        return None
    footings: Footings = request.app.state.footings
    footing = await footings.ready()
    if footing is None:
        return None
    with suppress(NotReadError):
        return _answer(given, footing.ground(footing.names.recall))
    return None


def plain_position(query: bytes) -> grids.Position | None:
    """Read a query that holds a position and nothing else, in the plainest of spellings.

    Parameters
    ----------
    query
        As it came.

    Returns
    -------
    Position or None
        None where the query may also be right, but is to be read at length.
    """
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    asked = _DEFAULTS | dict(pairs)
    if len(dict(pairs)) != len(pairs) or asked.keys() != _PLAIN:
        return None
    numbers = (asked["lon"], asked["lat"], asked["accuracy_m"])
    if not all(map(_NUMBER.fullmatch, numbers)):
        return None
    x, y, metres = map(float, numbers)
    crs = asked["crs"]
    if not (0 <= metres <= 1000 and 0 < len(crs) <= 80 and crs.isprintable()):
        return None
    return grids.Position(x, y, crs, metres)


def _answer(given: grids.Position, ground: Ground) -> Response:
    accuracy_m = given.accuracy_m or 0.0
    lon, lat, _ = grids.place_on_earth(given, ground.bounds)
    locator = ground.covering(grids.box_around(lon, lat, accuracy_m))
    measured = grids.require_inside(
        grids.measure_point(locator, lon, lat, accuracy_m, ground.seen), ground.snapshot, lon, lat
    )
    named = ground.name(measured)
    found = grids.name_whereabouts(measured, named.grids)
    return json_answer(
        {
            "position": {
                "lon": lon,
                "lat": lat,
                "crs": f"EPSG:{STORED_SRID}",
                "given": {"x": given.x, "y": given.y, "crs": parse_crs(given.crs).name},
            },
            "basic": found.basic,
            "exclusive": found.exclusive,
            "responsible": found.responsible,
            "divisions": named.divisions,
            "generation": ground.snapshot.generation,
            "at": ground.snapshot.day,
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
    request: Request,
    actor: Asking,
    body: Body,
    exchange: Negotiated,
    crs: Annotated[CrsName | None, Query(description="Of every point that names none.")] = None,
    generation: GenerationAsked = None,
    at: DayAsked = None,
) -> Response:
    """Find the grids of up to 1,000,000 points; a point that is wrong gets its own error.

    JSON, NDJSON, CSV or an Arrow stream comes in, as Content-Type says, and goes out, as Accept
    says.
    """
    asked = Asked(crs, generation, at, actor.scope())
    return answer_bulk(body, exchange, asked, request.app.state.footings)
