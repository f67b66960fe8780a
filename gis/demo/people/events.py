"""Events of the demo: a year's rhythm, a town's hot spots, and totals that are exact."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.demo.moving import end_of, not_after
from gis.demo.people.event_mix import (
    CLASSES,
    HOURS,
    SOURCES,
    channel_weights,
    day_weights,
    item_weight,
)
from gis.demo.people.event_places import Scene, place_at_homes, place_events
from gis.demo.people.event_states import decide_states
from gis.demo.people.event_times import add_times
from gis.profiles import Catalogue, Demo, Incident, Profile

CHINA = dt.timezone(dt.timedelta(hours=8))
"""China keeps one time, without summer time."""
DISPUTE = "01"
COLUMNS = [
    "source", "source_id", "title", "category_code", "level", "channel", "occurred_at",
    "reported_at", "due_at", "closed_at", "workflow", "state", "phase", "resolved", "satisfied",
    "people_count", "lon", "lat", "address_text",
]  # fmt: skip


def make_events(
    profile: Profile,
    totals: Demo,
    scene: Scene,
    rng: np.random.Generator,
    *,
    until: dt.datetime | None = None,
) -> pd.DataFrame:
    """Make the events of the period, known incidents among them.

    Parameters
    ----------
    profile
        Gives the catalogue and the workflows.
    totals
        What must come out.
    scene
        Where events can happen.
    rng
        Source of all chance.
    until
        With a zone, on the last day of the period: nothing has happened after it, and what is
        worked on then is open before anything else is. By default the period lies in the past,
        and whatever is closed was closed in it.

    Returns
    -------
    DataFrame
        In the order in which they were reported, columns source, source_id, title,
        category_code, level (1 to 3), channel, occurred_at, reported_at, due_at, closed_at (all
        with a zone; NaT while open), workflow, state and phase (slugs), resolved (bool), satisfied
        (boolean, NA where nobody was asked), people_count, lon, lat (degrees, SRID 4490,
        canonical), address_text.
    """
    parts = [_ordinary(profile.catalogue, totals, scene, rng)]
    parts.extend(_incident(row, profile.catalogue, scene, rng) for row in totals.incidents)
    events = pd.concat(parts, ignore_index=True)
    end = end_of(totals.events, until)
    events["occurred_at"] = not_after(events["occurred_at"], end)
    events = add_times(profile, end, events, rng)
    if until is None:
        events["is_running"] = False
    events = decide_states(profile, totals.events, events, rng)
    events = events.sort_values(["reported_at", "lon", "lat"], kind="stable", ignore_index=True)
    days = events["reported_at"].dt.strftime("%Y%m%d")
    serial = pd.Series(np.arange(1, len(events) + 1), index=events.index).astype(str).str.zfill(7)
    events["source"] = events["channel"].map(SOURCES).fillna("grid_platform")
    events["source_id"] = "DEMO-" + days + "-" + serial
    for name in ("occurred_at", "reported_at", "closed_at"):
        events[name] = events[name].dt.tz_localize(CHINA)
    return events[COLUMNS]


def _ordinary(
    catalogue: Catalogue, totals: Demo, scene: Scene, rng: np.random.Generator
) -> pd.DataFrame:
    """Make all events but the incidents, with their categories, days and places."""
    of_incidents = pd.Series([row.count for row in totals.incidents], dtype="int64")
    count = totals.events.total - int(of_incidents.sum())
    codes = _categories(catalogue, count, totals.events.disputes, rng)
    points, addresses = place_events(scene, codes, rng)
    levels = {item.code: item.level for item in catalogue.items()}
    level = pd.Series(codes).map(levels).to_numpy(dtype=np.int64)
    raised = (rng.random(count) < 0.04) & (level > 1)
    return pd.DataFrame(
        {
            "title": _titles(catalogue, codes, rng),
            "category_code": codes,
            "level": level - raised,
            "channel": _channels(codes, rng),
            "occurred_at": _times(codes, totals, rng),
            "people_count": 1 + rng.poisson(np.where(_is_dispute(codes), 1.9, 0.5)),
            "lon": points[:, 0],
            "lat": points[:, 1],
            "address_text": addresses,
            "is_incident": False,
        }
    )


def _is_dispute(codes: NDArray[np.str_]) -> NDArray[np.bool_]:
    return np.char.startswith(codes, DISPUTE)


def _categories(
    catalogue: Catalogue, count: int, disputes: int, rng: np.random.Generator
) -> NDArray[np.str_]:
    """Draw categories: exactly so many disputes, the others by their weights."""
    every = np.array([item.code for item in catalogue.items()])
    weights = np.array([item_weight(code) for code in every.tolist()])
    dispute = _is_dispute(every)
    within = np.array([weights[np.char.startswith(every, c[:2])].sum() for c in every.tolist()])
    shares = weights / within * np.array([CLASSES[c[:2]].weight for c in every.tolist()])
    chances = weights[dispute] / weights[dispute].sum()
    drawn = [
        rng.choice(every[dispute], disputes, p=chances),
        rng.choice(every[~dispute], count - disputes, p=shares[~dispute] / shares.sum()),
    ]
    codes: NDArray[np.str_] = rng.permutation(np.concatenate(drawn))
    return codes


def _titles(
    catalogue: Catalogue, codes: NDArray[np.str_], rng: np.random.Generator
) -> NDArray[np.object_]:
    titles = np.empty(len(codes), dtype=object)
    for item in catalogue.items():
        chosen = np.flatnonzero(codes == item.code)
        titles[chosen] = rng.choice(np.array(item.titles_zh, dtype=object), len(chosen))
    return titles


def _channels(codes: NDArray[np.str_], rng: np.random.Generator) -> NDArray[np.object_]:
    channels = np.empty(len(codes), dtype=object)
    for code in np.unique(codes).tolist():
        chosen = np.flatnonzero(codes == code)
        slugs, weights = channel_weights(code)
        channels[chosen] = rng.choice(np.array(slugs, dtype=object), len(chosen), p=weights)
    return channels


def _times(
    codes: NDArray[np.str_], totals: Demo, rng: np.random.Generator
) -> NDArray[np.datetime64]:
    """Draw when each event happened, local time, to the second."""
    first = np.datetime64(totals.events.first_day, "D")
    days = np.arange(first, np.datetime64(totals.events.last_day, "D") + 1)
    times = np.empty(len(codes), dtype="datetime64[s]")
    for code in np.unique(codes).tolist():
        chosen = np.flatnonzero(codes == code)
        day = rng.choice(days, len(chosen), p=day_weights(code, days))
        for row in totals.incidents:
            if row.category == code:
                day = _away_from(row, day, first)
        rhythm = np.array(HOURS[CLASSES[code[:2]].place], dtype=np.float64)
        hour = rng.choice(24, len(chosen), p=rhythm / rhythm.sum())
        seconds = hour * 3600 + rng.integers(0, 3600, len(chosen))
        times[chosen] = day.astype("datetime64[s]") + seconds
    return times


def _away_from(
    incident: Incident, day: NDArray[np.datetime64], first: np.datetime64
) -> NDArray[np.datetime64]:
    """Keep the days of an incident free, so that its number stays what the source says."""
    begins, ends = (np.datetime64(t.date(), "D") for t in (incident.begins, incident.ends))
    # As long before the incident as they would be inside it.
    earlier = np.maximum(begins - (day - begins) - np.timedelta64(1, "D"), first)
    moved: NDArray[np.datetime64] = np.where((day >= begins) & (day <= ends), earlier, day)
    return moved


def _incident(
    row: Incident, catalogue: Catalogue, scene: Scene, rng: np.random.Generator
) -> pd.DataFrame:
    points, addresses = place_at_homes(scene, row.villages, row.count, rng)
    begins = np.datetime64(row.begins, "s")
    length = int((row.ends - row.begins).total_seconds())
    level = next(item.level for item in catalogue.items() if item.code == row.category)
    return pd.DataFrame(
        {
            "title": row.title_zh,
            "category_code": row.category,
            "level": np.int64(level),
            "channel": "grid_staff",
            "occurred_at": begins + rng.integers(0, length, row.count),
            "people_count": rng.integers(1, 6, row.count),
            "lon": points[:, 0],
            "lat": points[:, 1],
            "address_text": addresses,
            "is_incident": True,
        }
    )
