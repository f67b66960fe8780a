"""The wall screen: /screen, for a hall where nobody sits at a keyboard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from api.admission.security import Asking
from api.deps.common import ReadSession
from api.pages.shell import account_of, map_answer
from gis.core.access import Power
from gis.profiles import Profile
from gis.tiles import MapOverview
from web.hints import hints
from web.maps import GridMap, HeatLayer, Page, Takeover, import_map
from web.overview import config, topology_url

router = APIRouter(include_in_schema=False)


@router.get("/screen")
def get_screen_page(request: Request, session: ReadSession, actor: Asking) -> Response:
    """Return the wall screen, or the way to log in.

    What its address says after the question mark (division, rotate, theme, ana, lang and others)
    is read by the page itself.
    """

    def compose(chart: GridMap, overview: MapOverview, profile: Profile) -> str:
        about = {
            "account": account_of(request, actor),
            "sees_events": actor.may(Power.READ),
            "names": _names(profile),
            "closed_states": _closed_states(profile),
        }
        return _screen_page(chart, overview, config(overview) | about)

    return map_answer(request, session, actor, compose)


def _screen_page(chart: GridMap, overview: MapOverview, about: dict[str, Any]) -> str:
    if overview.first_day and overview.last_day:
        chart.add_child(HeatLayer(overview.first_day.isoformat(), overview.last_day.isoformat()))
    chart.add_child(Takeover("gridmap/pages/screen.js", about))
    page = Page(
        "screen.html",
        title=f"{overview.home_name}网格化治理大屏",
        place=overview.home_name,
        hints=hints("js/pages/screen.js", topology_url(overview)),
        import_map=Markup(import_map()),  # noqa: S704 - escaped for scripts by script_json
    )
    return chart.compose(page)


def _names(profile: Profile) -> dict[str, dict[str, tuple[str, str]]]:
    """Return what the deployment calls its roles, urgencies, categories and steps."""
    catalogue = profile.catalogue
    steps = (step for flow in profile.workflows for step in flow.steps)
    return {
        "roles": _labels((role.slug, role) for role in profile.roles),
        "urgencies": _labels((str(level.number), level) for level in catalogue.levels),
        "categories": _labels((item.code, item) for c in catalogue.classes for item in c.items),
        "states": _labels((step.slug, step) for step in steps),
    }


def _closed_states(profile: Profile) -> list[str]:
    """Return the steps in which an event counts as closed."""
    flows = profile.workflows
    return sorted({step.slug for flow in flows for step in flow.steps if flow.closes(step.slug)})


def _labels(named: Iterable[tuple[str, Any]]) -> dict[str, tuple[str, str]]:
    return {slug: (label.name_zh, label.name_en) for slug, label in named}
