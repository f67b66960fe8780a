"""Whether this server lives, whether it can work, and its metrics."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.answers import json_answer
from api.deps.common import NobodysSession, served
from api.health import Meters, sees_whole
from api.schemas.common import problems
from gis.core.errors import Unavailable
from gis.db.migrate import schema_revision
from gis.grids import find_generation

router = APIRouter(tags=["health"])
NO_STORE = {"Cache-Control": "no-store"}


@router.get("/health/live")
async def live() -> Response:  # async: it must not wait for a thread behind slow requests
    """Tell that the process answers."""
    return json_answer({"status": "live"}, headers=NO_STORE)


@router.get("/health/ready", responses=problems())
def ready(request: Request, session: NobodysSession) -> Response:
    """Tell whether requests can be answered: database, schema, deployment, boundaries."""
    revision, head = schema_revision(session), request.app.state.head_revision
    if revision != head:
        raise Unavailable(
            f"The schema is at {revision or 'nothing'}, this program needs {head};"
            " run `gridmap migrate`.",
            zh=f"数据库结构版本为 {revision or '空'}，程序需要 {head}；请运行 gridmap migrate。",
        )
    deployment = served(request, session).deployment
    newest = find_generation(session)
    if newest is None:
        raise Unavailable(
            "No boundaries are published yet; load them with `gridmap import-boundaries`.",
            zh="尚未发布任何网格边界；请运行 gridmap import-boundaries 导入。",
        )
    body = {
        "status": "ready",
        "schema": revision,
        "profile": deployment.profile,
        "generation": newest.generation,
    }
    return json_answer(body, headers=NO_STORE)


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request, sees_whole: Annotated[bool, Depends(sees_whole)]) -> Response:
    """Return the metrics as Prometheus reads them; figures only to those who see the whole."""
    told: Meters = request.app.state.meters
    text = generate_latest(told.registry)
    if sees_whole:
        text += generate_latest(told.figures)
    return Response(text, headers=NO_STORE, media_type=CONTENT_TYPE_LATEST)
