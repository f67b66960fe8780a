"""Households, counted by grid; who lives there is not told here."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.answers import json_answer, page_links, split_page
from api.cursors import AfterCode, write_cursor
from api.deps import Division, Limit, ReadSession, SnapshotAsked
from api.schemas.common import problems
from api.schemas.households import HouseholdCountsPage
from gis import households

router = APIRouter(prefix="/api/v1/households", tags=["households"])


@router.get("/counts", response_model=HouseholdCountsPage, responses=problems(400, 404))
def list_counts(
    *,
    request: Request,
    session: ReadSession,
    snapshot: SnapshotAsked,
    after: AfterCode,
    division: Division = None,
    limit: Limit = 100,
) -> Response:
    """Count the households of each grid, in the order of the grids' codes."""
    rows = households.list_household_counts(
        session, snapshot, division=division, after=after, limit=limit + 1
    )
    page, last = split_page(rows, limit)
    cursor = write_cursor(last.code) if last else None
    return json_answer(
        {
            "items": page,
            "numberReturned": len(page),
            "generation": snapshot.generation,
            "at": snapshot.day,
            "links": page_links(request, snapshot, cursor, "application/json"),
        }
    )
