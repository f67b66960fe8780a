"""Grids: lists, one by code with its row of the register, and its counts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from api.admission.security import Asking, needs
from api.admission.suppression import shown_parts
from api.answers import GEOJSON, GeoJson, collection_answer, feature, json_answer, split_page
from api.cursors import AfterCode, write_cursor
from api.deps.common import (
    MAX_BIGINT,
    BBox,
    Division,
    Geometry,
    GridCode,
    Limit,
    OfThen,
    ReadSession,
    Reported,
    SnapshotAsked,
)
from api.schemas.common import problems
from api.schemas.grids import GridCollection, GridCounts, GridHistory, GridRegisterFeature
from gis import divisions, grids, households, statistics
from gis.core.access import Actor, Power
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession as Reader

router = APIRouter(prefix="/api/v1/grids", tags=["grids"])

KINDS = {
    "rural": ["rural"],
    "community": ["community"],
    "exclusive": ["exclusive"],
    "basic": ["rural", "community"],
}
Kind = Literal["rural", "community", "exclusive", "basic"]
HEAD = "grid_head"


@router.get("", response_class=GeoJson, response_model=GridCollection, responses=problems(400, 404))
def list_grids(
    *,
    request: Request,
    session: ReadSession,
    snapshot: SnapshotAsked,
    bbox: BBox,
    after: AfterCode,
    division: Division = None,
    kind: Annotated[
        Kind | None, Query(description="`basic` means rural and community grids.")
    ] = None,
    geometry: Geometry = True,
    limit: Limit = 100,
) -> Response:
    """List grids, in the order of their codes."""
    rows = grids.list_grids(
        session,
        snapshot,
        division=division,
        kinds=KINDS[kind] if kind else None,
        box=bbox,
        with_geometry=geometry,
        after=after,
        limit=limit + 1,
    )
    page, last = split_page(rows, limit)
    cursor = write_cursor(last.code) if last else None
    features = [feature(row.geometry, _properties(row, snapshot)) for row in page]
    return collection_answer(request, features, snapshot=snapshot, cursor=cursor)


@router.get(
    "/{code}",
    dependencies=[needs(Power.READ)],
    response_class=GeoJson,
    response_model=GridRegisterFeature,
    responses=problems(404),
)
def get_grid(code: GridCode, session: ReadSession, snapshot: SnapshotAsked) -> Response:
    """Return one grid with its row of the register (一览表)."""
    grid = grids.get_grid(session, code, snapshot)
    row = statistics.register_row(session, grid, snapshot)
    path = [ref.name for ref in divisions.list_ancestry(session, grid.division)]
    properties = _properties(grid, snapshot) | _register(row, path)
    return json_answer(feature(grid.geometry, properties), media_type=GEOJSON)


@router.get("/{code}/counts", response_model=GridCounts, responses=problems(404))
def get_counts(
    *,
    code: GridCode,
    session: ReadSession,
    snapshot: SnapshotAsked,
    actor: Asking,
    days: Reported,
    by: Annotated[
        list[Literal["month", "class"]] | None,
        Query(max_length=2, description="Also by month of being reported, and by class."),
    ] = None,
    of_then: OfThen,
) -> Response:
    """Count the households and events of a grid; those filed into it, if it is exclusive."""
    grid = grids.get_grid(session, code, snapshot)
    period = statistics.Period(days.first, days.last)
    then = snapshot if of_then else None
    groups = statistics.group_events_of_grid(session, grid, period, then=then)
    wanted = by or []
    return json_answer(
        {
            "code": grid.code,
            "generation": snapshot.generation,
            "people": _people(session, actor, grid, snapshot, then=then),
            "events": statistics.sum_events(groups),
            "by_month": statistics.by_month(groups) if "month" in wanted else None,
            "by_class": statistics.by_class(groups) if "class" in wanted else None,
        }
    )


@router.get(
    "/{code}/history",
    dependencies=[needs(Power.READ)],
    response_class=GeoJson,
    response_model=GridHistory,
    responses=problems(404),
)
def get_history(code: GridCode, session: ReadSession, geometry: Geometry = True) -> Response:
    """Return all versions of a grid: since when, what changed, who published it."""
    features = []
    for version in grids.list_versions(session, code, with_geometry=geometry):
        properties = asdict(version)
        features.append(feature(properties.pop("geometry"), properties))
    body = {
        "type": "FeatureCollection",
        "features": features,
        "numberReturned": len(features),
    }
    return json_answer(body, media_type=GEOJSON)


def _people(
    session: Reader,
    actor: Actor,
    grid: grids.Grid,
    snapshot: Snapshot,
    *,
    then: Snapshot | None,
) -> dict[str, Any]:
    people = asdict(statistics.count_people_of_grid(session, grid, then=then))
    if actor.may(Power.READ):
        return people
    # What is left out depends on the other grids of the village.
    rows = households.list_household_counts(
        session, snapshot, division=grid.division, limit=MAX_BIGINT
    )
    told = {row["code"]: row for row in shown_parts(actor, rows)}[grid.code]
    return {name: told[name] for name in people}


def _properties(grid: grids.Grid, snapshot: Snapshot) -> dict[str, Any]:
    values = asdict(grid)
    # Ours alone, and what stands in the geometry.
    del values["grid_id"], values["geometry"]
    return values | {"generation": snapshot.generation}


def _register(row: statistics.RegisterRow, path: list[str]) -> dict[str, Any]:
    workers: dict[str, list[str]] = defaultdict(list)
    for worker in row.staff:
        if worker.role != HEAD:
            workers[worker.role].append(worker.name)
    return {
        "village": path[-1] if path else None,
        "township": path[-2] if len(path) > 1 else None,
        "path": path,
        "heads": [worker for worker in row.staff if worker.role == HEAD],
        "workers": workers,
        "people": row.people,
        "events": row.events,
    }
