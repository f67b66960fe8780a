"""Drafts that are published on their own day: decided, and taken back."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.admission.security import Asking, needs
from api.deps.drafting import Number, PublishSession, Version, changeset_answer, detail_of
from api.schemas.changesets import ChangesetDetail
from api.schemas.common import problems
from gis.boundaries import drafts
from gis.core.access import Power

router = APIRouter(
    prefix="/api/v1/changesets",
    tags=["changesets"],
    dependencies=[needs(Power.READ), needs(Power.PUBLISH)],
)
REFUSED = problems(404, 409, 412, 428)


@router.post("/{changeset_id}/schedule", response_model=ChangesetDetail, responses=REFUSED)
def schedule(
    changeset_id: Number, version: Version, session: PublishSession, actor: Asking
) -> Response:
    """Have an approved draft published on its effective day, which lies in the future."""
    changeset = drafts.schedule(session, actor, changeset_id, version)
    return changeset_answer(changeset, detail_of(session, changeset))


@router.post("/{changeset_id}/unschedule", response_model=ChangesetDetail, responses=REFUSED)
def unschedule(
    changeset_id: Number, version: Version, session: PublishSession, actor: Asking
) -> Response:
    """Take that back; the draft stays approved."""
    changeset = drafts.unschedule(session, actor, changeset_id, version)
    return changeset_answer(changeset, detail_of(session, changeset))
