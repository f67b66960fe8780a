"""What the map page reads: boundaries as TopoJSON, heat as bins, figures by grid and by day."""

from __future__ import annotations

import gzip
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Path, Query, Request, Response

from api.admission.security import Asking
from api.admission.suppression import shown_column
from api.answers import json_answer
from api.deps.common import (
    MAX_BIGINT,
    CoveredDivisionAsked,
    Division,
    OfThen,
    ReadSession,
    Reported,
    ServedReading,
    SnapshotAsked,
)
from api.kept.standing import tract_figures, tract_living
from api.kept.unchanged import unchanged
from api.schemas.common import problems
from api.schemas.maps import GridFiguresAnswer, HeatAnswer, TimelineAnswer
from gis.core.access import Actor, Power
from gis.core.errors import Forbidden, Invalid
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession as Reader
from gis.events.choice import EventChoice
from gis.statistics.by_grid import (
    FigureColumns,
    events_by_day,
    figures_by_grid,
    figures_by_tract,
    living_by_tract,
)
from gis.tiles import (
    Topology,
    TopologyStore,
    build_overview,
    heat_bins,
    is_large,
    overview_version,
    tract_depth,
)

router = APIRouter(tags=["maps"])

#: Cells of heat for whoever sees statistics alone, m.
COARSE_M = 600
#: Of what is packed once and told often: the least that costs little.
PACKING = 6
#: private: what is drawn depends on who asks, and only the address tells.
FOR_EVER = "private, max-age=31536000, immutable"

Category = Annotated[
    str | None,
    Query(
        pattern=r"^([0-9]{2}){1,3}$",
        description="Class (2 digits), category (4) or item (6); all without it.",
    ),
]


def _store(request: Request) -> TopologyStore:
    """Return the one store of this process."""
    state = request.app.state
    if not hasattr(state, "topologies"):
        state.topologies = TopologyStore(state.settings.state_dir / "tiles")
    store: TopologyStore = state.topologies
    return store


Generation = Annotated[int, Path(ge=1, le=MAX_BIGINT)]
Version = Annotated[
    str | None, Query(max_length=64, description="Version; with it the answer is immutable.")
]
Form = Annotated[
    Literal["topojson", "packed"],
    Query(description="`packed` is what the pages of this server read: shorter, 1 m exact."),
]


@router.get("/tiles/grids/{generation}.topojson", responses=problems(400, 404))
def get_topology(
    *,
    generation: Generation,
    request: Request,
    session: ReadSession,
    actor: Asking,
    v: Version = None,
    form: Form = "topojson",
    division: Division = None,
) -> Response:
    """Return the grids of a generation as TopoJSON: objects `basic` and `exclusive`."""
    packed = form == "packed"

    def found() -> Topology:
        _require_few(request, session, generation, division)
        return _store(request).get(session, generation, packed=packed, division=division)

    question = (actor.scope(), generation, packed, division)
    topology = unchanged(request.app.state).topologies.get(session, question, found)
    return _topology_answer(request, topology, v, form)


def _require_few(request: Request, session: Reader, generation: int, division: str | None) -> None:
    most = request.app.state.settings.grids_at_once
    if is_large(session, generation, most, division=division):
        raise Invalid(
            f"There are more than {most} grids: ask for those of one `division`, or for"
            f" /tiles/overview/{generation}.topojson.",
            zh=f"网格超过 {most} 个：请用 division 指定区划，"
            f"或改取 /tiles/overview/{generation}.topojson。",
        )


@router.get("/tiles/overview/{generation}.topojson", responses=problems(404))
def get_overview(
    *,
    generation: Generation,
    request: Request,
    session: ReadSession,
    actor: Asking,
    v: Version = None,
    form: Form = "topojson",
) -> Response:
    """Return divisions in the place of their grids (区块), for a map of very many grids."""
    most = request.app.state.settings.grids_at_once
    version = overview_version(session, generation, scope=actor.scope())
    topology = _store(request).made(
        version,
        f"overview-{most}-{version}",
        lambda: build_overview(session, generation, most),
        packed=form == "packed",
    )
    return _topology_answer(request, topology, v, form)


def _topology_answer(request: Request, topology: Topology, v: str | None, form: str) -> Response:
    etag = f'"{topology.version}"' if form == "topojson" else f'"{topology.version}-{form}"'
    headers = {
        "ETag": etag,
        "Vary": "Accept-Encoding, Authorization, Cookie",
        # Without the version in the address another database may answer there tomorrow.
        "Cache-Control": FOR_EVER if v == topology.version else "no-cache",
    }
    if etag in _listed(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return _packed_answer(request, topology.packed, headers)


def _packed_answer(request: Request, packed: bytes, headers: dict[str, str]) -> Response:
    """Return a document that was packed before, for those too that cannot unpack."""
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = packed
    else:
        body = gzip.decompress(packed)
    return Response(body, headers=headers, media_type="application/json")


def _listed(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def require_coarse(actor: Actor, cell_m: int) -> None:
    """Refuse cells in which single events could be made out to whoever sees statistics alone.

    Raises
    ------
    Forbidden
        The cells are too small.
    """
    if cell_m < COARSE_M and not actor.may(Power.READ):
        raise Forbidden(
            f"Cells under {COARSE_M} m show single events; log in, or ask for {COARSE_M}.",
            zh=f"小于 {COARSE_M} 米的格子会显示单个事件；请登录，或使用 {COARSE_M} 米。",
        )


@router.get("/api/v1/heat", response_model=HeatAnswer, responses=problems(404))
def get_heat(
    *,
    request: Request,
    session: ReadSession,
    served: ServedReading,
    days: Reported,
    actor: Asking,
    category: Category = None,
    cell_m: Annotated[
        int, Query(description="Side of a cell, m: 75, 150, 300, 600, 1200 or 2400.")
    ] = 300,
    division: CoveredDivisionAsked = None,
) -> Response:
    """Count events by cell of an equal-area lattice, for a heat map."""
    require_coarse(actor, cell_m)
    _, south, _, north = served.profile.bounds
    chosen = EventChoice(days.first, days.last, category)

    def packed_bins() -> bytes:
        bins = heat_bins(
            session,
            chosen,
            cell_m=cell_m,
            standard_parallel=(south + north) / 2,
            division=division,
        )
        return gzip.compress(orjson.dumps(bins.document()), PACKING, mtime=0)

    question = (actor.scope(), chosen, cell_m, division)
    body = unchanged(request.app.state).heat.get(session, question, packed_bins)
    return _packed_answer(request, body, {"Vary": "Accept-Encoding"})


@router.get("/api/v1/statistics/grids", response_model=GridFiguresAnswer, responses=problems(404))
def get_figures_by_grid(
    *,
    session: ReadSession,
    snapshot: SnapshotAsked,
    days: Reported,
    actor: Asking,
    of_then: OfThen,
    category: Category = None,
    division: CoveredDivisionAsked = None,
) -> Response:
    """Count events, households and people by grid, all grids at once or those of a division."""
    chosen = EventChoice(days.first, days.last, category)
    figures = figures_by_grid(session, chosen, snapshot, of_then=of_then, division=division)
    return _figures_answer(actor, snapshot, figures)


@router.get("/api/v1/statistics/tracts", response_model=GridFiguresAnswer, responses=problems(404))
def get_figures_by_tract(
    *,
    request: Request,
    session: ReadSession,
    snapshot: SnapshotAsked,
    days: Reported,
    actor: Asking,
    category: Category = None,
) -> Response:
    """Count by the divisions of an overview (`/tiles/overview`), of seconds or minutes ago."""
    chosen = EventChoice(days.first, days.last, category)
    depth = tract_depth(session)
    seen = actor.scope()
    living = tract_living(request.app.state).get(
        (seen, snapshot, depth), lambda: living_by_tract(session, snapshot, depth)
    )
    figures = tract_figures(request.app.state).get(
        (seen, snapshot, chosen, depth),
        lambda: figures_by_tract(session, chosen, snapshot, depth, living),
    )
    return _figures_answer(actor, snapshot, figures)


def _figures_answer(actor: Actor, snapshot: Snapshot, figures: FigureColumns) -> Response:
    body: dict[str, Any] = {"generation": snapshot.generation, "codes": figures.codes}
    columns = {
        name: shown_column(actor, name, column, figures.totals)
        for name, column in figures.columns.items()
    }
    return json_answer(body | columns)


@router.get("/api/v1/statistics/timeline", response_model=TimelineAnswer)
def get_timeline(session: ReadSession, days: Reported, category: Category = None) -> Response:
    """Count events by day of their report."""
    timeline = events_by_day(session, EventChoice(days.first, days.last, category))
    return json_answer({"first_day": timeline.first_day, "counts": timeline.counts})
