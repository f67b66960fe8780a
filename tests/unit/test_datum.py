"""Coordinate systems: reference vectors, inverses, names, bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from gis.core.crs import GAUSS_KRUGER
from gis.core.datum import (
    Bounds,
    Verdict,
    check_bounds,
    explain_verdict,
    from_cgcs2000,
    parse_crs,
    to_cgcs2000,
)
from gis.core.errors import UnknownCrs

# Place, WGS 84, GCJ-02, BD-09; the forward formulas of three independent code bases agree.
VECTORS = {
    "Tiananmen": (
        (116.391349, 39.907375),
        (116.397590191, 39.908776294),
        (116.403963025, 39.915119834),
    ),
    "Minquan": (
        (115.1809, 34.6480),
        (115.186694804, 34.646999135),
        (115.193096165, 34.653258486),
    ),
    "Xiangcheng": (
        (114.8753, 33.4658),
        (114.880623751, 33.464056500),
        (114.887162528, 33.469870379),
    ),
    "Yangying": (
        (112.17, 33.0),
        (112.176078775, 32.998181409),
        (112.182545972, 33.004286184),
    ),
    "Hongqi": (
        (113.8753, 35.3039),
        (113.881246451, 35.303315460),
        (113.887658711, 35.309661939),
    ),
}
LAST_DIGIT = 0.6e-9

henan = (st.floats(110.3, 116.7), st.floats(31.3, 36.4))
china = (st.floats(73.7, 135.0), st.floats(18.2, 53.5))


@pytest.mark.parametrize(("wgs", "gcj", "bd"), VECTORS.values(), ids=VECTORS.keys())
def test_reference_vectors(
    wgs: tuple[float, float], gcj: tuple[float, float], bd: tuple[float, float]
) -> None:
    assert from_cgcs2000(*wgs, "GCJ-02") == pytest.approx(gcj, abs=LAST_DIGIT)
    assert from_cgcs2000(*wgs, "BD-09") == pytest.approx(bd, abs=LAST_DIGIT)
    assert to_cgcs2000(*gcj, "GCJ-02") == pytest.approx(wgs, abs=LAST_DIGIT * 1.01)
    assert to_cgcs2000(*bd, "BD-09") == pytest.approx(wgs, abs=LAST_DIGIT * 1.01)


def test_documented_pair_of_geochina() -> None:
    lon, lat = from_cgcs2000(116.42079, 39.90105, "gcj02")
    assert (round(float(lon), 8), round(float(lat), 8)) == (116.42702208, 39.90244631)


@given(*china)
def test_inverses_undo_the_shifts_to_a_billionth_of_a_degree(lon: float, lat: float) -> None:
    for name in ("GCJ-02", "BD-09"):
        shifted = from_cgcs2000(lon, lat, name)
        assert shifted != (lon, lat)
        assert to_cgcs2000(*shifted, name) == pytest.approx((lon, lat), abs=1e-10)


def test_outside_china_gcj02_is_wgs84() -> None:
    lon, lat = np.array([2.35, 151.2]), np.array([48.85, -33.9])
    there = from_cgcs2000(lon, lat, "GCJ-02")
    back = to_cgcs2000(lon, lat, "GCJ-02")
    for result in (there, back):
        assert (result[0] == lon).all()
        assert (result[1] == lat).all()


@pytest.mark.parametrize(
    ("position", "epsg", "metres"),
    [
        ((115.18, 34.65), 4547, (608179.429, 3836398.235)),
        ((115.18, 34.65), 4526, (38608179.429, 3836398.235)),
        ((112.17, 33.0), 4546, (609343.377, 3653356.138)),
        ((112.17, 33.0), 4525, (37609343.377, 3653356.138)),
    ],
)
def test_gauss_krueger_vectors(
    position: tuple[float, float], epsg: int, metres: tuple[float, float]
) -> None:
    assert from_cgcs2000(*position, epsg) == pytest.approx(metres, abs=0.0006)
    assert to_cgcs2000(*metres, f"EPSG:{epsg}") == pytest.approx(position, abs=1e-8)


@pytest.mark.parametrize("epsg", GAUSS_KRUGER)
def test_every_zone_is_cgcs2000_and_round_trips(epsg: int) -> None:
    register = CRS.from_epsg(epsg)
    assert register.geodetic_crs is not None
    assert register.geodetic_crs.to_epsg() == 4490
    assert register.area_of_use is not None
    lon = 0.5 * (register.area_of_use.west + register.area_of_use.east)
    x, y = from_cgcs2000(lon, 35.0, epsg)
    assert to_cgcs2000(x, y, epsg) == pytest.approx((lon, 35.0), abs=1e-10)


@given(*henan)
def test_lattice_points_survive_metres_rounded_to_a_millimetre(lon: float, lat: float) -> None:
    lon, lat = round(lon, 7), round(lat, 7)
    x, y = from_cgcs2000(lon, lat, 4547)
    back = to_cgcs2000(np.round(x, 3), np.round(y, 3), 4547)
    assert (round(float(back[0]), 7), round(float(back[1]), 7)) == (lon, lat)


def test_web_mercator() -> None:
    x, y = from_cgcs2000(180.0, 0.0, 3857)
    assert (float(x), float(y)) == pytest.approx((20037508.342789244, 0.0), abs=1e-6)


@pytest.mark.parametrize("name", ["CRS84", "EPSG:4326", "EPSG:4490"])
def test_wgs84_and_cgcs2000_are_taken_as_the_same(name: str) -> None:
    assert to_cgcs2000(115.1234567, 34.7654321, name) == (115.1234567, 34.7654321)


def test_impossible_positions_become_nan_alone() -> None:
    x, y = to_cgcs2000([608179.4, np.nan, 1e30, np.inf], [3836398.2] * 4, 4547)
    assert np.isfinite(x).tolist() == [True, False, False, False]
    assert np.isnan(y[1:]).all()


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("CRS84", "CRS84"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "CRS84"),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "CRS84"),
        ("EPSG:4326", "EPSG:4326"),
        ("epsg 4326", "EPSG:4326"),
        ("wgs84", "EPSG:4326"),
        ("WGS-84", "EPSG:4326"),
        ("cgcs2000", "EPSG:4490"),
        ("urn:ogc:def:crs:EPSG::4490", "EPSG:4490"),
        ("http://www.opengis.net/def/crs/EPSG/0/4490", "EPSG:4490"),
        ("gcj02", "GCJ-02"),
        ("GCJ-02", "GCJ-02"),
        ("bd09", "BD-09"),
        ("BD-09", "BD-09"),
        ("bd09ll", "BD-09"),
        ("EPSG:4547", "EPSG:4547"),
        ("4547", "EPSG:4547"),
        (4547, "EPSG:4547"),
        (" EPSG:3857 ", "EPSG:3857"),
    ],
)
def test_names_that_people_write(written: str | int, name: str) -> None:
    assert parse_crs(written).name == name
    assert parse_crs(name).name == name


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("EPSG:4610", "Xian 1980"),
        ("xian80", "Xian 1980"),
        ("2363", "Xian 1980"),
        ("西安80", "Xian 1980"),
        ("EPSG:4214", "Beijing 1954"),
        ("beijing54", "Beijing 1954"),
        ("EPSG:2435", "Beijing 1954"),
        ("bd09mc", "Baidu's Mercator"),
        ("EPSG:32650", "not known"),
        ("EPSG:27700", "not known"),
        ("mars", "not known"),
        ("EPSG:", "not known"),
        ("", "not named"),
    ],
)
def test_refused_names_say_why_and_what_to_do(written: str, says: str) -> None:
    with pytest.raises(UnknownCrs) as caught:
        parse_crs(written)
    error = caught.value
    assert says in error.detail
    assert any(remedy in error.detail for remedy in ("EPSG:4490", "bd09ll"))
    assert error.detail_zh != error.detail


BOX = Bounds(114.8, 34.5, 115.5, 34.9)


@pytest.mark.parametrize(
    ("position", "verdict", "hint"),
    [
        ((34.65, 115.18), Verdict.SWAPPED, "lon and lat may be swapped"),
        ((np.nan, 34.65), Verdict.NOT_FINITE, "finite"),
        ((115.18, np.inf), Verdict.NOT_FINITE, "finite"),
        ((10_000_000.0, 34.65), Verdict.NOT_DEGREES, "metres"),
        ((608179.4, 3836398.2), Verdict.NOT_DEGREES, "EPSG:4547"),
        ((116.4, 39.9), Verdict.OUTSIDE, "outside the box"),
        ((0.0, 0.0), Verdict.OUTSIDE, "outside the box"),
    ],
)
def test_bounds_verdicts(position: tuple[float, float], verdict: Verdict, hint: str) -> None:
    assert check_bounds(*position, BOX) == verdict
    english, chinese = explain_verdict(verdict, *position, BOX)
    assert hint in english
    assert chinese != english


def test_bounds_are_checked_for_each_position_and_include_the_edge() -> None:
    verdicts = check_bounds([114.8, 115.5, 115.6], [34.5, 34.9, 34.9], BOX)
    assert verdicts.tolist() == [Verdict.OK, Verdict.OK, Verdict.OUTSIDE]
