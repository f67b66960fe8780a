"""The clock that everything reads, so that a test can set it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

# A fixed offset rather than zoneinfo: China has had no summer time since 1991, and a bare
# system may lack the zone files.
SHANGHAI = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")
"""The time zone of all dates and of all times without a zone (UTC+8)."""

EARLIEST = dt.datetime(1949, 10, 1, tzinfo=SHANGHAI)
"""Before it nothing that is on record can have happened; a mistyped year shows here."""

SKEW = dt.timedelta(minutes=10)
"""How far the clocks of other systems may be ahead of ours."""

_set_to: dt.datetime | None = None


def now() -> dt.datetime:
    """Return the current time.

    Returns
    -------
    datetime
        Aware, in the zone Asia/Shanghai.
    """
    return _set_to if _set_to is not None else dt.datetime.now(SHANGHAI)


def today() -> dt.date:
    """Return the current date in Asia/Shanghai.

    Returns
    -------
    date
        The date on the wall in China, whatever the machine's own zone.
    """
    return now().date()


@contextmanager
def held_at(moment: dt.datetime) -> Iterator[None]:
    """Hold the clock at one moment, for every thread of the process, until the block ends.

    Parameters
    ----------
    moment
        The time to stand at; a time without a zone is taken as Asia/Shanghai.

    Yields
    ------
    None
    """
    global _set_to  # noqa: PLW0603 - the one piece of state here is the clock itself
    before = _set_to
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=SHANGHAI)
    _set_to = moment.astimezone(SHANGHAI)
    try:
        yield
    finally:
        _set_to = before
