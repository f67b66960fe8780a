"""What an import asks about stored events."""

from __future__ import annotations

from sqlalchemy import text

from gis.db.session import ReadSession


def are_events_stored(session: ReadSession) -> bool:
    """Tell whether there is any event; where there is none, nothing need be looked for."""
    return bool(session.scalar(text("SELECT EXISTS (SELECT FROM event)")))


def list_known_events(
    session: ReadSession, sources: list[str], source_ids: list[str]
) -> list[tuple[str, str, str]]:
    """List which of these events are stored, as (county code, source, source id).

    Parameters
    ----------
    session
        Reads.
    sources, source_ids
        Each of the one is looked for with each of the other.

    Returns
    -------
    list of tuple
        What the file may mean; its length does not grow with the number of stored events.
    """
    rows = session.execute(
        text(
            "SELECT county_code, source, source_id FROM event"
            # The counties are named, because the index begins with them.
            " WHERE county_code = ANY(ARRAY(SELECT DISTINCT county_code FROM division))"
            "   AND source = ANY(:sources) AND source_id = ANY(:source_ids)"
        ),
        {"sources": sources, "source_ids": source_ids},
    )
    return [(row.county_code, row.source, row.source_id) for row in rows]
