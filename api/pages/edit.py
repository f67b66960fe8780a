"""The page on which planners redraw boundaries and reviewers decide: /edit."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from api.admission.security import Asking
from api.deps.common import ReadSession
from api.pages.shell import NO_STORE, WORKING, account_of, map_answer, to_login
from gis.core.access import Actor
from gis.tiles import MapOverview
from web.hints import hints
from web.maps import GridMap, Page, Takeover, import_map
from web.overview import config, topology_url

router = APIRouter(include_in_schema=False)


@router.get("/edit")
def get_edit_page(request: Request, session: ReadSession, actor: Asking) -> Response:
    """Return the editor to people who may draft, review or publish."""
    if actor.login is None:
        return to_login(request)
    if not any(actor.may(power) for power in WORKING):
        return RedirectResponse("/", 303, NO_STORE)
    about = _about(request, actor)
    return map_answer(
        request, session, actor, lambda chart, overview, _: _edit_page(chart, overview, about)
    )


def _about(request: Request, actor: Actor) -> dict[str, Any]:
    powers = [power.value for power in WORKING if actor.may(power)]
    return {"account": account_of(request, actor), "powers": powers}


def _edit_page(chart: GridMap, overview: MapOverview, about: dict[str, Any]) -> str:
    chart.add_child(Takeover("gridmap/pages/edit.js", config(overview) | about))
    page = Page(
        "edit.html",
        title=f"{overview.home_name}边界调整",
        hints=hints("js/pages/edit.js", topology_url(overview)),
        import_map=Markup(import_map()),  # noqa: S704 - escaped for scripts by script_json
    )
    return chart.compose(page)
