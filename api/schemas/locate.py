"""Where a point lies, as it is asked and answered."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints

from api.deps.common import Day, Printable
from api.schemas.common import Answer, DivisionRef, GridRef, Lat, Lon

#: Of the client; given back as it came.
Identity = (
    Annotated[str, StringConstraints(max_length=128), Printable]
    | Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
)
CrsName = Annotated[str, StringConstraints(min_length=1, max_length=80), Printable]


class Given(Answer):
    """A position as it was given."""

    x: float
    y: float
    crs: str


class LocatedPosition(Answer):
    """A position as it is stored."""

    lon: Lon
    lat: Lat
    crs: str
    given: Given


class NearGrid(GridRef):
    """Another grid that is near enough to be meant."""

    distance_m: float = Field(description="Geodesic distance to it, m.")


class LocateAnswer(Answer):
    """Where a point lies (promise 1)."""

    position: LocatedPosition
    basic: GridRef | None
    exclusive: GridRef | None
    responsible: GridRef = Field(description="The exclusive grid, else the basic one.")
    divisions: list[DivisionRef] = Field(description="From the root to the basic grid's village.")
    generation: int
    at: dt.date
    edge_distance_m: float = Field(description="To the border of the responsible grid, m.")
    near: list[NearGrid] = Field(description="Other grids within `accuracy_m`, nearest first.")


class PointIn(BaseModel):
    """One point of many."""

    model_config = ConfigDict(extra="forbid")

    id: Identity | None = None
    lon: FiniteFloat | None = Field(description="Longitude or easting; null gets an error.")
    lat: FiniteFloat | None = Field(description="Latitude or northing; null gets an error.")
    crs: CrsName | None = Field(default=None, description="By default the one of the request.")


class LocateManyHead(BaseModel):
    """What is said for all points."""

    model_config = ConfigDict(extra="forbid")

    crs: CrsName | None = Field(default=None, description="Of every point that names none.")
    generation: int | None = Field(default=None, ge=1, le=2**63 - 1)
    at: Day | None = None


class LocateManyIn(LocateManyHead):
    """Many points."""

    points: list[PointIn] = Field(description="Up to 1,000,000.")


class PointOut(Answer):
    """Where one point lies, or why that cannot be said."""

    id: str | int | None
    basic: str | None = Field(description="Code of the basic grid.")
    exclusive: str | None
    responsible: str | None = Field(description="Null where the point lies outside every grid.")
    error: str | None = Field(description="What is wrong with the point; the others are located.")
    error_zh: str | None


class LocateManyAnswer(Answer):
    """Where many points lie, in their order."""

    generation: int
    at: dt.date
    results: list[PointOut]


def describe_bulk_body() -> dict[str, Any]:
    """Return the OpenAPI description of the body of a bulk request, in each of its formats."""
    schema = LocateManyIn.model_json_schema()
    point = schema.pop("$defs")["PointIn"]
    schema["properties"]["points"]["items"] = point
    table = "Columns `lon`, `lat`, and perhaps `id` and `crs`."
    return {
        "required": True,
        "content": {
            "application/json": {"schema": schema},
            "application/x-ndjson": {"schema": {**point, "description": "One point a line."}},
            "text/csv": {"schema": {"type": "string", "description": table}},
            "application/vnd.apache.arrow.stream": {
                "schema": {"type": "string", "format": "binary", "description": table}
            },
        },
    }
