"""Map pages composed with Folium: local assets only, and nothing that runs by accident."""

from __future__ import annotations

import re
from pathlib import Path

import folium
import orjson
import pytest

from web.maps import (
    GridLayer,
    GridMap,
    HeatLayer,
    Page,
    RemoteReferenceError,
    Takeover,
    import_map,
    localize,
    nonced,
    render_page,
    script_json,
)

WEB = Path(__file__).resolve().parents[2] / "web"
HOSTILE = "</script><img src=x onerror=alert(1)>${alert(2)}`'\"\u2028"


def page(**config: object) -> str:
    chart = GridMap((115.0, 34.5, 115.2, 34.6))
    chart.add_child(GridLayer("/tiles/grids/1.topojson?v=abc"))
    chart.add_child(HeatLayer("2025-01-01", "2025-12-31"))
    chart.add_child(Takeover("gridmap/pages/index.js", config))
    return chart.compose(Page("map.html", title=HOSTILE, place=HOSTILE, import_map=import_map()))


def test_a_page_refers_only_to_files_that_are_served() -> None:
    html = page()
    links = re.findall(r'(?:src|href)="([^"#]+)"', html)
    assert "/static/vendor/leaflet/leaflet.js" in links
    # Routes of the application; `tests/browser` follows them.
    for link in set(links) - {"/login", "/edit"}:
        assert link.startswith("/static/")
        assert (WEB / link.lstrip("/")).is_file(), link


def test_two_maps_share_no_state() -> None:
    before = list(folium.Map.default_js)
    GridMap((0, 0, 1, 1)).add_js_link("leaflet", "/elsewhere.js")
    assert folium.Map.default_js == before
    assert "/elsewhere.js" not in page()


def test_names_cannot_leave_the_configuration() -> None:
    html = page(root=HOSTILE)
    assert "<img" not in html
    assert html.count("</script>") == len(re.findall(r"<script\b", html))


def test_json_in_a_script_is_still_the_same_json() -> None:
    assert orjson.loads(script_json(HOSTILE)) == HOSTILE
    assert not set(script_json(HOSTILE)) & set("<>&\u2028")


@pytest.mark.parametrize(
    "remote",
    [
        '<script src="https://cdn.example.org/a.js"></script>',
        "<link href='//cdn.example.org/a.css'>",
        "<img src=http://example.org/a.png>",
        "<style>@font-face{src:url(https://example.org/a.woff2)}</style>",
        "<script>import('https://example.org/a.js')</script>",
        '<form action="https://example.org">',
    ],
)
def test_a_remote_reference_is_refused(remote: str) -> None:
    with pytest.raises(RemoteReferenceError, match=r"example\.org"):
        localize(f"<body>{remote}</body>")


def test_a_stock_folium_map_is_refused() -> None:
    with pytest.raises(RemoteReferenceError):
        localize(folium.Map().get_root().render())


def test_every_script_and_style_carries_the_nonce() -> None:
    html = nonced(page() + "<style>a{}</style>", "n0nce")
    tags = re.findall(r"<(?:script|style)\b[^>]*>", html)
    assert tags
    assert all(tag.count('nonce="n0nce"') == 1 for tag in tags)


def test_the_empty_page_says_what_to_do() -> None:
    assert "./run demo" in render_page("empty.html")
