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


PROBLEM = "application/problem+json"
#: Errors that every route may answer with, whatever it does.
ALWAYS = (400, 401, 403, 408, 413, 415, 422, 429, 503)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the errors that a route declares: `ALWAYS`, and those named."""
    about = {
        400: "The cursor is not one of ours, or the body cannot be read.",
        401: "Nobody has said who asks, or it could not be believed.",
        403: "Whoever asks may not do this, or not here.",
        404: "There is no such thing.",
        406: "None of the types in `Accept` can be written.",
        408: "The body did not come in time.",
        409: "The state of the data forbids it.",
        412: "It has another version by now than `If-Match` says.",
        413: "The body is too long.",
        415: "The `Content-Type` of the body is not read, or it is packed.",
        422: "A value was refused; `errors` says which.",
        428: "`If-Match` is missing.",
        429: "Too much was asked in a minute; `Retry-After` says when to ask again.",
        503: "There is too much to do, or the database does not answer or is empty; `Retry-After`"
        " says when to ask again.",
    }
    return {
        status: {
            "model": Invalid if status == 422 else Problem,
            "description": about[status],
            "content": {PROBLEM: {}},
        }
        for status in sorted({*statuses, *ALWAYS})
    }


def settled(document: dict[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI document whose errors are problem documents and nothing else.

    FastAPI writes the schema of every answer under the media type of the good one.
    """
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if status >= "400" and PROBLEM in content:
                    schemas = [about for about in content.values() if about.get("schema")]
                    response["content"] = {PROBLEM: schemas[0]}
    return document
