"""Places in a list, as text: where the next page of it begins."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from typing import Annotated, Any

import orjson
from fastapi import Depends, Query

from api.deps.common import MAX_BIGINT
from api.problems import BadCursor
from gis.core.clock import SHANGHAI


def write_cursor(*parts: str | int) -> str:
    """Return a place in a list as text that only `read_cursor` needs to understand."""
    return base64.urlsafe_b64encode(orjson.dumps(parts)).rstrip(b"=").decode()


def read_cursor(cursor: str, *types: type) -> list[Any]:
    """Return the parts of a cursor.

    Raises
    ------
    BadCursor
        We did not write it, or for another list.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        parts: Any = orjson.loads(raw)
    except (binascii.Error, ValueError) as error:
        raise _bad_cursor() from error
    good = (
        isinstance(parts, list)
        and len(parts) == len(types)
        and all(type(part) is wanted for part, wanted in zip(parts, types, strict=True))
    )
    if not good:
        raise _bad_cursor()
    return list(parts)


def _bad_cursor() -> BadCursor:
    return BadCursor(
        "The cursor is not one of ours; follow the `next` link of an answer as it is.",
        zh="翻页标记无效；请原样使用上一次结果中的 next 链接。",
    )


def _code_cursor(
    cursor: Annotated[
        str | None, Query(description="From the `next` link of an answer.", max_length=200)
    ] = None,
) -> str | None:
    if cursor is None:
        return None
    (code,) = read_cursor(cursor, str)
    if not re.fullmatch(r"[0-9]{12,17}", code):
        raise _bad_cursor()
    return str(code)


#: The code after which a page of grids or divisions begins.
AfterCode = Annotated[str | None, Depends(_code_cursor)]

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
#: The years 1 to 9999 fit, with a day to spare on each side for time zones.
MAX_MICROSECONDS = (dt.datetime(9999, 12, 30, tzinfo=dt.UTC) - EPOCH) // MICROSECOND
MIN_MICROSECONDS = (dt.datetime(1, 1, 3, tzinfo=dt.UTC) - EPOCH) // MICROSECOND


def write_time_cursor(moment: dt.datetime, number: int) -> str:
    """Return a place in a list that is ordered by time, then number."""
    return write_cursor((moment - EPOCH) // MICROSECOND, number)


def read_time_cursor(cursor: str) -> tuple[dt.datetime, int]:
    """Return the time and the number of such a place.

    Raises
    ------
    BadCursor
        We did not write it.
    """
    microseconds, number = read_cursor(cursor, int, int)
    if not (MIN_MICROSECONDS <= microseconds <= MAX_MICROSECONDS and 0 <= number <= MAX_BIGINT):
        raise _bad_cursor()
    return (EPOCH + microseconds * MICROSECOND).astimezone(SHANGHAI), number
