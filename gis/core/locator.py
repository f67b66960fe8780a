"""From a point to its grid: exactly one basic grid, or none (promise 1).

A point is rounded to the lattice; from there on every decision is made in integers. On a shared
border or vertex the grid with the lowest code wins, in each layer by itself. Codes compare by
Unicode code point, as PostgreSQL does with the collation "C".

Source: ADR 0003.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gis.core.cell_build import build_cell_index
from gis.core.cell_index import NONE, CellIndex, covers, find_degrees, find_units
from gis.core.errors import Invalid
from gis.core.geodesy import metres_per_degree
from gis.core.lattice import UNITS_PER_DEGREE, Geometries, to_lattice

NO_GRID = -1
"""In place of a grid id: there is no grid."""

_Finder = Callable[[CellIndex, Any, Any, NDArray[np.int32]], None]

# Below this a thread costs more than it brings.
_LEAST_POINTS_PER_THREAD = 20_000


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
        Object array (n,) of valid Polygons and MultiPolygons, lon/lat in degrees, canonical.
    """

    codes: Sequence[str]
    grid_ids: NDArray[np.int64]
    polygons: Geometries


@dataclass(frozen=True, slots=True)
class Located:
    """The grids of many points.

    Attributes
    ----------
    basic, exclusive
        int32, of the shape of the points: indices into the layers as they were given to
        `Locator.build`; -1 for none.
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
        return np.where(self.exclusive != NONE, self.exclusive_codes, self.basic_codes)


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


@dataclass(frozen=True, slots=True)
class Locator:
    """The grids of one generation, indexed. Unchangeable, and safe to share among threads.

    Attributes
    ----------
    basic, exclusive
        The layers as given to `build`.
    generation
        The generation that they belong to.
    """

    basic: Layer
    exclusive: Layer
    generation: int
    _basic_index: CellIndex = field(repr=False, compare=False)
    _exclusive_index: CellIndex = field(repr=False, compare=False)

    @classmethod
    def build(cls, basic: Layer, exclusive: Layer, generation: int) -> Locator:
        """Index the grids of a generation.

        Parameters
        ----------
        basic, exclusive
            The two layers; either may be empty.
        generation
            Their generation.

        Returns
        -------
        Locator

        Raises
        ------
        Invalid
            If a layer's columns differ in length, a code comes twice, or a geometry is not a
            polygon.
        """
        return cls(basic, exclusive, generation, _indexed(basic), _indexed(exclusive))

    def locate(self, lon: ArrayLike, lat: ArrayLike, *, threads: int = 1) -> Located:
        """Find the grids of points.

        Parameters
        ----------
        lon, lat
            Degrees (EPSG:4490), of one shape; rounded to the lattice first.
        threads
            How many threads may work on it.

        Returns
        -------
        Located
            Of the points' shape. A point outside every grid, or not finite, has none.
        """
        x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
        return self._located(x, y, threads, find_degrees)

    def locate_lattice(self, x: ArrayLike, y: ArrayLike, *, threads: int = 1) -> Located:
        """Find the grids of points given in lattice units.

        Parameters
        ----------
        x, y
            Integer lattice units, of one shape.
        threads
            How many threads may work on it.

        Returns
        -------
        Located
            Of the points' shape.
        """
        return self._located(np.asarray(x, np.int64), np.asarray(y, np.int64), threads, find_units)

    def edge_distance_m(self, lon: float, lat: float) -> float | None:
        """Measure how far a point is from the border of its responsible grid.

        Parameters
        ----------
        lon, lat
            Degrees (EPSG:4490).

        Returns
        -------
        float or None
            Metres, to a part in a thousand; None where there is no grid.
        """
        located = self.locate(np.array([lon]), np.array([lat]))
        for index, answer in (
            (self._exclusive_index, int(located.exclusive[0])),
            (self._basic_index, int(located.basic[0])),
        ):
            if answer != NONE:
                rank = int(np.flatnonzero(index.order == answer)[0])
                return _border_distance_m(index, rank, lon, lat)
        return None

    def near(self, lon: float, lat: float, tolerance_m: float) -> list[Near]:
        """Find the other grids within a distance of a point.

        Parameters
        ----------
        lon, lat
            Degrees (EPSG:4490).
        tolerance_m
            Metres.

        Returns
        -------
        list of Near
            The grids of both layers, but for the point's own, nearest first.

        Raises
        ------
        Invalid
            If the position is not finite.
        """
        located = self.locate(np.array([lon]), np.array([lat]))
        found = [
            *_near("basic", self.basic, self._basic_index, (lon, lat), tolerance_m),
            *_near("exclusive", self.exclusive, self._exclusive_index, (lon, lat), tolerance_m),
        ]
        own = {"basic": int(located.basic[0]), "exclusive": int(located.exclusive[0])}
        others = [near for near in found if near.index != own[near.layer]]
        return sorted(others, key=lambda near: (near.distance_m, near.code))

    def _located(
        self, x: NDArray[np.generic], y: NDArray[np.generic], threads: int, finder: _Finder
    ) -> Located:
        if x.shape != y.shape:
            raise Invalid(
                f"Longitudes {x.shape} and latitudes {y.shape} differ in number.",
                zh=f"经度 {x.shape} 与纬度 {y.shape} 数量不一致。",
            )
        answers = [
            _find_all(index, x.ravel(), y.ravel(), threads, finder).reshape(x.shape)
            for index in (self._basic_index, self._exclusive_index)
        ]
        return Located(answers[0], answers[1], self.basic, self.exclusive)


def _indexed(layer: Layer) -> CellIndex:
    codes = [str(code) for code in layer.codes]
    count = len(codes)
    if len(layer.grid_ids) != count or len(layer.polygons) != count:
        raise Invalid(
            f"A layer has {count} codes, {len(layer.grid_ids)} ids and "
            f"{len(layer.polygons)} polygons.",
            zh=f"图层的编码({count})、标识({len(layer.grid_ids)})与图形"
            f"({len(layer.polygons)})数量不一致。",
        )
    if len(set(codes)) != count:
        twice = next(code for i, code in enumerate(codes) if code in codes[:i])
        raise Invalid(f"Grid code {twice} comes twice in a layer.", zh=f"网格编码 {twice} 重复。")
    return build_cell_index(layer.polygons, codes)


def _find_all(
    index: CellIndex,
    x: NDArray[np.generic],
    y: NDArray[np.generic],
    threads: int,
    finder: _Finder,
) -> NDArray[np.int32]:
    out = np.empty(len(x), dtype=np.int32)
    parts = max(1, min(threads, len(x) // _LEAST_POINTS_PER_THREAD))
    cuts = np.linspace(0, len(x), parts + 1).astype(np.int64)
    spans = [slice(a, b) for a, b in pairwise(cuts.tolist())]
    if parts == 1:
        finder(index, x, y, out)
        return out
    # Plain threads: the compiled loop lets go of the interpreter, and unlike numba's own
    # threading it may be entered by several requests at once.
    with ThreadPoolExecutor(parts) as pool:
        list(pool.map(lambda span: finder(index, x[span], y[span], out[span]), spans))
    return out


def _near(
    layer_name: Literal["basic", "exclusive"],
    layer: Layer,
    index: CellIndex,
    position: tuple[float, float],
    tolerance_m: float,
) -> list[Near]:
    lon, lat = position
    x, y = (to_lattice(position) - (index.west, index.south)).tolist()
    east, north = (float(metres) for metres in metres_per_degree(lat))
    reach_x = tolerance_m / east * UNITS_PER_DEGREE
    reach_y = tolerance_m / north * UNITS_PER_DEGREE
    found = []
    for rank in _ranks_within(index, (x - reach_x, y - reach_y, x + reach_x, y + reach_y)):
        inside = covers(index, rank, x, y)
        distance = 0.0 if inside else _border_distance_m(index, rank, lon, lat)
        if distance <= tolerance_m:
            at = int(index.order[rank])
            grid_id = int(layer.grid_ids[at])
            found.append(Near(layer_name, at, str(layer.codes[at]), grid_id, distance))
    return found


def _ranks_within(index: CellIndex, box: tuple[float, float, float, float]) -> list[int]:
    """Return the ranks of the grids whose boxes meet a box."""
    west, south, east, north = box
    boxes = index.boxes
    touches = (
        (boxes[:, 0] <= east)
        & (boxes[:, 2] >= west)
        & (boxes[:, 1] <= north)
        & (boxes[:, 3] >= south)
    )
    return [int(rank) for rank in np.flatnonzero(touches)]


def _border_distance_m(index: CellIndex, rank: int, lon: float, lat: float) -> float:
    """Measure to the nearest edge of a grid, in the plane that touches the point."""
    point = to_lattice((lon, lat)) - (index.west, index.south)
    east, north = metres_per_degree(lat)
    scale = np.array([east, north]) / UNITS_PER_DEGREE
    edges = index.edges[index.edge_start[rank] : index.edge_start[rank + 1]].astype(np.int64)
    a, b = (edges[:, :2] - point) * scale, (edges[:, 2:] - point) * scale
    along = b - a
    share = -(a * along).sum(axis=1) / (along * along).sum(axis=1)
    nearest = a + np.clip(share, 0.0, 1.0)[:, None] * along
    return float(np.hypot(nearest[:, 0], nearest[:, 1]).min())


def _taken(ids: NDArray[np.int64], index: NDArray[np.int32]) -> NDArray[np.int64]:
    with_none = np.append(np.asarray(ids, np.int64), NO_GRID)
    return np.asarray(with_none[index])


def _coded(codes: Sequence[str], index: NDArray[np.int32]) -> NDArray[np.object_]:
    with_none = np.empty(len(codes) + 1, dtype=object)
    with_none[:-1] = list(codes)
    return np.asarray(with_none[index], dtype=object)
