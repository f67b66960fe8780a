"""Write events in bulk, each filed into its grids."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import text

from gis.core.locator import Locator
from gis.db.copying import copy_frame, reserve_ids
from gis.db.session import WriteSession
from gis.grids.filing import filed_columns

COLUMNS = (
    "source",
    "source_id",
    "title",
    "category_code",
    "level",
    "channel",
    "occurred_at",
    "reported_at",
    "closed_at",
    "workflow",
    "state",
    "phase",
    "resolved",
    "satisfied",
    "people_count",
    "address_text",
)


def load_events(session: WriteSession, frame: pd.DataFrame, locator: Locator) -> int:
    """Append events with their first and their last known step.

    Parameters
    ----------
    session
        The open transaction.
    frame
        The columns of ``COLUMNS`` (times with a zone), ``lon``, ``lat`` (CGCS2000 degrees), and
        optionally ``description`` and the position as it came.
    locator
        Of the current generation.

    Returns
    -------
    int
        Number of events written.
    """
    filed = filed_columns(frame, locator)
    ids = reserve_ids(session, "event", "event_id", len(frame))
    numbers = event_numbers(frame["reported_at"], filed["county_code"], ids)
    rows = {name: frame[name].to_numpy() for name in COLUMNS} | filed
    rows |= {"event_id": ids, "event_no": numbers, "people_count": whole(frame["people_count"])}
    if "description" in frame:
        rows["description"] = frame["description"].to_numpy()
    written = copy_frame(session, "event", pd.DataFrame(rows))
    _add_steps(session, first_id=int(ids[0]) if written else 0)
    return written


def event_numbers(reported_at: Any, county_code: Any, event_id: Any) -> Any:
    """Return the numbers that people quote: yyyymmdd + county + the last six digits of the id.

    Parameters
    ----------
    reported_at
        Times with a zone, shape (n,).
    county_code
        Six digits, shape (n,).
    event_id
        int64, shape (n,).

    Returns
    -------
    numpy.ndarray
        Array of str, shape (n,): 20 digits each.
    """
    local = pd.DatetimeIndex(pd.to_datetime(reported_at)).tz_convert("Asia/Shanghai")
    serial = np.char.zfill((np.asarray(event_id, np.int64) % 1_000_000).astype(str), 6)
    return np.array(
        [
            day + county + number
            for day, county, number in zip(
                local.strftime("%Y%m%d"), county_code, serial, strict=True
            )
        ],
        dtype=object,
    )


def whole(values: pd.Series) -> Any:
    """Return numbers as nullable integers, so that COPY reads ``3`` and not ``3.0``."""
    return pd.array(values, dtype="Int64")


def _add_steps(session: WriteSession, *, first_id: int) -> None:
    """Write how each new event began and where it stands now; in between nothing is known."""
    session.execute(
        text(
            "INSERT INTO event_step (county_code, event_id, step_no, state, phase, at)"
            " SELECT county_code, event_id, 1, 'report', 'report', reported_at"
            "   FROM event WHERE event_id >= :first_id"
            " UNION ALL"
            " SELECT county_code, event_id, 2, state, phase, coalesce(closed_at, reported_at)"
            "   FROM event WHERE event_id >= :first_id AND phase <> 'report'"
        ),
        {"first_id": first_id},
    )
