"""The tree of divisions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.answers import GeoJson, collection_answer, feature, json_answer, split_page
from api.cursors import AfterCode, write_cursor
from api.deps.common import (
    Division,
    DivisionCode,
    Geometry,
    Limit,
    ReadSession,
    Slug,
    SnapshotAsked,
)
from api.schemas.common import problems
from api.schemas.divisions import DivisionCollection, DivisionFeature, DivisionNode
from gis import divisions

router = APIRouter(prefix="/api/v1/divisions", tags=["divisions"])


@router.get(
    "", response_class=GeoJson, response_model=DivisionCollection, responses=problems(400, 404)
)
def list_divisions(
    *,
    request: Request,
    session: ReadSession,
    snapshot: SnapshotAsked,
    after: AfterCode,
    parent: Annotated[DivisionCode | None, Query(description="Only its children.")] = None,
    level: Annotated[Slug | None, Query(description="Only this level.")] = None,
    within: Division = None,
    geometry: Geometry = True,
    limit: Limit = 100,
) -> Response:
    """List divisions with their outlines, in the order of their codes."""
    rows = divisions.list_divisions(
        session,
        snapshot,
        parent=parent,
        level=level,
        within=within,
        with_geometry=geometry,
        after=after,
        limit=limit + 1,
    )
    page, last = split_page(rows, limit)
    cursor = write_cursor(last.code) if last else None
    features = [_feature(row) for row in page]
    return collection_answer(request, features, snapshot=snapshot, cursor=cursor)


@router.get(
    "/{code}", response_class=GeoJson, response_model=DivisionFeature, responses=problems(404)
)
def get_division(code: DivisionCode, session: ReadSession, snapshot: SnapshotAsked) -> Response:
    """Return one division with its outline."""
    found = divisions.get_division(session, code, snapshot)
    return json_answer(_feature(found), media_type="application/geo+json")


@router.get("/{code}/tree", response_model=DivisionNode, responses=problems(404))
def get_tree(
    code: DivisionCode,
    session: ReadSession,
    depth: Annotated[int, Query(ge=0, le=9, description="How many levels below it.")] = 2,
) -> Response:
    """Return a division with what lies below it."""
    return json_answer(divisions.get_tree(session, code, levels_below=depth))


def _feature(row: divisions.Division) -> dict[str, Any]:
    properties = asdict(row)
    return feature(properties.pop("geometry"), properties)
