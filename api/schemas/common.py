"""What all answers share: problems, links, GeoJSON. Output fields have no defaults."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Lon = Annotated[float, Field(ge=-180, le=180, description="Longitude, degrees (EPSG:4490).")]
Lat = Annotated[float, Field(ge=-90, le=90, description="Latitude, degrees (EPSG:4490).")]
LonLat = Annotated[list[float], Field(min_length=2, max_length=2)]
Bounds = Annotated[
    list[float],
    Field(min_length=4, max_length=4, description="West, south, east, north; degrees."),
]


class Answer(BaseModel):
    """Base of what goes out."""

    model_config = ConfigDict(extra="forbid")


class ErrorPlace(BaseModel):
    """One value that was refused."""

    loc: list[str] = Field(description="Where it stands: `query` or `body`, then its name.")
    msg: str


class Problem(BaseModel):
    """An error (RFC 9457); further members depend on the type."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Which kind of error, as a relative URI; see docs/problems.md.")
    title: str
    title_zh: str
    status: int
    detail: str = Field(description="What happened and what to do, in English.")
    detail_zh: str = Field(description="The same in Chinese.")
    instance: str = Field(description="Path of the request.")


class Invalid(Problem):
    """A problem that says which values were refused."""

    errors: list[ErrorPlace] = Field(default_factory=list)


class Link(Answer):
    """A link to another page of the same list."""

    rel: Literal["self", "next"]
    type: str
    href: str


class Geometry(Answer):
    """A GeoJSON geometry; degrees (EPSG:4490), 7 decimals."""

    type: Literal["Point", "MultiPolygon"]
    coordinates: list[Any]


class DivisionRef(Answer):
    """A division, as others point to it."""

    code: str
    name: str
    level: str
    depth: int


class GridRef(Answer):
    """A grid, as others point to it."""

    code: str
    name: str
    kind: Literal["rural", "community", "exclusive"]
    division: str = Field(description="Code of the division that it belongs to.")


class Collection(Answer):
    """One page of a list of places."""

    type: Literal["FeatureCollection"]
    numberReturned: int  # noqa: N815 - the name that OGC API Features gives it
    generation: int = Field(description="Generation of the boundaries that are meant.")
    at: dt.date = Field(description="Day on which these boundaries are in force.")
    links: list[Link]


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the errors that a route declares: 422 and 503 always, and those named."""
    about = {
        400: "The cursor is not one of ours.",
        404: "There is no such thing.",
        406: "None of the types in `Accept` can be written.",
        409: "The state of the data forbids it.",
        413: "The body is too long.",
        415: "The `Content-Type` of the body is not read.",
        422: "A value was refused; `errors` says which.",
        503: "The database does not answer, or is empty; `Retry-After` says when to ask again.",
    }
    return {
        status: {
            "model": Invalid if status == 422 else Problem,
            "description": about[status],
            "content": {"application/problem+json": {}},
        }
        for status in sorted({*statuses, 422, 503})
    }
