"""Deadlines (期限): until when an event has to be handled, by its category and the calendar."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.core.working_time import Limit
from gis.profiles import Profile


def limit_of(profile: Profile, category_code: str) -> Limit | None:
    """Return the time limit of a category: that of the last stage of its SLA.

    Parameters
    ----------
    profile
        Gives the catalogue.
    category_code
        Four digits, or six for an item below a category.

    Returns
    -------
    Limit or None
        None where the category has no time limit, or is not in the catalogue any more.

    Notes
    -----
    Source: ADR 0024; units as in the implementing tables of CJ/T 315-2009.
    """
    try:
        stages = profile.catalogue.sla_of(category_code[:4])
    except KeyError:
        return None
    return Limit(stages[-1].value, stages[-1].unit) if stages else None


def timed_categories(profile: Profile) -> list[str]:
    """Return the categories that have a time limit.

    Parameters
    ----------
    profile
        Gives the catalogue.

    Returns
    -------
    list of str
        Four digits each, in the order of the catalogue.
    """
    codes = (item.code for item in profile.catalogue.items())
    return [code for code in codes if limit_of(profile, code)]


def due_at(profile: Profile, category_code: str, reported_at: dt.datetime) -> dt.datetime | None:
    """Return when an event is due.

    Parameters
    ----------
    profile
        Gives the catalogue and the calendar.
    category_code
        Four or six digits.
    reported_at
        With a zone; the limit runs from here.

    Returns
    -------
    datetime or None
        None where there is no time limit.

    Raises
    ------
    Invalid
        The time lies outside the calendar.
    """
    limit = limit_of(profile, category_code)
    return None if limit is None else profile.calendar.working.due_at(reported_at, limit)


def due_times(profile: Profile, codes: pd.Series, reported_at: pd.Series) -> pd.Series:
    """Return when many events are due.

    Parameters
    ----------
    profile
        Gives the catalogue and the calendar.
    codes
        n category codes; what is no text has no limit.
    reported_at
        n times with a zone; NaT gives NaT.

    Returns
    -------
    Series
        n times in UTC, with the index of `codes`; NaT where there is no time limit.

    Raises
    ------
    Invalid
        A time lies outside the calendar.
    """
    # Through UTC, as a column without any time has no zone to begin with.
    since = pd.to_datetime(reported_at, utc=True).dt.tz_localize(None)
    moments = since.to_numpy().astype("datetime64[us]")
    due = np.full(len(codes), np.datetime64("NaT"), dtype="datetime64[us]")
    places, known = pd.factorize(codes.astype("string").str[:4])
    limits = [limit_of(profile, code) for code in known]
    working = profile.calendar.working
    for limit in {one for one in limits if one is not None}:
        of_limit = np.array([one == limit for one in limits], dtype=bool)
        rows = _chosen(of_limit, places) & ~np.isnat(moments)
        due[rows] = working.due_times(moments[rows], limit)
    return pd.Series(due, index=codes.index).dt.tz_localize("UTC")


def _chosen(of_limit: NDArray[np.bool_], places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which rows have one of some codes; -1 is a row without a code."""
    chosen: NDArray[np.bool_] = np.append(of_limit, False)[places]
    return chosen
