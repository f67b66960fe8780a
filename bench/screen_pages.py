"""The page that stock Folium makes of the same grids, served from this machine alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import folium
import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

VENDOR = Path(__file__).resolve().parents[1] / "web" / "static" / "vendor"
#: As `GridLayer`'s: one of six colours, by the colour that is stored.
COLOURS = ("#8fb7e6", "#f2a98c", "#f1e2a0", "#f3bfd0", "#7dcbb3", "#c6d681")
_REMOTE = re.compile(
    r"""<(?:script|link)\b[^>]*(?:src|href)="(?:https?:)?//[^"]*"[^>]*>(?:</script>)?"""
)


def grids_of(client: httpx.Client) -> dict[str, Any]:
    """Return all grids as GeoJSON, page by page, as the API gives them."""
    features: list[Any] = []
    url: str | None = "/api/v1/grids?limit=2000"
    while url:
        answer = client.get(url, timeout=120).raise_for_status().json()
        features += answer["features"]
        url = next((link["href"] for link in answer["links"] if link["rel"] == "next"), None)
    return {"type": "FeatureCollection", "features": features}


def write_stock_page(grids: dict[str, Any], folder: Path) -> None:
    """Write index.html as Folium makes it: boundaries inlined, a style a grid, SVG.

    Its libraries come from this machine; those that the map does not need (jQuery, Bootstrap and
    icons) are left out, which makes it quicker than it is.
    """
    first = grids["features"][0]["properties"]["label"]
    chart = folium.Map(location=(first[1], first[0]), tiles=None)
    layer = folium.GeoJson(
        {
            **grids,
            "features": [
                {**one, "properties": {"c": one["properties"].get("colour_index", 0)}}
                for one in grids["features"]
            ],
        },
        style_function=lambda one: {
            "fillColor": COLOURS[one["properties"]["c"]],
            "fillOpacity": 1,
            "weight": 0.5,
            "color": "#44556f",
        },
    ).add_to(chart)
    chart.fit_bounds(layer.get_bounds())
    local = (
        '<link rel="stylesheet" href="/vendor/leaflet/leaflet.css">'
        '<script src="/vendor/leaflet/leaflet.js"></script>'
    )
    html = _REMOTE.sub("", chart.get_root().render())
    (folder / "index.html").write_text(html.replace("<head>", f"<head>{local}", 1), "utf-8")


def stock_app(folder: Path) -> Starlette:
    """Return an application that serves that page compressed."""
    return Starlette(
        routes=[
            Mount("/vendor", StaticFiles(directory=VENDOR)),
            Mount("/", StaticFiles(directory=folder, html=True)),
        ],
        middleware=[Middleware(GZipMiddleware)],
    )
