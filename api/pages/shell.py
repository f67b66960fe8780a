"""The pages that people open: HTML shells under a strict content security policy."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from api.admission.security import Asking, cookie_name, csrf_token
from api.deps.common import ReadSession, served
from api.kept.unchanged import unchanged
from api.pages.static_files import versioned
from gis.core.access import Actor, Power
from gis.core.errors import Unavailable
from gis.db.session import ReadSession as Reader
from gis.profiles import Profile
from gis.tiles import MapOverview, map_overview
from web.hints import hints
from web.maps import (
    GridMap,
    HeatLayer,
    Page,
    Takeover,
    import_map,
    nonced,
    render_page,
)
from web.overview import config, grid_map, topology_url

router = APIRouter(include_in_schema=False)
NO_STORE = {"Cache-Control": "no-store"}

#: Whoever holds one of these has something to do on the page /edit.
WORKING = (Power.DRAFT, Power.REVIEW, Power.PUBLISH)
#: Leaflet writes style attributes; everything else comes from this server or carries the nonce.
POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}';"
    " style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self';"
    " connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'self'"
)


@router.get("/")
def get_map_page(request: Request, session: ReadSession, actor: Asking) -> Response:
    """Return the map page, the way to log in, or how to load data where there is none."""
    about = {"account": account_of(request, actor), "sees_events": actor.may(Power.READ)}
    return map_answer(
        request, session, actor, lambda chart, overview, _: map_page(chart, overview, about)
    )


def map_answer(
    request: Request,
    session: Reader,
    actor: Actor,
    compose: Callable[[GridMap, MapOverview, Profile], str],
) -> Response:
    """Return a page with the map of what somebody may see, or what is in its place without one."""
    try:
        profile = served(request, session).profile
    except Unavailable:
        return html_answer(render_page("empty.html"))
    if not actor.may(Power.STATISTICS):
        return to_login(request)
    settings, scope, home = request.app.state.settings, actor.scope(), home_of(actor)
    overview = unchanged(request.app.state).overviews.get(
        session,
        scope,
        lambda: map_overview(session, profile, home, scope=scope, most=settings.grids_at_once),
    )
    if overview is None:
        return html_answer(render_page("empty.html"))
    chart = grid_map(overview, settings)
    return html_answer(compose(chart, overview, profile))


def to_login(request: Request) -> Response:
    """Send a browser to log in, and back to where it wanted to go."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?next={quote(wanted, safe='')}", 303, NO_STORE)


def home_of(actor: Actor) -> str | None:
    """Return the division that an actor's map begins with; None for the deployment's root."""
    scope = actor.scope()
    return None if scope.is_whole else min(scope.divisions, default=None)


def account_of(request: Request, actor: Actor) -> dict[str, str | None]:
    """Return who is logged in, and what proves to us that a request comes from our page."""
    token = request.cookies.get(cookie_name(request.app.state.settings))
    held = token is not None and actor.name.startswith(("account:", "kiosk:"))
    return {
        "name": actor.name,
        "login": actor.login,
        "proof": csrf_token(token) if held and token else None,
        "edit": "/edit" if actor.login and any(map(actor.may, WORKING)) else None,
    }


def map_page(chart: GridMap, overview: MapOverview, about: dict[str, Any]) -> str:
    """Compose the map page with Folium."""
    if overview.first_day and overview.last_day:
        chart.add_child(HeatLayer(overview.first_day.isoformat(), overview.last_day.isoformat()))
    chart.add_child(Takeover("gridmap/pages/index.js", config(overview) | about))
    page = Page(
        "map.html",
        title=f"{overview.home_name}网格地图",
        place=overview.home_name,
        hints=hints("js/pages/index.js", topology_url(overview)),
        import_map=Markup(import_map()),  # noqa: S704 - escaped for scripts by script_json
    )
    return chart.compose(page)


def html_answer(html: str) -> Response:
    """Return a page with its policy; the nonce is fresh for every answer."""
    nonce = secrets.token_urlsafe(16)
    return Response(
        nonced(versioned(html), nonce),
        media_type="text/html",
        headers={
            "Content-Security-Policy": POLICY.format(nonce=nonce),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
        },
    )
