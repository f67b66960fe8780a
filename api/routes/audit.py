"""The audit, for auditors of an area."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.admission.security import Asking, needs
from api.answers import json_answer, split_page
from api.cursors import read_cursor, write_cursor
from api.deps.common import MAX_BIGINT, Division, Limit, Reported, Text
from api.deps.guarded import AuditSession
from api.problems import BadCursor
from api.schemas.audit import AuditPage
from api.schemas.common import problems
from gis import audit
from gis.core.access import Power

router = APIRouter(prefix="/api/v1/audit", tags=["audit"], dependencies=[needs(Power.AUDIT)])


@router.get("", response_model=AuditPage, responses=problems(400))
def list_audit(
    *,
    request: Request,
    session: AuditSession,
    actor: Asking,
    days: Reported,
    by: Annotated[
        Text | None, Query(alias="actor", max_length=200, description="Only this actor.")
    ] = None,
    action: Annotated[Text | None, Query(max_length=200, description="Only this action.")] = None,
    subject: Annotated[Text | None, Query(max_length=200, description="Only this subject.")] = None,
    division: Division = None,
    cursor: Annotated[
        str | None, Query(max_length=200, description="From the `next` link of an answer.")
    ] = None,
    limit: Limit = 100,
) -> Response:
    """List entries of the auditor's area, the newest first."""
    wanted = audit.AuditFilter(by, action, subject, division, days.first, days.last)
    area = actor.scope(Power.AUDIT)
    rows = audit.list_entries(session, area, wanted, before=_before(cursor), limit=limit + 1)
    page, last = split_page(rows, limit)
    items = [_answer(entry) for entry in page]
    links = _links(request, last.audit_id if last else None)
    return json_answer(
        {"items": items, "numberReturned": len(items), "links": links},
        headers={"Cache-Control": "no-store"},
    )


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    (number,) = read_cursor(cursor, int)
    if not 0 <= number <= MAX_BIGINT:
        raise BadCursor("The cursor is not one of ours.", zh="翻页标记无效。")
    return int(number)


def _links(request: Request, last: int | None) -> list[dict[str, str]]:
    kind = "application/json"
    links = [{"rel": "self", "type": kind, "href": str(request.url)}]
    if last is not None:
        url = request.url.include_query_params(cursor=write_cursor(last))
        links.append({"rel": "next", "type": kind, "href": str(url)})
    return links


def _answer(entry: audit.AuditEntry) -> dict[str, Any]:
    values = asdict(entry)
    values["division"] = values.pop("division_code")
    values["row_hash"] = entry.row_hash.hex()
    return values
