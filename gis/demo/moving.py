"""Let the demo's year end now instead of when its sources were written."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from gis.core.clock import SHANGHAI
from gis.core.errors import Invalid
from gis.profiles import Demo, EventTotals

WEEK = np.timedelta64(7, "D")


def move_period(totals: Demo, last_day: dt.date) -> Demo:
    """Let the period of the events end on another day; it stays as long as it was.

    Seasons, weekdays and holidays are those of the new days, since events are drawn for them.
    Known incidents stay on the days on which they happened.

    Parameters
    ----------
    totals
        What is generated.
    last_day
        Its last day, in Asia/Shanghai.

    Returns
    -------
    Demo
        With other days and the same counts.

    Raises
    ------
    Invalid
        An incident would lie after that day.
    """
    late = [row.slug for row in totals.incidents if row.ends.date() > last_day]
    if late:
        raise Invalid(
            f"the events cannot end on {last_day}: {', '.join(late)} happened later",
            zh=f"事件时段不能止于 {last_day}：{'、'.join(late)} 发生在其后",
        )
    length = totals.events.last_day - totals.events.first_day
    days = {"first_day": last_day - length, "last_day": last_day}
    # Copied without validation: there an incident has to lie inside the period.
    return totals.model_copy(update={"events": totals.events.model_copy(update=days)})


def end_of(totals: EventTotals, until: dt.datetime | None) -> np.datetime64:
    """Return the second after which nothing has happened yet.

    Parameters
    ----------
    totals
        The period.
    until
        With a zone; None for the end of its last day.

    Returns
    -------
    datetime64[s]
        Local time (Asia/Shanghai).
    """
    if until is None:
        return np.datetime64(totals.last_day, "s") + np.timedelta64(86_399, "s")
    return np.datetime64(until.astimezone(SHANGHAI).replace(tzinfo=None), "s")


def not_after(times: pd.Series, end: np.datetime64) -> pd.Series:
    """Bring what would happen later on the last day to the same weekday and hour a week before.

    Parameters
    ----------
    times
        Local time; on the day of `end` at the latest.
    end
        Nothing happens after it.

    Returns
    -------
    Series
        Local time.
    """
    return times.mask(times > end, times - WEEK)
