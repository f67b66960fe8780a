"""What an import asks about stored events."""

from __future__ import annotations

from sqlalchemy import text

from gis.db.session import ReadSession


def list_source_ids(session: ReadSession, sources: list[str]) -> list[tuple[str, str, str]]:
    """List the events of sources, as (county code, source, source id)."""
    rows = session.execute(
        text("SELECT county_code, source, source_id FROM event WHERE source = ANY(:sources)"),
        {"sources": sources},
    )
    return [(row.county_code, row.source, row.source_id) for row in rows]
