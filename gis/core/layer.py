"""A layer of grids, and the answers about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gis.core.lattice import Geometries

NO_GRID = -1
"""In place of a grid id: there is no grid."""


@dataclass(frozen=True, slots=True)
class Layer:
    """The grids of one layer, basic or exclusive.

    Attributes
    ----------
    codes
        Unique grid codes, in any order.
    grid_ids
        int64 (n,): the grids' identities, 0 or more.
    polygons
        Object array (n,) of valid Polygons and MultiPolygons, lon/lat in degrees, canonical. A
        locator from a file makes them when they are asked for.
    """

    codes: Sequence[str]
    grid_ids: NDArray[np.int64]
    polygons: Geometries | Sequence[Any]


NO_LAYER = Layer([], np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object))
"""A layer without grids."""


@dataclass(frozen=True, slots=True)
class Located:
    """The grids of many points.

    Attributes
    ----------
    basic, exclusive
        int32, of the shape of the points: indices into the layers of the locator; -1 for none.
    """

    basic: NDArray[np.int32]
    exclusive: NDArray[np.int32]
    _basic_layer: Layer = field(repr=False, compare=False)
    _exclusive_layer: Layer = field(repr=False, compare=False)

    @property
    def basic_ids(self) -> NDArray[np.int64]:
        """Ids of the basic grids, `NO_GRID` for none."""
        return _taken(self._basic_layer.grid_ids, self.basic)

    @property
    def exclusive_ids(self) -> NDArray[np.int64]:
        """Ids of the exclusive grids, `NO_GRID` for none."""
        return _taken(self._exclusive_layer.grid_ids, self.exclusive)

    @property
    def responsible_ids(self) -> NDArray[np.int64]:
        """Ids of the responsible grids: the exclusive one, else the basic one."""
        exclusive = self.exclusive_ids
        return np.where(exclusive != NO_GRID, exclusive, self.basic_ids)

    @property
    def basic_codes(self) -> NDArray[np.object_]:
        """Codes of the basic grids, None for none."""
        return _coded(self._basic_layer.codes, self.basic)

    @property
    def exclusive_codes(self) -> NDArray[np.object_]:
        """Codes of the exclusive grids, None for none."""
        return _coded(self._exclusive_layer.codes, self.exclusive)

    @property
    def responsible_codes(self) -> NDArray[np.object_]:
        """Codes of the responsible grids: the exclusive one, else the basic one."""
        return np.where(self.exclusive >= 0, self.exclusive_codes, self.basic_codes)


@dataclass(frozen=True, slots=True)
class Near:
    """A grid near a point that is not its answer.

    Attributes
    ----------
    layer
        ``basic`` or ``exclusive``.
    index
        Index into the layer.
    code, grid_id
        Which grid.
    distance_m
        Distance from the point to the grid; 0 if the grid covers the point.
    """

    layer: Literal["basic", "exclusive"]
    index: int
    code: str
    grid_id: int
    distance_m: float


def _taken(ids: NDArray[np.int64], index: NDArray[np.int32]) -> NDArray[np.int64]:
    if len(ids) == 0:
        return np.full(index.shape, NO_GRID, dtype=np.int64)
    return np.where(index >= 0, np.take(ids, index, mode="clip"), NO_GRID)


def _coded(codes: Sequence[str], index: NDArray[np.int32]) -> NDArray[np.object_]:
    # Only the codes that occur: a province has 400,000, a request often one.
    asked, place = np.unique(index, return_inverse=True)
    found = np.empty(len(asked), dtype=object)
    found[:] = [str(codes[at]) if at >= 0 else None for at in asked.tolist()]
    return np.asarray(found[place.reshape(index.shape)], dtype=object)
