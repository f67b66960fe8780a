"""When the demo's events are reported, due and closed: most in time, and not everywhere alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.core.clock import SHANGHAI
from gis.demo.people.event_mix import CLASSES
from gis.events.deadlines import due_times
from gis.profiles import Profile

Floats = NDArray[np.float64]
Times = NDArray[np.datetime64]

LEVEL_SPEED = {1: 0.6, 2: 0.8, 3: 1.0}
"""How long an event of a level takes, relative to a normal one."""
SCATTER = 0.7
"""Spread of the logarithm of how long an event takes: at a pace of 0.36, 93 % are in time."""
UNEVEN = 0.35
"""How much longer it takes where people are overworked, per unit of strain, in logarithms."""
WAVES = 4
REACH = 0.45
"""About how far strain reaches, as a share of the county's extent."""


def add_times(
    profile: Profile, end: np.datetime64, events: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Add when each event was reported, is due, and would be closed; all within the period.

    Parameters
    ----------
    profile
        Gives time limits and the calendar.
    end
        End of the period (local time): nothing is reported or closed after it.
    events
        Columns category_code, level, occurred_at (local time), is_incident, lon, lat.
    rng
        Source of all chance.

    Returns
    -------
    DataFrame
        With reported_at and closed_at (local time, without a zone), due_at (UTC, NaT where there
        is no time limit), is_running (whether it would take longer than the period) and strain
        (about -2 to 2).
    """
    occurred = events["occurred_at"].to_numpy().astype("datetime64[s]")
    delay = rng.lognormal(np.log(1500), 1.0, len(events)) * np.where(events["is_incident"], 0.3, 1)
    # Generators of their own: what is drawn after them stays what it was.
    places, lately = rng.spawn(2)
    reported = _by_the_end(
        occurred, occurred + np.minimum(delay, 172_800).astype("timedelta64[s]"), end, lately
    )
    strain = _strain(events[["lon", "lat"]].to_numpy(), places)
    local = pd.Series(reported, index=events.index).dt.tz_localize(SHANGHAI)
    due = due_times(profile, events["category_code"], local)
    allowed = (due - local).dt.total_seconds().to_numpy()
    taken = _seconds(events, allowed, strain, rng.standard_normal(len(events)))
    done = reported + taken.astype("timedelta64[s]")
    return events.assign(
        occurred_at=occurred,
        reported_at=reported,
        closed_at=np.minimum(done, end),
        due_at=due,
        is_running=done > end,
        strain=strain,
    )


def _by_the_end(
    occurred: Times, reported: Times, end: np.datetime64, rng: np.random.Generator
) -> Times:
    """Bring reports that would come too late between what they tell of and the end."""
    share = rng.random(len(occurred))
    hurried = occurred + ((end - occurred) * share).astype("timedelta64[s]")
    return np.where(reported > end, hurried, reported)


def _seconds(events: pd.DataFrame, allowed: Floats, strain: Floats, luck: Floats) -> Floats:
    """Return how long each event takes: a share of its time limit, else hours of its class."""
    mix = events["category_code"].str[:2].map(CLASSES)
    pace, hours = (np.array([getattr(one, name) for one in mix]) for name in ("pace", "hours"))
    median = np.where(np.isnan(allowed), hours * 3600, pace * np.nan_to_num(allowed))
    speed = events["level"].map(LEVEL_SPEED).to_numpy(dtype=np.float64)
    seconds: Floats = median * speed * np.exp(SCATTER * luck + UNEVEN * strain)
    return seconds


def _strain(points: Floats, rng: np.random.Generator) -> Floats:
    """Return how overworked people are at each place: smooth over the county, 0 on average."""
    if len(points) == 0:
        return np.zeros(0)
    extent = np.maximum(np.ptp(points, axis=0), 1e-9)
    angle = rng.uniform(0, 2 * np.pi, WAVES)
    turns = rng.uniform(0.7, 1.4, WAVES) / REACH
    waves = np.stack([np.cos(angle), np.sin(angle)]) * turns * 2 * np.pi
    phase = rng.uniform(0, 2 * np.pi, WAVES)
    place = (points - points.min(axis=0)) / extent
    strain: Floats = np.sin(place @ waves + phase).sum(axis=1) / np.sqrt(WAVES / 2)
    strain -= strain.mean()
    return strain
