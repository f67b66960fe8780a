"""Give stored events their deadlines: those that have none yet, and those that moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import text

from gis.core.clock import SHANGHAI
from gis.db.copying import copy_columns
from gis.db.session import ReadSession, WriteSession
from gis.db.sql import read_sql
from gis.divisions.locking import share_counties
from gis.events.deadlines import due_times, timed_categories
from gis.profiles import Profile

#: Events in one transaction.
CHUNK = 100_000
BEGINNING = ("", 0)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What one step has done.

    Attributes
    ----------
    last
        County code and id of the last event that was looked at; None after the last of all.
    seen, changed
        Events that were looked at, and those whose deadline is another one now.
    years
        Years that they were reported in or are due in, in Asia/Shanghai.
    """

    last: tuple[str, int] | None
    seen: int
    changed: int
    years: frozenset[int]


def lack_deadlines(session: ReadSession, profile: Profile) -> bool:
    """Tell whether an event has no deadline though its category has a time limit.

    Parameters
    ----------
    session
        Reads.
    profile
        Gives the catalogue.

    Returns
    -------
    bool
    """
    statement = text(
        "SELECT EXISTS (SELECT FROM event"
        "                WHERE due_at IS NULL AND left(category_code, 4) = ANY(:timed))"
    )
    return bool(session.scalar(statement, {"timed": timed_categories(profile)}))


def refresh_deadlines(
    session: WriteSession,
    profile: Profile,
    *,
    after: tuple[str, int] = BEGINNING,
    closed_too: bool = False,
    limit: int = CHUNK,
) -> Refreshed:
    """Count the deadlines of some events anew; to be called until ``last`` is None.

    Parameters
    ----------
    session
        Writes; the caller commits. May be killed at any step and begun again.
    profile
        Gives the catalogue and the calendar.
    after
        County code and id of the event to go on behind.
    closed_too
        Whether closed events are counted anew as well. Without it what they had when they were
        closed stays, and only those that have none are given one.
    limit
        At most so many events.

    Returns
    -------
    Refreshed
    """
    share_counties(session)
    county, event_id = after
    asked = {"county": county, "event_id": event_id, "closed_too": closed_too, "limit": limit}
    rows = session.execute(text(read_sql(__file__, "dated_events")), asked).all()
    if not rows:
        return Refreshed(None, 0, 0, frozenset())
    frame = pd.DataFrame(rows)
    due = due_times(profile, frame["category_code"], frame["reported_at"])
    before = pd.to_datetime(frame["due_at"], utc=True).astype("datetime64[us, UTC]")
    moved = ((due != before) & ~(due.isna() & before.isna())).to_numpy()
    changed = frame.loc[moved, ["county_code", "event_id"]].assign(due_at=due[moved])
    _write(session, changed)
    last = (str(rows[-1].county_code), int(rows[-1].event_id)) if len(rows) == limit else None
    return Refreshed(last, len(frame), len(changed), _years(frame["reported_at"], due))


def _write(session: WriteSession, changed: pd.DataFrame) -> None:
    if changed.empty:
        return
    session.execute(
        text(
            "CREATE TEMPORARY TABLE IF NOT EXISTS new_deadline"
            " (county_code varchar(6), event_id bigint, due_at timestamptz) ON COMMIT DROP"
        )
    )
    columns: dict[str, Any] = {name: changed[name].array for name in changed}
    copy_columns(session, "new_deadline", columns, len(changed))
    session.execute(
        text(
            "UPDATE event AS e SET due_at = n.due_at FROM new_deadline AS n"
            " WHERE e.county_code = n.county_code AND e.event_id = n.event_id"
        )
    )


def _years(reported: pd.Series, due: pd.Series) -> frozenset[int]:
    timed = due.notna().to_numpy()
    times = pd.concat([pd.to_datetime(reported[timed], utc=True), due[timed]])
    return frozenset(np.unique(times.dt.tz_convert(SHANGHAI).dt.year).tolist())
