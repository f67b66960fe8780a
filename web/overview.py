"""What every page with a map tells its modules of the deployment."""

from __future__ import annotations

from typing import Any

from gis.core import clock
from gis.settings import Settings
from gis.tiles import MapOverview
from web.maps import BaseLayer, GridLayer, GridMap


def grid_map(overview: MapOverview, settings: Settings) -> GridMap:
    """Return the map of a deployment: its grids, its approval, and the base map if there is one.

    Parameters
    ----------
    overview
        The deployment as whoever asks may see it.
    settings
        Say which base map there is, and what is to be said of the map's approval.
    """
    chart = GridMap(overview.bounds, approval=approval_of(settings))
    chart.add_child(GridLayer(topology_url(overview)))
    if settings.base_map_url is not None:
        chart.add_child(BaseLayer())
    return chart


def approval_of(settings: Settings) -> str:
    """Return what a map says of its approval, and whose its base map is."""
    said = [settings.map_approval]
    if settings.base_map_url is not None:
        said.insert(0, settings.base_map_credit)
    return " · ".join(filter(None, said))


def topology_url(overview: MapOverview) -> str:
    """Return the immutable address of the boundaries, or of their overview where they are many.

    Parameters
    ----------
    overview
        Names the generation and the digest of its document.
    """
    if overview.is_large:
        return f"/tiles/overview/{overview.generation}.topojson?{_of(overview)}"
    return f"/tiles/grids/{overview.generation}.topojson?{_of(overview)}"


def _of(overview: MapOverview) -> str:
    return f"v={overview.topology_version}&form=packed"


def config(overview: MapOverview) -> dict[str, Any]:
    """Return what the page's modules need to know.

    Parameters
    ----------
    overview
        The deployment as whoever asks may see it.
    """
    return {
        "root": {
            "code": overview.home_code,
            "zh": overview.home_name,
            "en": overview.home_name_en,
        },
        "bounds": overview.bounds,
        "is_schematic": overview.is_schematic,
        "is_large": overview.is_large,
        "generation": overview.generation,
        "effective_from": overview.effective_from,
        "today": clock.today(),
        "levels": overview.levels,
        "kinds": overview.kinds,
        "classes": overview.classes,
    }
