"""Files of boundaries become changesets: sent, confirmed, applied."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import StringConstraints

from api.admission.security import Asking, needs
from api.answers import GEOJSON, GeoJson, json_answer
from api.bulk.body import Body
from api.deps.common import MAX_BIGINT, DivisionCode, Limit, Printable, served
from api.deps.drafting import DraftSession, changeset_answer, detail_of, items_answer
from api.schemas.boundary_uploads import (
    ApplicationIn,
    ConfirmationIn,
    UploadFeatures,
    UploadList,
    UploadOut,
)
from api.schemas.changesets import ChangesetDetail, edit_problems
from api.schemas.common import problems
from gis.boundaries import uploads
from gis.core.access import Power
from gis.db.session import as_reader

router = APIRouter(
    prefix="/api/v1/boundary-uploads", tags=["changesets"], dependencies=[needs(Power.DRAFT)]
)
Number = Annotated[int, Path(ge=1, le=MAX_BIGINT, description="Number of the upload.")]
#: What is told of an upload that is not confirmed yet.
NOTHING: dict[str, Any] = {
    "notes": [],
    "snapped": None,
    "refused": [],
    "outside": 0,
    "homeless": [],
    "hairlines": 0,
    "repairs": [],
    "summary": None,
    "changes": [],
    "faults": [],
}
BODY = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


# Not async: it runs in a thread, and waits there for the process that reads the file.
def _received(
    body: Body,
    filename: Annotated[
        str,
        Query(description="Name of the file; its ending says what it is.", examples=["grids.gpkg"]),
        StringConstraints(min_length=1, max_length=255),
        Printable,
    ],
    layer: Annotated[
        str | None,
        Query(description="Which layer, where it has several.", max_length=255),
        Printable,
    ] = None,
) -> uploads.Received:
    return uploads.receive_file(body.file.read(uploads.MAX_BYTES + 1), filename, layer)


@router.post(
    "",
    status_code=201,
    response_model=UploadOut,
    responses=problems(413),
    openapi_extra={"requestBody": BODY},
)
def take_upload(
    *,
    request: Request,
    received: Annotated[uploads.Received, Depends(_received, scope="function")],
    session: DraftSession,
    actor: Asking,
    division: Annotated[
        DivisionCode | None,
        Query(description="Compare with the grids of this division only; all that one drafts."),
    ] = None,
) -> Response:
    """Send a file of boundaries as the body: Shapefile (zip), GeoPackage, GeoJSON, KML, KMZ, DXF.

    It is read in a process of its own. Nothing changes: the answer says in which coordinate
    systems it would fit.
    """
    profile = served(request, as_reader(session)).profile
    upload = uploads.take_upload(session, actor, received, profile, division)
    place = {"Location": f"/api/v1/boundary-uploads/{upload.boundary_upload_id}"}
    return json_answer(_document(upload), status=201, headers=place)


@router.get("", response_model=UploadList)
def list_uploads(session: DraftSession, actor: Asking, limit: Limit = 50) -> Response:
    """List one's own uploads of the last thirty days, the newest first."""
    return items_answer(_document(one) for one in uploads.list_uploads(session, actor, limit))


@router.get("/{upload_id}", response_model=UploadOut, responses=problems(404))
def get_upload(upload_id: Number, session: DraftSession, actor: Asking) -> Response:
    """Return an upload of one's own."""
    return json_answer(_document(uploads.get_upload(session, actor, upload_id)))


@router.get(
    "/{upload_id}/features",
    response_class=GeoJson,
    response_model=UploadFeatures,
    responses=problems(404),
)
def get_features(
    upload_id: Number,
    session: DraftSession,
    actor: Asking,
    crs: Annotated[
        str | None,
        Query(
            description="As the file would lie in this system; else what it changes.",
            max_length=80,
        ),
        Printable,
    ] = None,
) -> Response:
    """Return shapes of the file for the map."""
    upload = uploads.get_upload(session, actor, upload_id)
    if crs is None:
        found = uploads.read_features(session, upload)
    else:
        found = uploads.preview_features(session, upload, crs)
    body = {"type": "FeatureCollection", "features": found, "numberReturned": len(found)}
    return json_answer(body, media_type=GEOJSON)


@router.post("/{upload_id}/confirm", response_model=UploadOut, responses=problems(404, 409))
def confirm_upload(
    *,
    request: Request,
    upload_id: Number,
    body: ConfirmationIn,
    session: DraftSession,
    actor: Asking,
) -> Response:
    """Confirm coordinate system, columns and repairs, and learn what the file would change."""
    profile = served(request, as_reader(session)).profile
    confirmation = uploads.Confirmation(
        crs=body.crs,
        columns=None if body.columns is None else {str(k): v for k, v in body.columns.items()},
        snap_m=body.snap_m,
        accept=None if body.accept is None else tuple(body.accept),
    )
    return json_answer(
        _document(uploads.confirm_upload(session, actor, upload_id, confirmation, profile))
    )


@router.post(
    "/{upload_id}/apply",
    status_code=201,
    response_model=ChangesetDetail,
    responses=edit_problems(404, 409),
)
def apply_upload(
    *,
    request: Request,
    upload_id: Number,
    body: ApplicationIn,
    session: DraftSession,
    actor: Asking,
) -> Response:
    """Make a draft of what the file changes: only the grids that change."""
    profile = served(request, as_reader(session)).profile
    changeset = uploads.apply_upload(
        session, actor, upload_id, profile, title=body.title, reason=body.reason
    )
    return changeset_answer(changeset, detail_of(session, changeset), status=201)


def _document(upload: uploads.Upload) -> dict[str, Any]:
    told = NOTHING | upload.report
    return {
        "id": upload.boundary_upload_id,
        "filename": upload.filename,
        "size_bytes": upload.size_bytes,
        "author": upload.author,
        "created_at": upload.created_at,
        "state": upload.state,
        "scope": upload.scope_codes,
        "changeset_id": upload.changeset_id,
        "crs": upload.settings.get("crs"),
        "snap_m": upload.settings.get("snap_m"),
        **{name: value for name, value in told.items() if name not in ("heights", "warnings")},
    }
