"""Search by what people type."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import StringConstraints

from api.answers import json_answer
from api.deps.common import Printable, ReadSession, SnapshotAsked
from api.schemas.common import problems
from api.schemas.search import SearchAnswer
from gis import grids

router = APIRouter(prefix="/api/v1/search", tags=["search"])

Typed = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), Printable
]


@router.get("", response_model=SearchAnswer, responses=problems(404))
def search(
    session: ReadSession,
    snapshot: SnapshotAsked,
    q: Annotated[Typed, Query(description="The beginning of a code, or a part of a name.")],
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> Response:
    """Find grids and divisions: exact codes first, then codes that begin so, then names."""
    return json_answer({"q": q, "items": grids.search(session, q, snapshot, limit=limit)})
