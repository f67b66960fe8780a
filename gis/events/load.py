"""Write events in bulk, each filed into its grids."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.core.clock import SHANGHAI
from gis.core.locator import Locator
from gis.db.bulk_loading import bulk_loading
from gis.db.copying import copy_columns, reserve_ids
from gis.db.session import WriteSession
from gis.grids.filing import filed_columns

#: What is written to, each before what refers to it.
TABLES = ("event", "event_step")
#: State and phase that every event begins with.
BEGINNING = "report"
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
        optionally ``description``, ``due_at`` and the position as it came.
    locator
        Of the current generation.

    Returns
    -------
    int
        Number of events written.
    """
    filed = filed_columns(frame, locator)
    ids = reserve_ids(session, "event", "event_id", len(frame))
    rows = {name: frame[name].array for name in COLUMNS} | filed
    rows |= {"event_id": ids, "event_no": _numbers(frame["reported_at"], filed["county_code"], ids)}
    rows["people_count"] = whole(frame["people_count"])
    rows |= {name: frame[name].array for name in ("description", "due_at") if name in frame}
    with bulk_loading(session, TABLES, len(frame)):
        written = copy_columns(session, "event", rows, len(frame))
        _add_steps(session, frame, filed["county_code"], ids)
    return written


def _numbers(reported_at: pd.Series, county_code: Any, ids: NDArray[np.int64]) -> list[str]:
    """Return what `event_number` gives, each day spelled once."""
    local = pd.DatetimeIndex(reported_at).tz_convert(SHANGHAI).normalize()
    codes, days = pd.factorize(local)
    spelled = days.strftime("%Y%m%d").to_numpy(dtype=object)[codes]
    return [
        f"{day}{county}{number:06d}"
        for day, county, number in zip(spelled, county_code, ids.tolist(), strict=True)
    ]


def whole(values: pd.Series) -> Any:
    """Return numbers as nullable integers, so that COPY reads ``3`` and not ``3.0``."""
    return pd.array(values, dtype="Int64")


def _add_steps(
    session: WriteSession, frame: pd.DataFrame, county_code: Any, ids: NDArray[np.int64]
) -> None:
    """Write how each new event began and where it stands now; in between nothing is known."""
    begun = {
        "county_code": county_code,
        "event_id": ids,
        "step_no": 1,
        "state": BEGINNING,
        "phase": BEGINNING,
        "at": frame["reported_at"].array,
    }
    copy_columns(session, "event_step", begun, len(frame))
    moved = (frame["phase"] != BEGINNING).to_numpy(dtype=bool)
    now = frame[moved]
    stands = {
        "county_code": county_code[moved],
        "event_id": ids[moved],
        "step_no": 2,
        "state": now["state"].array,
        "phase": now["phase"].array,
        "at": _instants(now["closed_at"]).fillna(_instants(now["reported_at"])).array,
    }
    copy_columns(session, "event_step", stands, len(now))


def _instants(times: pd.Series) -> pd.Series:
    """Return times as UTC in one unit; a column without any time has no zone to begin with."""
    return pd.to_datetime(times, utc=True).astype("datetime64[us, UTC]")
