"""Read the audit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from gis.core.access import Scope
from gis.core.clock import SHANGHAI
from gis.db.session import GateSession, ReadSession
from gis.db.sql import read_sql


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry; see `gis.audit.append` for its parts."""

    audit_id: int
    at: dt.datetime
    actor: str
    address: str | None
    action: str
    subject: str
    division_code: str | None
    reason: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    row_hash: bytes


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries; None means no condition.

    Attributes
    ----------
    actor, action, subject
        Exactly these.
    division
        Twelve digits; entries of the division and all below.
    from_day, to_day
        Days in Asia/Shanghai, both included.
    """

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    division: str | None = None
    from_day: dt.date | None = None
    to_day: dt.date | None = None


def list_entries(
    session: GateSession | ReadSession,
    area: Scope,
    wanted: AuditFilter | None = None,
    *,
    before: int | None = None,
    limit: int = 100,
) -> list[AuditEntry]:
    """List entries, the newest first.

    Parameters
    ----------
    session
        Of the gate, or of the owner.
    area
        Where the auditor may read: ``actor.scope(Power.AUDIT)``. Entries that belong to no
        division are told to auditors of the whole alone.
    wanted
        Which entries.
    before
        Only entries with smaller numbers: the last number of the page before.
    limit
        At most so many.

    Returns
    -------
    list of AuditEntry
    """
    wanted = wanted or AuditFilter()
    rows = session.execute(
        text(read_sql(__file__, "list_entries")),
        {
            "before_id": before,
            "is_whole": area.is_whole,
            "area": list(area.divisions),
            "division": wanted.division,
            "actor": wanted.actor,
            "action": wanted.action,
            "subject": wanted.subject,
            "from_at": _midnight(wanted.from_day),
            "until_at": _midnight(wanted.to_day, days=1),
            "limit": limit,
        },
    )
    return [_entry(row) for row in rows]


def stream_entries(session: ReadSession) -> Iterator[AuditEntry]:
    """Read the whole audit in its order, a few thousand entries in memory at a time.

    Parameters
    ----------
    session
        Of the owner.

    Yields
    ------
    AuditEntry
    """
    statement = text(
        "SELECT audit_id, at, actor, address, action, subject, division_code, reason, before,"
        " after, row_hash FROM audit ORDER BY audit_id"
    )
    for row in session.execute(statement, execution_options={"yield_per": 2000}):
        yield _entry(row)


def _entry(row: Any) -> AuditEntry:
    values = dict(row._mapping)
    values["row_hash"] = bytes(values["row_hash"])
    return AuditEntry(**values)


def _midnight(day: dt.date | None, *, days: int = 0) -> dt.datetime | None:
    """Return when a day begins, or the one after it; None where the calendar ends."""
    if day is None or (days and day == dt.date.max):
        return None
    return dt.datetime.combine(day + dt.timedelta(days=days), dt.time(), SHANGHAI)
