"""Drafts of boundary changes: worked on, weighed, reviewed, published."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response

from api.admission.security import Asking, needs
from api.answers import GEOJSON, GeoJson, json_answer, split_page
from api.cursors import read_cursor, write_cursor
from api.deps.common import MAX_BIGINT, DivisionCode, Limit, Printable, ReadSession
from api.deps.drafting import (
    BandAsked,
    DraftSession,
    Number,
    PublishSession,
    ReviewSession,
    Version,
    changeset_answer,
    changeset_document,
    detail_of,
    grid_features,
    impact_document,
    items_answer,
    outcome_document,
    tagged_answer,
)
from api.problems import BadCursor
from api.schemas.changesets import (
    ChangesetDetail,
    ChangesetIn,
    ChangesetList,
    ChangesetPatch,
    DraftGrids,
    ImpactOut,
    OperationIn,
    OperationList,
    OutcomeOut,
    PublicationOut,
    RebaseIn,
    RebaseOut,
    RejectionIn,
    State,
    ValidationOut,
    VerdictIn,
    edit_problems,
)
from api.schemas.common import problems
from gis.boundaries import drafts
from gis.core.access import Power
from gis.core.errors import Invalid

router = APIRouter(
    prefix="/api/v1/changesets", tags=["changesets"], dependencies=[needs(Power.READ)]
)
DRAFTING = [needs(Power.DRAFT)]
#: What everything that changes a draft may be refused with.
WRITING = problems(404, 409, 412, 428)


@router.post(
    "",
    dependencies=DRAFTING,
    status_code=201,
    response_model=ChangesetDetail,
    responses=problems(404),
)
def create_changeset(*, body: ChangesetIn, session: DraftSession, actor: Asking) -> Response:
    """Begin a draft on the newest boundaries, for some townships of one county."""
    changeset = drafts.create_changeset(
        session,
        actor,
        title=body.title,
        reason=body.reason,
        effective_from=body.effective_from,
        scope_codes=body.scope,
    )
    return changeset_answer(changeset, detail_of(session, changeset), status=201)


@router.get("", response_model=ChangesetList, responses=problems(400))
def list_changesets(
    *,
    request: Request,
    session: ReadSession,
    state: Annotated[list[State] | None, Query(max_length=6, description="Only these.")] = None,
    author: Annotated[
        str | None, Query(max_length=200, description="Such as `account:wang`."), Printable
    ] = None,
    division: Annotated[
        DivisionCode | None, Query(description="Only those about this township.")
    ] = None,
    cursor: Annotated[
        str | None, Query(max_length=200, description="From the `next` link of an answer.")
    ] = None,
    limit: Limit = 100,
) -> Response:
    """List drafts, the newest first."""
    before = None if cursor is None else _number(cursor)
    rows = drafts.list_changesets(
        session,
        states=state,
        author=author,
        scope=division,
        before=before,
        limit=limit + 1,
    )
    page, last = split_page(rows, limit)
    links = [{"rel": "self", "type": "application/json", "href": str(request.url)}]
    if last is not None:
        url = request.url.include_query_params(cursor=write_cursor(last.changeset_id))
        links.append({"rel": "next", "type": "application/json", "href": str(url)})
    return items_answer([changeset_document(row) for row in page], links)


def _number(cursor: str) -> int:
    (number,) = read_cursor(cursor, int)
    if not 0 <= number <= MAX_BIGINT:
        raise BadCursor("The cursor is not one of ours.", zh="翻页标记无效。")
    return int(number)


@router.get("/{changeset_id}", response_model=ChangesetDetail, responses=problems(404))
def get_changeset(changeset_id: Number, session: ReadSession) -> Response:
    """Return one draft with its verdicts; `ETag` names its version."""
    changeset = drafts.get_changeset(session, changeset_id)
    return changeset_answer(changeset, detail_of(session, changeset))


@router.patch(
    "/{changeset_id}", dependencies=DRAFTING, response_model=ChangesetDetail, responses=WRITING
)
def patch_changeset(
    *,
    changeset_id: Number,
    body: ChangesetPatch,
    version: Version,
    session: DraftSession,
    actor: Asking,
) -> Response:
    """Change title, reason, day or scope of a draft."""
    given = body.model_dump(exclude_unset=True)
    nothing = [name for name, value in given.items() if value is None and name != "effective_from"]
    if nothing:
        raise Invalid(
            f"{nothing[0]}: must not be null.", zh=f"{nothing[0]}：不能为空。", field=nothing[0]
        )
    if "scope" in given:
        given["scope_codes"] = given.pop("scope")
    changeset = drafts.patch_changeset(session, actor, changeset_id, version, given)
    return changeset_answer(changeset, detail_of(session, changeset))


@router.get(
    "/{changeset_id}/grids",
    response_class=GeoJson,
    response_model=DraftGrids,
    responses=problems(404),
)
def get_grids(changeset_id: Number, session: ReadSession) -> Response:
    """Return the working state of a draft: the grids that it touches, as it has them."""
    changeset = drafts.get_changeset(session, changeset_id)
    features = grid_features(drafts.shown_grids(session, changeset))
    body = {
        "type": "FeatureCollection",
        "features": features,
        "numberReturned": len(features),
        "etag": changeset.etag,
    }
    return json_answer(body, headers={"ETag": changeset.etag}, media_type=GEOJSON)


@router.get("/{changeset_id}/ops", response_model=OperationList, responses=problems(404))
def list_operations(changeset_id: Number, session: ReadSession, limit: Limit = 1000) -> Response:
    """Return the log of a draft, the oldest first; with a limit, the newest ones."""
    changeset = drafts.get_changeset(session, changeset_id)
    return items_answer(
        _logged(one) for one in drafts.list_operations(session, changeset, limit=limit)
    )


def _logged(one: drafts.Operation) -> dict[str, Any]:
    return {
        "op_no": one.op_no,
        "operation": one.parameters,
        "is_undone": one.is_undone,
        "author": one.author,
        "created_at": one.created_at,
        "auto_fixes": one.outcome.get("auto_fixes", []),
        "warnings": one.outcome.get("warnings", []),
    }


@router.post(
    "/{changeset_id}/ops",
    dependencies=DRAFTING,
    response_model=OutcomeOut,
    responses=edit_problems(404, 409, 412, 428),
)
def apply_operation(
    *,
    changeset_id: Number,
    body: OperationIn,
    version: Version,
    band: BandAsked,
    session: DraftSession,
    actor: Asking,
    dry_run: Annotated[
        bool, Query(description="Only try it: nothing is written, `If-Match` is not needed.")
    ] = False,
) -> Response:
    """Do an operation (docs/editing.md), or try it: what changes, and what it means for people."""
    outcome = drafts.apply_operation(
        session, actor, changeset_id, version, body.root, dry_run=dry_run, band=band
    )
    return tagged_answer(outcome.changeset, outcome_document(outcome))


@router.post(
    "/{changeset_id}/undo", dependencies=DRAFTING, response_model=OutcomeOut, responses=WRITING
)
def undo(changeset_id: Number, version: Version, session: DraftSession, actor: Asking) -> Response:
    """Undo the last operation."""
    outcome = drafts.undo(session, actor, changeset_id, version)
    return tagged_answer(outcome.changeset, outcome_document(outcome))


@router.post(
    "/{changeset_id}/redo", dependencies=DRAFTING, response_model=OutcomeOut, responses=WRITING
)
def redo(changeset_id: Number, version: Version, session: DraftSession, actor: Asking) -> Response:
    """Do again what was undone last."""
    outcome = drafts.redo(session, actor, changeset_id, version)
    return tagged_answer(outcome.changeset, outcome_document(outcome))


@router.post(
    "/{changeset_id}/rebase", dependencies=DRAFTING, response_model=RebaseOut, responses=WRITING
)
def rebase(
    *, changeset_id: Number, body: RebaseIn, version: Version, session: DraftSession, actor: Asking
) -> Response:
    """Put a draft on the newest boundaries; told operation by operation."""
    choices = {int(op_no): choice for op_no, choice in body.choices.items()}
    found = drafts.rebase_changeset(session, actor, changeset_id, version, choices)
    return tagged_answer(
        found.changeset, {"is_written": found.is_written, "operations": found.operations}
    )


@router.get("/{changeset_id}/validation", response_model=ValidationOut, responses=problems(404))
def get_validation(changeset_id: Number, session: ReadSession, actor: Asking) -> Response:
    """Prove the whole draft anew, and say which of its grids others published meanwhile."""
    verdict = asdict(drafts.validate(session, actor, changeset_id))
    etag = drafts.etag_of(changeset_id, verdict.pop("version"))
    return json_answer(verdict | {"etag": etag}, headers={"ETag": etag})


@router.get("/{changeset_id}/preview", response_model=ImpactOut, responses=problems(404))
def get_preview(
    changeset_id: Number, band: BandAsked, session: ReadSession, actor: Asking
) -> Response:
    """Say what the whole draft does to people and work, against what is published."""
    return json_answer(impact_document(drafts.preview(session, actor, changeset_id, band)))


@router.post(
    "/{changeset_id}/submit",
    dependencies=DRAFTING,
    response_model=ChangesetDetail,
    responses=WRITING,
)
def submit(
    changeset_id: Number, version: Version, session: DraftSession, actor: Asking
) -> Response:
    """Hand a draft in for review; from here on it is frozen."""
    changeset = drafts.submit(session, actor, changeset_id, version)
    return changeset_answer(changeset, detail_of(session, changeset))


@router.post(
    "/{changeset_id}/withdraw",
    dependencies=DRAFTING,
    response_model=ChangesetDetail,
    responses=WRITING,
)
def withdraw(
    changeset_id: Number, version: Version, session: DraftSession, actor: Asking
) -> Response:
    """Take a draft back; whatever is done to it later makes it a draft again."""
    changeset = drafts.withdraw(session, actor, changeset_id, version)
    return changeset_answer(changeset, detail_of(session, changeset))


@router.post(
    "/{changeset_id}/approve",
    dependencies=[needs(Power.REVIEW)],
    response_model=ChangesetDetail,
    responses=WRITING,
)
def approve(
    *,
    changeset_id: Number,
    body: VerdictIn,
    version: Version,
    session: ReviewSession,
    actor: Asking,
) -> Response:
    """Approve a submitted draft; nobody who had a hand in it."""
    changeset = drafts.approve(session, actor, changeset_id, version, body.comment)
    return changeset_answer(changeset, detail_of(session, changeset))


@router.post(
    "/{changeset_id}/reject",
    dependencies=[needs(Power.REVIEW)],
    response_model=ChangesetDetail,
    responses=WRITING,
)
def reject(
    *,
    changeset_id: Number,
    body: RejectionIn,
    version: Version,
    session: ReviewSession,
    actor: Asking,
) -> Response:
    """Send a submitted draft back, and say why."""
    changeset = drafts.reject(session, actor, changeset_id, version, body.comment)
    return changeset_answer(changeset, detail_of(session, changeset))


@router.post(
    "/{changeset_id}/publish",
    dependencies=[needs(Power.PUBLISH)],
    response_model=PublicationOut,
    responses=WRITING,
)
def publish(
    *,
    changeset_id: Number,
    version: Version,
    session: PublishSession,
    actor: Asking,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            description="The same request again, with the same key, gets the same answer.",
        ),
        Printable,
    ] = None,
) -> Response:
    """Put an approved draft into force: a new generation, with everybody filed anew."""
    changeset, publication = drafts.publish(
        session, actor, changeset_id, version, key=idempotency_key
    )
    return tagged_answer(changeset, publication)
