"""The pages that people open: HTML shells under a strict content security policy."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from api.deps import ReadSession, served
from gis.core import clock
from gis.core.errors import Unavailable
from gis.tiles import MapOverview, map_overview
from web.maps import (
    GridLayer,
    GridMap,
    HeatLayer,
    Page,
    Takeover,
    import_map,
    nonced,
    render_page,
)

router = APIRouter(include_in_schema=False)

#: Leaflet writes style attributes; everything else comes from this server or carries the nonce.
POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}';"
    " style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self';"
    " connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'self'"
)


@router.get("/")
def get_map_page(request: Request, session: ReadSession) -> Response:
    """Return the map page, or how to load data where there is none."""
    try:
        profile = served(request, session).profile
    except Unavailable:
        return html_answer(render_page("empty.html"))
    overview = map_overview(session, profile)
    if overview is None:
        return html_answer(render_page("empty.html"))
    return html_answer(map_page(overview))


def map_page(overview: MapOverview) -> str:
    """Compose the map page with Folium."""
    chart = GridMap(overview.bounds)
    chart.add_child(GridLayer(topology_url(overview)))
    if overview.first_day and overview.last_day:
        chart.add_child(HeatLayer(overview.first_day.isoformat(), overview.last_day.isoformat()))
    chart.add_child(Takeover("gridmap/pages/index.js", config(overview)))
    page = Page(
        "map.html",
        title=f"{overview.root_name}网格地图",
        place=overview.root_name,
        import_map=Markup(import_map()),  # noqa: S704 - escaped for scripts by script_json
    )
    return chart.compose(page)


def topology_url(overview: MapOverview) -> str:
    """Return the immutable address of the boundaries."""
    return f"/tiles/grids/{overview.generation}.topojson?v={overview.topology_version}"


def config(overview: MapOverview) -> dict[str, Any]:
    """Return what the page's modules need to know."""
    return {
        "root": {
            "code": overview.root_code,
            "zh": overview.root_name,
            "en": overview.root_name_en,
        },
        "is_schematic": overview.is_schematic,
        "generation": overview.generation,
        "effective_from": overview.effective_from,
        "today": clock.today(),
        "levels": overview.levels,
        "kinds": overview.kinds,
        "classes": overview.classes,
    }


def html_answer(html: str) -> Response:
    """Return a page with its policy; the nonce is fresh for every answer."""
    nonce = secrets.token_urlsafe(16)
    return Response(
        nonced(html, nonce),
        media_type="text/html",
        headers={
            "Content-Security-Policy": POLICY.format(nonce=nonce),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
        },
    )
