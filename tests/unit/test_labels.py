"""Label points: inside, canonical, roomy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from numpy.typing import NDArray

from gis.core.geodesy import distance_m
from gis.core.labels import label_points
from gis.core.lattice import is_canonical
from tests.cases import shapes
from tests.cases.patchworks import patchworks
from tests.cases.tilings import wiggly

COUNTY = wiggly(8, 8, seed=5)


def test_labels_of_a_county_are_inside_with_their_circle() -> None:
    labels = label_points(COUNTY)
    assert is_canonical(labels.lon).all()
    assert is_canonical(labels.lat).all()
    assert shapely.contains_xy(COUNTY, labels.lon, labels.lat).all()
    border = shapely.segmentize(shapely.boundary(COUNTY), 2e-6)
    for line, lon, lat, radius in zip(border, labels.lon, labels.lat, labels.radius_m, strict=True):
        xy = shapely.get_coordinates(line)
        nearest = distance_m(lon, lat, xy[:, 0], xy[:, 1]).min()
        assert nearest == pytest.approx(radius, rel=5e-3)


def test_the_circle_of_a_square_touches_its_sides() -> None:
    side = 0.01
    square = shapely.box(115.0, 34.5, 115.0 + side, 34.5 + side)
    labels = label_points([square])
    # a degree of longitude is shorter than one of latitude: east and west are the near sides
    half = float(distance_m(115.0, 34.505, 115.0 + side, 34.505)) / 2
    assert labels.radius_m[0] == pytest.approx(half, rel=0.02)
    assert labels.radius_m[0] <= half * 1.001
    assert labels.lon[0] == pytest.approx(115.005, abs=side * 0.02)


def test_the_roomier_part_of_several_is_labelled() -> None:
    labels = label_points([shapes.TWO_PARTS])
    assert labels.lon[0] > 115.00005


@pytest.mark.parametrize("name", shapes.VALID)
def test_every_valid_shape_has_a_label_that_it_covers(name: str) -> None:
    shape = shapes.VALID[name]
    labels = label_points([shape])
    assert shapely.intersects_xy(shape, labels.lon[0], labels.lat[0])
    assert labels.radius_m[0] >= 0
    assert is_canonical([labels.lon[0], labels.lat[0]]).all()


@settings(max_examples=60, deadline=None)
@given(patchworks())
def test_tiny_grids_have_labels_too(tiling: tuple[NDArray[Any], NDArray[Any]]) -> None:
    grids, _ = tiling
    labels = label_points(grids)
    assert shapely.intersects_xy(grids, labels.lon, labels.lat).all()
    assert np.isfinite(labels.radius_m).all()


def test_no_grids_no_labels() -> None:
    assert label_points(np.array([], dtype=object)).lon.shape == (0,)
