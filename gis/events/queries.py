"""Read and write events in the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from gis.core import clock
from gis.core.errors import NotFound
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession, WriteSession
from gis.db.sql import read_sql
from gis.events.model import Event, EventFilter, EventKey, EventStep

NO_BOX = (None, None, None, None)


def list_events(
    session: ReadSession,
    snapshot: Snapshot,
    wanted: EventFilter,
    *,
    before: EventKey | None = None,
    limit: int = 100,
) -> list[Event]:
    """List events, the newest report first.

    Parameters
    ----------
    session
        Reads.
    snapshot
        The boundaries whose grids and divisions are meant.
    wanted
        Which events.
    before
        Only those that come after this place in the list.
    limit
        At most so many.

    Returns
    -------
    list of Event
    """
    return _events(
        session,
        snapshot,
        wanted,
        before_at=before.reported_at if before else None,
        before_id=before.event_id if before else None,
        event_no=None,
        counties=None,
        limit=limit,
    )


def get_event(session: ReadSession, event_no: str, snapshot: Snapshot) -> Event:
    """Return one event.

    Parameters
    ----------
    session
        Reads.
    event_no
        20 digits.
    snapshot
        The boundaries whose grid codes are returned.

    Returns
    -------
    Event

    Raises
    ------
    NotFound
        There is no such event.
    """
    found = _events(
        session,
        snapshot,
        EventFilter(),
        before_at=None,
        before_id=None,
        event_no=event_no,
        counties=[event_no[8:14]],
        limit=1,
    )
    if not found:
        raise NotFound(
            f"There is no event {event_no}.",
            zh=f"没有编号为 {event_no} 的事件。",
            event_no=event_no,
        )
    return found[0]


def list_steps(session: ReadSession, event: Event) -> list[EventStep]:
    """List the steps of an event in their order.

    Parameters
    ----------
    session
        Reads.
    event
        Whose steps.

    Returns
    -------
    list of EventStep
    """
    rows = session.execute(
        text(
            "SELECT step_no, state, phase, at, actor, note FROM event_step"
            " WHERE county_code = :county_code AND event_id = :event_id ORDER BY step_no"
        ),
        {"county_code": event.county_code, "event_id": event.event_id},
    )
    return [EventStep(**row._mapping) for row in rows]


def find_by_source(
    session: ReadSession, source: str, source_id: str, snapshot: Snapshot
) -> Event | None:
    """Return the event that came from a source under an id, if it came.

    Parameters
    ----------
    session
        Reads.
    source, source_id
        What the other system calls itself and the event.
    snapshot
        The boundaries whose grid codes are returned.

    Returns
    -------
    Event or None
    """
    event_no: str | None = session.scalar(
        text(
            "SELECT event_no FROM event"
            # The counties are named one by one, because the index begins with them.
            " WHERE county_code = ANY(ARRAY(SELECT DISTINCT county_code FROM division))"
            "   AND source = :source AND source_id = :source_id"
        ),
        {"source": source, "source_id": source_id},
    )
    return None if event_no is None else get_event(session, event_no, snapshot)


def lock_source(session: WriteSession, source: str, source_id: str) -> None:
    """Wait until no other transaction writes an event of this source and id.

    Parameters
    ----------
    session
        Holds the lock until its end.
    source, source_id
        What the other system calls itself and the event.
    """
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('gridmap.event_source'), hashtext(:key))"),
        {"key": f"{source}\x1f{source_id}"},
    )


def next_event_id(session: WriteSession) -> int:
    """Take the next number of the events' sequence.

    Parameters
    ----------
    session
        Writes.

    Returns
    -------
    int
    """
    statement = text("SELECT nextval(pg_get_serial_sequence('public.event', 'event_id'))")
    return int(session.execute(statement).scalar_one())


def insert_event(session: WriteSession, row: Mapping[str, Any]) -> bool:
    """Add an event with its first step, unless one of its source and id is stored already.

    Parameters
    ----------
    session
        Writes.
    row
        A value for every parameter of ``sql/insert_event.sql``.

    Returns
    -------
    bool
        Whether it was added.
    """
    added: Any = session.execute(text(read_sql(__file__, "insert_event")), dict(row))
    if added.rowcount == 0:
        return False
    session.execute(
        text(
            "INSERT INTO event_step (county_code, event_id, step_no, state, phase, at, actor)"
            " VALUES (:county_code, :event_id, 1, :state, :phase, :reported_at, :source)"
        ),
        dict(row),
    )
    return True


def _events(
    session: ReadSession, snapshot: Snapshot, wanted: EventFilter, **values: Any
) -> list[Event]:
    west, south, east, north = wanted.box or NO_BOX
    rows = session.execute(
        text(read_sql(__file__, "list_events")),
        {
            "generation": snapshot.generation,
            "day": snapshot.day,
            "division": wanted.division,
            "grid": wanted.grid,
            "from_day": wanted.from_day,
            "to_day": wanted.to_day,
            "category": wanted.category,
            "state": wanted.state,
            "phase": wanted.phase,
            "is_open": wanted.is_open,
            "is_overdue": wanted.is_overdue,
            "now": clock.now(),
            "source": wanted.source,
            "west": west,
            "south": south,
            "east": east,
            "north": north,
            **values,
        },
    )
    return [Event(**row._mapping) for row in rows]
