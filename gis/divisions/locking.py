"""Keep a publication of boundaries out while rows are being filed."""

from __future__ import annotations

from sqlalchemy import text

from gis.db.session import WriteSession


def share_counties(session: WriteSession) -> list[str]:
    """Hold the lock of every county, shared, until the transaction ends.

    Whoever files rows holds it shared, whoever publishes boundaries holds it alone: so a row is
    never filed under boundaries that are replaced in the same moment (promise 4).

    Parameters
    ----------
    session
        The open transaction.

    Returns
    -------
    list of str
        Codes of the counties (six digits), sorted.
    """
    rows = session.execute(text("SELECT DISTINCT county_code FROM division ORDER BY county_code"))
    counties = [row.county_code for row in rows]
    for county in counties:
        session.execute(
            text("SELECT pg_advisory_xact_lock_shared(hashtext('gridmap.county'), :county)"),
            {"county": int(county)},
        )
    return counties
