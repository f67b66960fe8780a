"""Points as JSON objects: one document, or one object a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from operator import itemgetter
from typing import Any

import numpy as np
import orjson
from fastapi.exceptions import RequestValidationError
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from api.bulk.body import Spooled
from api.bulk.points import CHUNK, MAX_POINTS, Points, too_many
from api.schemas.locate import LocateManyHead, PointIn

_POINTS = TypeAdapter(list[PointIn])
_HEAD = TypeAdapter(LocateManyHead)
_MEMBERS = frozenset(PointIn.model_fields)
_NUMBERS = {float, int}
#: What `Printable` refuses.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LONGEST_ID = 128
_BIGGEST_ID = 2**63


def read_document(body: Spooled) -> tuple[LocateManyHead, Iterator[Points]]:
    """Read a JSON document: what it says for all points, and the points in pieces.

    Raises
    ------
    RequestValidationError
        It is not JSON, or not of this schema; says where.
    Invalid
        There are too many points.
    """
    try:
        document = orjson.loads(body.file.read())
    except orjson.JSONDecodeError as error:
        raise _refused(("body", error.pos), f"is not JSON: {error.msg}") from error
    if not isinstance(document, dict):
        raise _refused(("body",), "must be an object with `points`")
    points = document.pop("points", None)
    if not isinstance(points, list):
        raise _refused(("body", "points"), "must be a list of points")
    if len(points) > MAX_POINTS:
        raise too_many()
    try:
        head = _HEAD.validate_python(document)
    except ValidationError as error:
        raise _relocated(error, ()) from error
    return head, (
        _columns(points[start : start + CHUNK], ("points", start))
        for start in range(0, len(points), CHUNK)
    )


def read_lines(body: Spooled) -> Iterator[Points]:
    """Read one JSON object a line; blank lines count for nothing.

    Raises
    ------
    RequestValidationError
        A line is not JSON, or not a point; says which.
    """
    lines = enumerate(body.file, start=1)
    while numbered := list(islice(lines, CHUNK)):
        filled = [(number, line) for number, line in numbered if not line.isspace()]
        if filled:
            yield _columns(_parsed(filled), ("line", filled[0][0]))


def _parsed(numbered: list[tuple[int, bytes]]) -> list[Any]:
    try:
        together: list[Any] = orjson.loads(b"[" + b",".join(line for _, line in numbered) + b"]")
    except orjson.JSONDecodeError:
        return [_parsed_line(number, line) for number, line in numbered]
    if len(together) != len(numbered):  # a line with two objects, or a half of one
        return [_parsed_line(number, line) for number, line in numbered]
    return together


def _parsed_line(number: int, line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise _refused(("body", "line", number), f"is not JSON: {error.msg}") from error


def _columns(points: list[Any], place: tuple[str | int, ...]) -> Points:
    """Turn objects into columns; whatever is not plain goes the long way, which says what it is."""
    shapes = set(map(tuple, points)) if set(map(type, points)) == {dict} else None
    if shapes is not None and len(shapes) == 1 and _MEMBERS.issuperset(shape := shapes.pop()):
        found = _plain_columns(points, shape)
        if found is not None:
            return found
    return _checked_columns(points, place)


def _plain_columns(points: list[Mapping[str, Any]], shape: tuple[str, ...]) -> Points | None:
    if "lon" not in shape or "lat" not in shape:
        return None
    x, y = (_plain_numbers(points, name) for name in ("lon", "lat"))
    ids = list(map(itemgetter("id"), points)) if "id" in shape else None
    crs = list(map(itemgetter("crs"), points)) if "crs" in shape else None
    if x is None or y is None or not _plain_ids(ids) or not _plain_names(crs):
        return None
    return Points(ids, x, y, None if crs is None else np.array(crs, dtype=object))


def _plain_numbers(points: list[Mapping[str, Any]], name: str) -> NDArray[np.float64] | None:
    values = list(map(itemgetter(name), points))
    if not _NUMBERS.issuperset(map(type, values)):
        return None
    try:
        numbers = np.array(values, dtype=np.float64)
    except OverflowError:
        return None
    return numbers if np.isfinite(numbers).all() else None


def _plain_ids(ids: list[Any] | None) -> bool:
    kinds = set(map(type, ids or ()))
    if ids is None or not kinds:
        return True
    if kinds == {int}:
        return bool(min(ids) >= -_BIGGEST_ID and max(ids) < _BIGGEST_ID)
    longest = max(map(len, ids)) if kinds == {str} else _LONGEST_ID + 1
    return bool(longest <= _LONGEST_ID and not _CONTROL.search("\n".join(ids)))


def _plain_names(names: list[Any] | None) -> bool:
    distinct = set(names or ()) if set(map(type, names or ())) <= {str} else {""}
    return all(0 < len(name) <= 80 and not _CONTROL.search(name) for name in distinct)


def _checked_columns(points: list[Any], place: tuple[str | int, ...]) -> Points:
    try:
        checked = _POINTS.validate_python(points)
    except ValidationError as error:
        raise _relocated(error, place) from error
    nan = float("nan")
    names = [point.crs for point in checked]
    return Points(
        [point.id for point in checked],
        np.array([nan if p.lon is None else p.lon for p in checked], dtype=np.float64),
        np.array([nan if p.lat is None else p.lat for p in checked], dtype=np.float64),
        None if set(names) <= {None} else np.array(names, dtype=object),
    )


def _relocated(error: ValidationError, place: tuple[str | int, ...]) -> RequestValidationError:
    """Name the point by its number in the whole body."""
    found = []
    for one in error.errors(include_url=False, include_input=False, include_context=False):
        loc = one["loc"]
        if place:
            loc = (place[0], int(loc[0]) + int(place[1]), *loc[1:])
        found.append({**one, "loc": ("body", *loc)})
    return RequestValidationError(found[:100])


def _refused(place: tuple[str | int, ...], reason: str) -> RequestValidationError:
    return RequestValidationError([{"type": "value_error", "loc": place, "msg": reason}])
