"""Households, counted by grid; who lives there is not told here."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.admission.security import Asking
from api.admission.suppression import shown_parts
from api.answers import json_answer, page_links, split_page
from api.cursors import AfterCode, write_cursor
from api.deps.common import MAX_BIGINT, Division, Limit, ReadSession, SnapshotAsked
from api.schemas.common import problems
from api.schemas.households import HouseholdCountsPage
from gis import households
from gis.core.access import Power

router = APIRouter(prefix="/api/v1/households", tags=["households"])


@router.get("/counts", response_model=HouseholdCountsPage, responses=problems(400, 404))
def list_counts(
    *,
    request: Request,
    session: ReadSession,
    snapshot: SnapshotAsked,
    after: AfterCode,
    actor: Asking,
    division: Division = None,
    limit: Limit = 100,
) -> Response:
    """Count the households of each grid, in the order of the grids' codes."""
    # What is left out depends on all grids of a village, on whatever page they are.
    sees_all = actor.may(Power.READ)
    rows = households.list_household_counts(
        session,
        snapshot,
        division=division,
        after=after if sees_all else None,
        limit=limit + 1 if sees_all else MAX_BIGINT,
    )
    told = [row for row in shown_parts(actor, rows) if row["code"] > (after or "")]
    page, last = split_page(told[: limit + 1], limit)
    cursor = write_cursor(last["code"]) if last else None
    return json_answer(
        {
            "items": page,
            "numberReturned": len(page),
            "generation": snapshot.generation,
            "at": snapshot.day,
            "links": page_links(request, snapshot, cursor, "application/json"),
        }
    )
