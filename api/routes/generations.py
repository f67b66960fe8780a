"""Generations: which there are, what differs, who went where, and the way back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from api.admission.security import Asking, needs
from api.answers import GEOJSON, GeoJson, feature, json_answer, split_page
from api.deps.common import MAX_BIGINT, Geometry, GridCode, Limit, ReadSession, WholeSession
from api.schemas.common import problems
from api.schemas.generations import (
    Crosswalk,
    GenerationDiff,
    GenerationEntry,
    GenerationList,
    Lineage,
    RollbackAsked,
    RollbackDrafted,
)
from gis.boundaries import publishing
from gis.core.access import Power

router = APIRouter(prefix="/api/v1", tags=["generations"], dependencies=[needs(Power.READ)])

Number = Annotated[int, Path(ge=1, le=MAX_BIGINT, description="Number of the generation.")]


@router.get("/generations", response_model=GenerationList)
def list_generations(
    request: Request,
    session: ReadSession,
    before: Annotated[
        int | None, Query(ge=1, le=MAX_BIGINT, description="Only those with a lower number.")
    ] = None,
    limit: Limit = 100,
) -> Response:
    """List the generations, newest first."""
    rows = publishing.list_generations(session, before=before, limit=limit + 1)
    page, last = split_page(rows, limit)
    links = [{"rel": "self", "type": "application/json", "href": str(request.url)}]
    if last is not None:
        url = request.url.include_query_params(before=last.generation)
        links.append({"rel": "next", "type": "application/json", "href": str(url)})
    return json_answer({"generations": [asdict(row) for row in page], "links": links})


@router.get("/generations/{generation}", response_model=GenerationEntry, responses=problems(404))
def get_generation(generation: Number, session: ReadSession) -> Response:
    """Return one generation."""
    return json_answer(asdict(publishing.get_generation_entry(session, generation)))


@router.get(
    "/generations/{generation}/diff",
    response_class=GeoJson,
    response_model=GenerationDiff,
    responses=problems(404),
)
def get_diff(
    generation: Number,
    session: ReadSession,
    against: Annotated[
        int | None,
        Query(ge=1, le=MAX_BIGINT, description="The one before it by default."),
    ] = None,
    geometry: Geometry = True,
) -> Response:
    """Return the grids that differ between two generations."""
    entry = publishing.get_generation_entry(session, generation)
    other = against or entry.parent or generation
    rows = publishing.diff(session, generation, other, with_geometry=geometry)
    features = []
    for row in rows:
        values = asdict(row)
        shape = values.pop("geometry")
        features.append(feature(shape, values))
    body = {
        "type": "FeatureCollection",
        "features": features,
        "generation": generation,
        "against": other,
    }
    return json_answer(body, media_type=GEOJSON)


@router.get(
    "/generations/{generation}/crosswalk",
    response_model=Crosswalk,
    responses=problems(404) | {200: {"content": {"text/csv": {}}}},
)
def get_crosswalk(
    generation: Number,
    session: ReadSession,
    format: Annotated[
        Literal["json", "csv"], Query(description="`csv` for spreadsheet programs.")
    ] = "json",
) -> Response:
    """Count who was filed from which grid into which by a generation (归属对照)."""
    rows = publishing.crosswalk(session, generation)
    if format == "csv":
        name = f"crosswalk-{generation}.csv"
        return Response(
            publishing.crosswalk_csv(rows),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    return json_answer({"generation": generation, "rows": [asdict(row) for row in rows]})


@router.post(
    "/generations/{generation}/rollback",
    dependencies=[needs(Power.DRAFT)],
    status_code=201,
    response_model=RollbackDrafted,
    responses=problems(404, 409),
)
def post_rollback(
    generation: Number, asked: RollbackAsked, session: WholeSession, actor: Asking
) -> Response:
    """Draft a changeset that puts the boundaries back; it takes the way of any other."""

    def may(path: list[str]) -> bool:
        return actor.may(Power.DRAFT, path)

    number = publishing.draft_rollback(
        session, asked.county, generation, actor=actor.name, only=asked.only, may=may
    )
    body: dict[str, Any] = {"changeset_id": number, "state": "draft"}
    return json_answer(body, status=201)


@router.get("/grids/{code}/lineage", response_model=Lineage, responses=problems(404))
def get_lineage(code: GridCode, session: ReadSession) -> Response:
    """Return where a grid came from, and what became of it."""
    rows = publishing.lineage_of_grid(session, code)
    return json_answer({"code": code, "lineage": [asdict(row) for row in rows]})
