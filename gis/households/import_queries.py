"""What an import asks about stored households."""

from __future__ import annotations

from sqlalchemy import text

from gis.db.session import ReadSession


def list_household_numbers(session: ReadSession, counties: list[str]) -> list[tuple[str, str]]:
    """List the household numbers of counties, as (county code, household number)."""
    rows = session.execute(
        text("SELECT county_code, household_no FROM household WHERE county_code = ANY(:counties)"),
        {"counties": counties},
    )
    return [(row.county_code, row.household_no) for row in rows]
