"""What is said about drafts of boundary changes, and who works on them at this moment."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.admission.security import Asking, needs
from api.answers import json_answer
from api.deps.common import MAX_BIGINT, Limit, ReadSession
from api.deps.drafting import Number, TalkSession, items_answer
from api.schemas.changesets import (
    CommentIn,
    CommentList,
    CommentOut,
    CommentPatch,
    PresenceIn,
    PresenceList,
)
from api.schemas.common import problems
from gis.boundaries import drafts
from gis.core.access import Power
from gis.core.errors import Invalid

router = APIRouter(
    prefix="/api/v1/changesets", tags=["changesets"], dependencies=[needs(Power.READ)]
)


@router.get("/{changeset_id}/comments", response_model=CommentList, responses=problems(404))
def list_comments(changeset_id: Number, session: ReadSession, limit: Limit = 1000) -> Response:
    """Return the remarks on a draft, the oldest first."""
    return items_answer(drafts.list_comments(session, changeset_id, limit=limit))


@router.post(
    "/{changeset_id}/comments", status_code=201, response_model=CommentOut, responses=problems(404)
)
def add_comment(
    *, changeset_id: Number, body: CommentIn, session: TalkSession, actor: Asking
) -> Response:
    """Remark on a draft; `lon` and `lat` pin it to the map."""
    if (body.lon is None) != (body.lat is None):
        raise Invalid("lon and lat belong together.", zh="lon 与 lat 须同时提供。", field="lon")
    position = None if body.lon is None or body.lat is None else (body.lon, body.lat)
    comment = drafts.add_comment(session, actor, changeset_id, body.body, position)
    return json_answer(comment, status=201)


@router.patch(
    "/{changeset_id}/comments/{comment_id}", response_model=CommentOut, responses=problems(404)
)
def patch_comment(
    *,
    changeset_id: Number,
    comment_id: Annotated[int, Path(ge=1, le=MAX_BIGINT, description="Number of the remark.")],
    body: CommentPatch,
    session: TalkSession,
    actor: Asking,
) -> Response:
    """Say that a remark is settled, or open it again."""
    return json_answer(
        drafts.resolve_comment(
            session, actor, changeset_id, comment_id, is_resolved=body.is_resolved
        )
    )


@router.get("/{changeset_id}/presence", response_model=PresenceList, responses=problems(404))
def list_presence(changeset_id: Number, session: ReadSession) -> Response:
    """Return who works on a draft at this moment, or elsewhere on one of its grids."""
    return items_answer(drafts.list_presence(session, changeset_id))


@router.post("/{changeset_id}/presence", response_model=PresenceList, responses=problems(404))
def tell_presence(
    *, changeset_id: Number, body: PresenceIn, session: TalkSession, actor: Asking
) -> Response:
    """Say that one works on a draft, and learn who else does; holds for ten minutes."""
    drafts.tell_presence(session, actor, changeset_id, body.grids)
    return items_answer(drafts.list_presence(session, changeset_id))


@router.delete("/{changeset_id}/presence", status_code=204, responses=problems(404))
def end_presence(changeset_id: Number, session: TalkSession, actor: Asking) -> Response:
    """Say that one has left a draft."""
    drafts.end_presence(session, actor, changeset_id)
    return Response(status_code=204)
