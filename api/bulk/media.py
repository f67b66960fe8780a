"""The formats that points come and go in, and which one a request means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, HTTPException, Request


class Media(StrEnum):
    """A format of points and answers; the value is its media type."""

    JSON = "application/json"
    NDJSON = "application/x-ndjson"
    CSV = "text/csv"
    ARROW = "application/vnd.apache.arrow.stream"


_OTHER_NAMES = {
    "application/ndjson": Media.NDJSON,
    "application/jsonl": Media.NDJSON,
    "application/csv": Media.CSV,
}
_KNOWN: dict[str, Media] = {media.value: media for media in Media} | _OTHER_NAMES
_ANY = {"", "*/*", "application/*"}
_LISTED = ", ".join(Media)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What comes in and what goes out; `charset` is that of text, as the client named it."""

    given: Media
    wanted: Media
    charset: str


async def _exchange(request: Request) -> Exchange:
    kind, _, rest = request.headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    given = _KNOWN.get(kind) if kind else Media.JSON
    if given is None:
        raise HTTPException(415, f"The body is {kind[:80]}; it may be one of: {_LISTED}.")
    return Exchange(given, _wanted(request.headers.get("accept", ""), given), _charset(rest))


def _charset(parameters: str) -> str:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower()
    return "utf-8"


def _wanted(accept: str, given: Media) -> Media:
    """Return the format that the client likes best; on a tie the one named first."""
    ranked = sorted(accept.lower().split(","), key=_weight, reverse=True)
    for part in ranked:
        name = part.partition(";")[0].strip()
        if name in _KNOWN and _weight(part) > 0:
            return _KNOWN[name]
        if name in _ANY:
            return given
    raise HTTPException(406, f"None of the types in Accept can be written; one of: {_LISTED}.")


def _weight(part: str) -> float:
    for parameter in part.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


Negotiated = Annotated[Exchange, Depends(_exchange)]
