"""Colouring: proper, balanced, the same every time, and stable under change."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gis.core.adjacency import contacts
from gis.core.colouring import COLOURS, UNCOLOURED, USUAL, colour, recolour
from tests.cases.patchworks import patchworks
from tests.cases.tilings import wiggly

COUNTY = wiggly(24, 24, seed=4)
PAIRS = contacts(COUNTY)


def clashes(pairs: NDArray[Any], colours: NDArray[Any]) -> int:
    return int((colours[pairs[:, 0]] == colours[pairs[:, 1]]).sum())


def test_no_two_that_touch_are_alike_and_five_colours_are_used_alike() -> None:
    colours = colour(PAIRS, len(COUNTY))
    assert clashes(PAIRS, colours) == 0
    count = np.bincount(colours, minlength=COLOURS)
    assert len(count) == COLOURS
    assert count[USUAL:].sum() == 0
    assert np.ptp(count[:USUAL]) <= 0.1 * len(COUNTY) / USUAL


def test_the_order_of_pairs_does_not_matter() -> None:
    turned = PAIRS[::-1, ::-1]
    assert (colour(turned, len(COUNTY)) == colour(PAIRS, len(COUNTY))).all()


def test_what_is_coloured_well_stays() -> None:
    colours = colour(PAIRS, len(COUNTY))
    assert (recolour(PAIRS, colours) == colours).all()


def test_splitting_a_grid_recolours_only_the_new_part() -> None:
    before = colour(PAIRS, len(COUNTY))
    index = 300
    west, south, _, north = COUNTY[index].bounds
    half = shapely.box(west, south, COUNTY[index].centroid.x, north)
    after = np.append(COUNTY, COUNTY[index].difference(half))
    after[index] = COUNTY[index].intersection(half)
    pairs = contacts(after)
    colours = recolour(pairs, np.append(before, UNCOLOURED))
    assert clashes(pairs, colours) == 0
    assert (colours[:-1] == before).all()


def test_merging_grids_changes_the_later_of_two_that_clash() -> None:
    existing = np.array([0, 1, 0])
    assert recolour([(0, 1), (1, 2), (0, 2)], existing)[:2].tolist() == [0, 1]
    assert recolour([(0, 1), (1, 2), (0, 2)], existing)[2] not in (0, 1)


def test_more_than_six_in_one_place_clash_as_little_as_can_be() -> None:
    pairs = np.array(list(combinations(range(8), 2)))
    colours = colour(pairs, 8)
    assert clashes(pairs, colours) == 2
    assert set(colours.tolist()) == set(range(COLOURS))


def test_a_chain_is_swapped_where_all_colours_are_taken() -> None:
    # Grid 6 touches one of each colour; grids 0 and 1 do not touch, so one can take the
    # other's colour.
    pairs = [(6, i) for i in range(6)] + [(i, j) for i, j in combinations(range(2, 6), 2)]
    existing = np.array([0, 1, 2, 3, 4, 5, UNCOLOURED])
    colours = recolour(pairs, existing)
    assert clashes(np.array(pairs), colours) == 0
    assert (colours[:6] != existing[:6]).sum() == 1


def test_stored_nonsense_counts_as_uncoloured() -> None:
    assert set(recolour([(0, 1)], [9, -7]).tolist()) == {0, 1}
    assert colour(np.zeros((0, 2)), 0).tolist() == []
    assert sorted(colour([], 3).tolist()) == [0, 1, 2]


@settings(max_examples=80, deadline=None)
@given(patchworks(), st.data())
def test_random_tilings_from_any_stored_colours(
    tiling: tuple[NDArray[Any], NDArray[Any]], data: st.DataObject
) -> None:
    _, cells = tiling
    pairs = contacts(cells)
    size = len(cells)
    stored = st.lists(st.integers(UNCOLOURED, COLOURS - 1), min_size=size, max_size=size)
    colours = recolour(pairs, data.draw(stored))
    assert clashes(pairs, colours) == 0
    assert ((colours >= 0) & (colours < COLOURS)).all()
