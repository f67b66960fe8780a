"""What an import asks about stored households."""

from __future__ import annotations

from sqlalchemy import text

from gis.db.session import ReadSession


def are_households_stored(session: ReadSession) -> bool:
    """Tell whether there is any household; where there is none, nothing need be looked for."""
    return bool(session.scalar(text("SELECT EXISTS (SELECT FROM household)")))


def list_known_households(
    session: ReadSession, counties: list[str], numbers: list[str]
) -> list[tuple[str, str]]:
    """List which of these households are stored, as (county code, household number).

    Parameters
    ----------
    session
        Reads.
    counties, numbers
        Each number is looked for in each county.

    Returns
    -------
    list of tuple
        What the file may mean; its length does not grow with the number of stored households.
    """
    rows = session.execute(
        text(
            "SELECT county_code, household_no FROM household"
            " WHERE county_code = ANY(:counties) AND household_no = ANY(:numbers)"
        ),
        {"counties": counties, "numbers": numbers},
    )
    return [(row.county_code, row.household_no) for row in rows]
