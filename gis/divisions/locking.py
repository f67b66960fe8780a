"""Keep publications of boundaries and the filing of rows apart, county by county (promise 4).

Whoever files rows holds the county's lock shared, whoever publishes boundaries holds it alone: so
a row is never filed under boundaries that are replaced in the same moment (ADR 0006).
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text

from gis.db.session import WriteSession


def share_counties(session: WriteSession) -> None:
    """Keep publications out of every county until the transaction ends.

    Parameters
    ----------
    session
        Holds the locks.
    """
    rows = session.scalars(text("SELECT DISTINCT county_code FROM division"))
    for county in sorted(rows):
        share_county(session, county)


def share_county(session: WriteSession, county_code: str) -> None:
    """Wait until no publication runs in a county, and keep the next one out.

    Parameters
    ----------
    session
        Holds the lock until its transaction ends.
    county_code
        Six digits.
    """
    session.execute(
        text("SELECT pg_advisory_xact_lock_shared(hashtext('gridmap.county'), :county)"),
        {"county": int(county_code)},
    )


def claim_counties(session: WriteSession, county_codes: Iterable[str]) -> None:
    """Wait until nobody files into these counties, and keep everybody out.

    Parameters
    ----------
    session
        Holds the locks until its transaction ends.
    county_codes
        Six digits each.
    """
    # In one order, so that two who want several never wait for each other.
    for county in sorted(county_codes):
        session.execute(
            text("SELECT pg_advisory_xact_lock(hashtext('gridmap.county'), :county)"),
            {"county": int(county)},
        )
