"""A map as one file: everything is inside, and nothing can be fetched."""

from __future__ import annotations

import base64
import gzip
import json
import re

import pytest
from markupsafe import Markup

from web.maps import GridLayer, GridMap, Page, Takeover, import_map
from web.standalone import STATIC, modules_of, standalone

ENTRY = "gridmap/pages/index.js"


@pytest.fixture(scope="module")
def html() -> str:
    chart = GridMap((115.0, 34.5, 115.2, 34.6), approval="内部使用 </p><b>")
    chart.add_child(GridLayer("/tiles/grids/1.topojson?v=abc"))
    chart.add_child(Takeover(ENTRY, {}))
    page = Page("map.html", title="x", place="x", import_map=Markup(import_map()))  # noqa: S704
    return standalone(chart.compose(page), {"/a": [1, "</script>"]}, entry=ENTRY)


def test_every_module_that_is_needed_is_in_the_import_map(html: str) -> None:
    found = re.search(r'<script[^>]* type="importmap"[^>]*>(.*?)</script>', html)
    imports = json.loads(found[1])["imports"]
    assert ENTRY in imports
    for name, address in imports.items():
        text = base64.b64decode(address.partition(",")[2]).decode()
        for _, there in re.findall(r"^(import\s.*?from|\} from) [\"']([^\"']+)", text, re.M | re.S):
            assert there in imports, f"{name} imports {there}"
    assert imports["gridmap/api/client.js"] == imports["gridmap/api/embedded.js"]


def test_modules_are_followed_however_they_are_imported() -> None:
    modules = modules_of("pages/index.js")
    for path in ("core/topology.js", "map/map_view.js", "ui/card.js", "api/embedded.js"):
        assert path in modules
        assert not re.search(r"^(import|\}) .*from \"\.", modules[path], re.M)
        assert (STATIC / "js" / path).is_file()


def test_nothing_of_the_server_is_left(html: str) -> None:
    assert "/static/" not in re.sub(r"base64,[^\"]*", "", html.partition("<body")[0])
    assert not re.search(r"<(?:script|link)[^>]*(?:src|href)=\"/", html)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1]
    assert "default-src 'none'" in policy
    assert "connect-src 'none'" in policy


def test_answers_come_back_as_they_were(html: str) -> None:
    packed = re.search(r'id="answers"[^>]*>([^<]+)<', html)[1]
    assert json.loads(gzip.decompress(base64.b64decode(packed))) == {"/a": [1, "</script>"]}


def test_what_is_said_of_the_approval_is_text(html: str) -> None:
    assert "内部使用 &lt;/p&gt;&lt;b&gt;" in html
