"""The lattice: rounding, canonical doubles, geometries."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.core.errors import Invalid
from gis.core.lattice import (
    canonical,
    degrees_geometry,
    is_canonical,
    lattice_geometry,
    to_degrees,
    to_lattice,
)
from tests.cases import shapes

units = st.integers(-1_800_000_000, 1_800_000_000)


@given(units)
def test_units_survive_the_way_through_degrees(n: int) -> None:
    assert int(to_lattice(to_degrees(n))) == n
    assert bool(is_canonical(to_degrees(n)))


@given(units)
def test_canonical_doubles_are_those_of_text_and_json(n: int) -> None:
    value = float(to_degrees(n))
    assert float(f"{value:.7f}") == value
    assert round(value, 7) == value
    assert json.loads(json.dumps(value)) == value


@given(st.floats(-180, 180))
def test_canonical_moves_at_most_half_a_unit_and_is_idempotent(x: float) -> None:
    once = canonical(x)
    assert abs(float(once) - x) <= 0.5e-7 + 1e-14
    assert bool(is_canonical(once))
    assert canonical(once) == once


def test_halves_go_to_the_even_unit() -> None:
    # 2**-k multiples of 1e-7 are not doubles; these products are exact halves all the same
    halves = np.array([0.5, 1.5, 2.5, -0.5, -1.5]) / 1e7
    assert (halves * 1e7 == [0.5, 1.5, 2.5, -0.5, -1.5]).all()
    assert to_lattice(halves).tolist() == [0, 2, 2, 0, -2]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_finite_is_refused(bad: float) -> None:
    with pytest.raises(Invalid) as caught:
        to_lattice([115.0, bad])
    assert caught.value.detail_zh != caught.value.detail
    assert not is_canonical(bad)


def test_finer_values_are_not_canonical() -> None:
    assert is_canonical([115.1, 115.12345678, 34.1234567]).tolist() == [True, False, True]


def test_what_is_finer_than_the_lattice_is_rounded_to_it() -> None:
    rounded = degrees_geometry(lattice_geometry([shapes.FINER_THAN_LATTICE]))[0]
    assert shapely.equals_exact(rounded, shapes.SQUARE, 0.0)


@pytest.mark.parametrize("name", shapes.VALID)
def test_geometries_go_to_the_lattice_and_back_unchanged(name: str) -> None:
    shape = shapes.VALID[name]
    lattice = lattice_geometry([shape])
    xy = shapely.get_coordinates(lattice)
    assert (xy == np.rint(xy)).all()
    back = degrees_geometry(lattice)[0]
    assert shapely.equals_exact(back, shapely.force_2d(shape), 0.0)
