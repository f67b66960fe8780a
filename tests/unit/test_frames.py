"""Any frame of grids is a map of its own."""

from __future__ import annotations

import base64
import gzip
import json
import re

import geopandas as gpd
import pytest
from shapely.geometry import Point

from gis.core.errors import Invalid
from tests import factories
from web.frames import map_of_frame


def held(html: str) -> dict:
    packed = re.search(r'id="answers"[^>]*>([^<]+)<', html)[1]
    return json.loads(gzip.decompress(base64.b64decode(packed)))


@pytest.fixture
def frame() -> gpd.GeoDataFrame:
    return factories.grids().rename(columns={"division_code": "division"})


def test_a_projected_frame_is_drawn_with_shared_borders(frame: gpd.GeoDataFrame) -> None:
    frame["events"] = range(len(frame))
    shown = map_of_frame(frame.to_crs(4547), "测试 <b>")
    answers = held(shown.html)
    topology = answers["/tiles/grids/0.topojson"]

    basic = topology["objects"]["basic"]["geometries"]
    assert [one["properties"]["code"] for one in basic] == sorted(
        frame.loc[frame["kind"] != "exclusive", "code"]
    )
    used = [
        abs(ref + 0.5) for one in basic for part in one["arcs"] for ring in part for ref in ring
    ]
    assert len(used) > len(set(used)), "neighbours share no arc"
    ordered = frame.sort_values("code")
    assert answers["/api/v1/statistics/grids"]["events"] == ordered["events"].tolist()
    assert re.search(r'"modes":\["colour","kind","events"\]', shown.html)
    assert "测试 <b>" not in shown.html
    assert shown._repr_html_().startswith("<iframe srcdoc=")


def test_what_cannot_be_drawn_is_told(frame: gpd.GeoDataFrame) -> None:
    for wrong, why in (
        (frame.drop(columns="name"), "lacks name"),
        (frame.iloc[:0], "empty"),
        (frame.set_crs(None, allow_override=True), "no CRS"),
        (frame.set_geometry([Point(115, 34)] * len(frame), crs=4490), "else than areas"),
    ):
        with pytest.raises(Invalid, match=why):
            map_of_frame(wrong, "x")
