"""One point and the borders around it: the compiled way says what the locator's own says."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.core.crs import parse_crs
from gis.core.datum import Bounds
from gis.core.lattice import canonical
from gis.core.locator import Layer, Locator
from gis.grids import Position, measure_point, place_on_earth
from tests import factories


@pytest.fixture(scope="module")
def locator() -> Locator:
    frame = factories.grids()
    layers = []
    for is_exclusive in (False, True):
        chosen = frame[(frame["kind"] == "exclusive") == is_exclusive].sort_values("code")
        shapes = chosen.geometry.to_numpy()
        layers.append(Layer(tuple(chosen["code"]), np.arange(len(chosen)) + 100, shapes))
    return Locator.build(*layers, generation=1)


def places() -> np.ndarray:
    """Return random points, and those on vertices and on the middles of edges."""
    vertices = shapely.get_coordinates(factories.grids().geometry.to_numpy())
    middles = (vertices[:-1] + vertices[1:]) / 2
    random = np.random.default_rng(7).uniform((114.998, 34.498), (115.042, 34.532), (600, 2))
    return canonical(np.vstack([vertices[::5], middles[::5], random]))


@pytest.mark.parametrize("tolerance_m", [0.0, 15.0, 400.0])
def test_a_point_is_measured_as_the_locator_measures(locator, tolerance_m):
    found = 0
    for lon, lat in places().tolist():
        measured = measure_point(locator, lon, lat, tolerance_m)
        edge = locator.edge_distance_m(lon, lat)
        if measured is None:
            assert edge is None
            continue
        located = locator.locate(np.array([lon]), np.array([lat]))
        assert measured.basic == located.basic_ids[0]
        assert measured.exclusive == located.exclusive_ids[0]
        assert measured.edge_distance_m == pytest.approx(edge, abs=1e-6)
        assert measured.near == locator.near(lon, lat, tolerance_m)
        found += 1
    assert found > 300


@given(st.floats(114.0, 116.0), st.floats(34.0, 35.0))
def test_a_position_in_the_deployment_is_rounded_as_an_array_is(lon, lat):
    bounds = Bounds(114.0, 34.0, 116.0, 35.0)
    for crs in ("EPSG:4490", "CRS84", "wgs84"):
        x, y, verdict = place_on_earth(Position(lon, lat, parse_crs(crs).name), bounds)
        assert (x, y, verdict.name) == (float(canonical(lon)), float(canonical(lat)), "OK")
