"""A layer of grids, and the answers about it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from gis.core.errors import Invalid
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
class LayerChange:
    """What becomes of a layer's grids.

    Attributes
    ----------
    layer
        The grids that are new, and those whose border changes.
    gone
        Codes of the grids that are no more.
    """

    layer: Layer = NO_LAYER
    gone: Collection[str] = ()


class Codes(Sequence[str]):
    """Codes that become strings when they are asked for.

    Parameters
    ----------
    stored
        bytes (n,): UTF-8.
    """

    def __init__(self, stored: NDArray[Any]) -> None:
        self.stored = stored

    @classmethod
    def of(cls, codes: Sequence[str]) -> Codes:
        """Store codes, unless they are so already."""
        if isinstance(codes, Codes):
            return codes
        return cls(np.array([str(c).encode() for c in codes] or np.zeros(0, "S1"), np.bytes_))

    def __len__(self) -> int:
        return len(self.stored)

    def __iter__(self) -> Iterator[str]:
        return (code.decode() for code in self.stored.tolist())

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> Codes: ...

    def __getitem__(self, at: int | slice) -> str | Codes:
        if isinstance(at, slice):
            return Codes(self.stored[at])
        return bytes(self.stored[at]).decode()


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


def order_of(layer: Layer) -> NDArray[np.int32]:
    """Check a layer, and return the order of its codes.

    Parameters
    ----------
    layer
        Any.

    Returns
    -------
    ndarray of int32
        Indices (n,) into the layer.

    Raises
    ------
    Invalid
        If its columns differ in length, or a code comes twice.
    """
    codes = [str(code) for code in layer.codes]
    count = len(codes)
    if len(layer.grid_ids) != count or len(layer.polygons) != count:
        raise Invalid(
            f"A layer has {count} codes, {len(layer.grid_ids)} ids and "
            f"{len(layer.polygons)} polygons.",
            zh=f"图层的编码({count})、标识({len(layer.grid_ids)})与图形"
            f"({len(layer.polygons)})数量不一致。",
        )
    order = sorted(range(count), key=codes.__getitem__)
    for before, after in pairwise(order):
        if codes[before] == codes[after]:
            raise Invalid(
                f"Grid code {codes[after]} comes twice in a layer.",
                zh=f"网格编码 {codes[after]} 重复。",
            )
    return np.array(order, dtype=np.int32)


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
