"""What the map page reads: boundaries as TopoJSON, heat as bins, figures by grid and by day."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from api.admission.security import Asking
from api.admission.suppression import shown_column
from api.answers import json_answer
from api.deps.common import MAX_BIGINT, OfThen, ReadSession, Reported, ServedReading, SnapshotAsked
from api.schemas.common import problems
from api.schemas.maps import GridFiguresAnswer, HeatAnswer, TimelineAnswer
from gis.core.access import Actor, Power
from gis.core.errors import Forbidden
from gis.events.choice import EventChoice
from gis.statistics.by_grid import events_by_day, figures_by_grid
from gis.tiles import TopologyStore, heat_bins

router = APIRouter(tags=["maps"])

#: Cells of heat for whoever sees statistics alone, m.
COARSE_M = 600
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


@router.get("/tiles/grids/{generation}.topojson", responses=problems(404))
def get_topology(
    generation: Annotated[int, Path(ge=1, le=MAX_BIGINT)],
    request: Request,
    session: ReadSession,
    v: Annotated[
        str | None, Query(max_length=64, description="Version; with it the answer is immutable.")
    ] = None,
    form: Annotated[
        Literal["topojson", "packed"],
        Query(description="`packed` is what the pages of this server read: shorter, 1 m exact."),
    ] = "topojson",
) -> Response:
    """Return all grids of a generation as TopoJSON: objects `basic` and `exclusive`."""
    topology = _store(request).get(session, generation, packed=form == "packed")
    etag = f'"{topology.version}"' if form == "topojson" else f'"{topology.version}-{form}"'
    headers = {
        "ETag": etag,
        "Vary": "Accept-Encoding, Authorization, Cookie",
        # Without the version in the address another database may answer there tomorrow.
        "Cache-Control": FOR_EVER if v == topology.version else "no-cache",
    }
    if etag in _listed(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        body = topology.packed
        headers["Content-Encoding"] = "gzip"
    else:
        body = topology.unpacked()
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


@router.get("/api/v1/heat", response_model=HeatAnswer)
def get_heat(
    *,
    session: ReadSession,
    served: ServedReading,
    days: Reported,
    actor: Asking,
    category: Category = None,
    cell_m: Annotated[
        int, Query(description="Side of a cell, m: 75, 150, 300, 600, 1200 or 2400.")
    ] = 300,
) -> Response:
    """Count events by cell of an equal-area lattice, for a heat map."""
    require_coarse(actor, cell_m)
    _, south, _, north = served.profile.bounds
    chosen = EventChoice(days.first, days.last, category)
    bins = heat_bins(session, chosen, cell_m=cell_m, standard_parallel=(south + north) / 2)
    return json_answer(bins.document())


@router.get("/api/v1/statistics/grids", response_model=GridFiguresAnswer, responses=problems(404))
def get_figures_by_grid(
    *,
    session: ReadSession,
    snapshot: SnapshotAsked,
    days: Reported,
    actor: Asking,
    of_then: OfThen,
    category: Category = None,
) -> Response:
    """Count events, households and people by grid, all grids at once."""
    chosen = EventChoice(days.first, days.last, category)
    figures = figures_by_grid(session, chosen, snapshot, of_then=of_then)
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
