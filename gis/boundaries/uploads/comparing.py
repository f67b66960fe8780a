"""What of a file is new: its grids against those that are stored, one layer at a time.

A grid of the file is the stored one with its code; without a code, or with one that is not known,
the one with which it shares more than seven tenths of both areas, if that is nobody else's. A
stored grid that no grid of the file is, and more than half of which the file covers, is retired;
of one that the file does not cover, the file says nothing, and it stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.boundaries.uploads.features import Feature
from gis.core.editing import GridState
from gis.core.editing.borders import multi
from gis.core.lattice import Geometries, lattice_geometry

SAME_SHARE = 0.7
"""Two areas are one grid if they share more than this of each: more than a half of a half."""
TOLD_SHARE = 0.5
"""A file speaks of a stored grid if it covers more than this of it."""
PART_SHARE = 0.9
"""A grid is a part of another if so much of it lies there."""
NODE_UNITS = 1.0
"""A border that moves by no more than this (a centimetre) has got vertices, and nothing else."""
LEAST_UNITS2 = 1.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """A file's grids of one layer against the stored ones; indices into both lists.

    Attributes
    ----------
    features, stored
        What was compared.
    pair
        Feature → the stored grid that it is.
    by_shape
        Features whose grid was found by the area they share.
    same
        Features whose shape is the stored one to the last vertex.
    node_only
        Features that differ by vertices only, within a centimetre.
    retired
        Stored grids that are no more.
    untold
        How many stored grids the file says nothing of.
    overlaps
        (feature, stored grid) → share of the feature's area, share of the stored one's; only
        where the shape changes.
    """

    features: Sequence[Feature]
    stored: Sequence[GridState]
    pair: dict[int, int]
    by_shape: frozenset[int]
    same: frozenset[int]
    node_only: frozenset[int]
    retired: tuple[int, ...]
    untold: int
    overlaps: dict[tuple[int, int], tuple[float, float]] = field(repr=False)

    @property
    def redrawn(self) -> list[int]:
        """Features whose shape changes, in their order."""
        kept = self.same | self.node_only
        return [i for i in range(len(self.features)) if i not in kept]

    @property
    def replaced(self) -> list[int]:
        """Stored grids in whose place the redrawn ones come."""
        paired = {self.pair[i] for i in self.redrawn if i in self.pair}
        return sorted(paired | set(self.retired))


def compare(features: Sequence[Feature], stored: Sequence[GridState]) -> Comparison:
    """Find what of a file is new.

    Parameters
    ----------
    features
        Of one layer, with codes that occur once.
    stored
        The grids of that layer which the author may change.

    Returns
    -------
    Comparison
    """
    new, old = _shapes([f.polygon for f in features]), _shapes([s.geometry for s in stored])
    new_keys, old_keys = _keys(new), _keys(old)
    pair = _by_code_or_shape(features, stored, new_keys, old_keys)
    same = frozenset(i for i, j in pair.items() if new_keys[i] == old_keys[j])
    rest = np.array([i for i in range(len(features)) if i not in same], dtype=np.int64)
    settled = {pair[i] for i in same}
    open_ = np.array([j for j in range(len(stored)) if j not in settled], dtype=np.int64)
    overlaps = _overlaps(new, old, rest, open_)
    by_shape = _pair_by_area(pair, overlaps, rest)
    nodes = frozenset(i for i in rest.tolist() if i in pair and is_close(new[i], old[pair[i]]))
    taken = set(pair.values())
    covered: dict[int, float] = {}
    for (_, j), (_, of_stored) in overlaps.items():
        covered[j] = covered.get(j, 0.0) + of_stored
    free = [j for j in open_.tolist() if j not in taken]
    retired = tuple(j for j in free if covered.get(j, 0.0) > TOLD_SHARE)
    return Comparison(
        features=features,
        stored=stored,
        pair=pair,
        by_shape=by_shape,
        same=same,
        node_only=nodes,
        retired=retired,
        untold=len(free) - len(retired),
        overlaps=overlaps,
    )


def _shapes(polygons: list[Any]) -> Geometries:
    result = np.empty(len(polygons), dtype=object)
    result[:] = polygons
    return lattice_geometry(result)


def _keys(shapes: Geometries) -> list[bytes]:
    many = np.empty(len(shapes), dtype=object)
    many[:] = [multi(shape) for shape in shapes]
    keys: list[bytes] = shapely.to_wkb(shapely.normalize(many)).tolist()
    return keys


def _by_code_or_shape(
    features: Sequence[Feature],
    stored: Sequence[GridState],
    new_keys: list[bytes],
    old_keys: list[bytes],
) -> dict[int, int]:
    codes = {state.code: j for j, state in enumerate(stored)}
    pair = {i: codes[f.code] for i, f in enumerate(features) if f.code in codes}
    taken = set(pair.values())
    left = {key: j for j, key in enumerate(old_keys) if j not in taken}
    for i, key in enumerate(new_keys):
        if i not in pair and key in left:
            pair[i] = left.pop(key)
    return pair


def _overlaps(
    new: Geometries, old: Geometries, rest: NDArray[np.int64], open_: NDArray[np.int64]
) -> dict[tuple[int, int], tuple[float, float]]:
    if len(rest) == 0 or len(open_) == 0:
        return {}
    a, b = shapely.STRtree(old[open_]).query(new[rest], predicate="intersects")
    one, other = rest[a], open_[b]
    shared = shapely.area(shapely.intersection(new[one], old[other]))
    of_new, of_old = shared / shapely.area(new[one]), shared / shapely.area(old[other])
    found = zip(
        one.tolist(), other.tolist(), shared.tolist(), of_new.tolist(), of_old.tolist(), strict=True
    )
    return {(i, j): (p, q) for i, j, area, p, q in found if area > LEAST_UNITS2}


def _pair_by_area(
    pair: dict[int, int],
    overlaps: dict[tuple[int, int], tuple[float, float]],
    rest: NDArray[np.int64],
) -> frozenset[int]:
    """Add pairs by the area that they share, the best first; return the features."""
    taken = set(pair.values())
    open_ = set(rest.tolist()) - set(pair)
    candidates = [
        (min(shares), i, j)
        for (i, j), shares in overlaps.items()
        if i in open_ and j not in taken and min(shares) > SAME_SHARE
    ]
    found = set()
    for _, i, j in sorted(candidates, reverse=True):
        if i not in pair and j not in taken:
            pair[i] = j
            taken.add(j)
            found.add(i)
    return frozenset(found)


def is_close(one: Any, other: Any) -> bool:
    """Tell whether two borders are the same but for vertices.

    Parameters
    ----------
    one, other
        Polygons or MultiPolygons, lattice units.

    Returns
    -------
    bool
        True when each runs within a centimetre of the other.
    """
    if np.abs(np.subtract(shapely.bounds(one), shapely.bounds(other))).max() > NODE_UNITS:
        return False
    for a, b in ((one, other), (other, one)):
        points = shapely.points(shapely.get_coordinates(a))
        border = shapely.boundary(b)
        shapely.prepare(border)
        if not shapely.dwithin(border, points, NODE_UNITS).all():
            return False
    return True
