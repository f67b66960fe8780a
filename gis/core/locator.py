"""From a point to its grid: exactly one basic grid, or none (promise 1).

A point is rounded to the lattice; from there on every decision is made in integers. On a shared
border or vertex the grid with the lowest code wins, in each layer by itself. Codes compare by
Unicode code point, as PostgreSQL does with the collation "C".

Source: ADR 0003 (the rule), ADR 0013 (the index).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gis.core.cells.building import boxes_of, draw_index, outlines_of, raster_for
from gis.core.cells.finding import find_degrees, find_units
from gis.core.cells.nearness import border_distance_m, ranks_around
from gis.core.cells.patching import Revision, patch_index
from gis.core.cells.polygons import StoredPolygons
from gis.core.cells.shape import CellIndex, Int32s, Outlines, read_only
from gis.core.errors import Invalid
from gis.core.layer import NO_GRID, NO_LAYER, Layer, Located, Near
from gis.core.rings import extract_rings

__all__ = ["NO_GRID", "NO_LAYER", "Layer", "LayerChange", "Located", "Locator", "Near"]

_Finder = Callable[[CellIndex, Any, Any, Int32s, Int32s], None]

# Below this a thread costs more than it brings.
_LEAST_POINTS_PER_THREAD = 50_000


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


@dataclass(frozen=True, slots=True)
class Locator:
    """The grids of one generation, indexed. Unchangeable, and safe to share among threads.

    Attributes
    ----------
    basic, exclusive
        The layers, in the order in which answers number them.
    generation
        The generation that they belong to.
    index, outlines
        The index and the borders that it is made of (`gis.core.cells.shape`).
    """

    basic: Layer
    exclusive: Layer
    generation: int
    index: CellIndex = field(repr=False, compare=False)
    outlines: Outlines = field(repr=False, compare=False)

    @classmethod
    def build(
        cls, basic: Layer, exclusive: Layer, generation: int, *, threads: int | None = None
    ) -> Locator:
        """Index the grids of a generation.

        Parameters
        ----------
        basic, exclusive
            The two layers; either may be empty.
        generation
            Their generation.
        threads
            How many threads may work on it; all processors by default.

        Returns
        -------
        Locator

        Raises
        ------
        Invalid
            If a layer's columns differ in length, a code comes twice, or a geometry is not a
            polygon.
        """
        order = [_order(layer) for layer in (basic, exclusive)]
        polygons = [np.asarray(basic.polygons, dtype=object)[order[0]]]
        polygons.append(np.asarray(exclusive.polygons, dtype=object)[order[1]])
        rings = extract_rings(np.concatenate(polygons))
        answer = np.concatenate(order)
        boxes = boxes_of(rings, len(answer))
        raster = raster_for(boxes, len(rings.xy))
        outlines = _sealed(outlines_of(rings, boxes, raster, answer, len(order[0])))
        index = draw_index(raster, outlines, len(order[0]), threads or _processors())
        return cls(basic, exclusive, generation, index, outlines)

    def patched(
        self,
        generation: int,
        basic: LayerChange | None = None,
        exclusive: LayerChange | None = None,
        *,
        threads: int | None = None,
    ) -> Locator:
        """Return the locator of another generation, which differs in a few grids.

        Only the tiles that these grids touch or touched are drawn anew.

        Parameters
        ----------
        generation
            The other generation.
        basic, exclusive
            What changes.
        threads
            How many threads may work on it; all processors by default.

        Returns
        -------
        Locator
            The same, to the bit, as built from layers that are sorted by code.

        Raises
        ------
        Invalid
            If a grid that shall go does not exist, or the changed layers are not in order.
        """
        changes = [basic or LayerChange(), exclusive or LayerChange()]
        basics = len(self.basic.codes)
        sources, columns = [], []
        firsts = ((self.basic, 0, 0), (self.exclusive, basics, len(changes[0].layer.codes)))
        for (layer, first, first_new), change in zip(firsts, changes, strict=True):
            source, codes, ids = _changed(layer, change)
            kept = source >= 0
            ranked = source - first_new
            ranked[kept] = self.outlines.rank[first + source[kept]]
            sources.append(ranked)
            columns.append((codes, ids))
        fresh = [np.asarray(change.layer.polygons, dtype=object) for change in changes]
        revision = Revision(
            np.concatenate(sources),
            extract_rings(np.concatenate(fresh)),
            np.concatenate([np.arange(len(codes), dtype=np.int32) for codes, _ in columns]),
            len(columns[0][0]),
        )
        index, outlines = patch_index(
            self.index, self.outlines, basics, revision, threads or _processors()
        )
        return Locator.of_parts(columns, generation, index, _sealed(outlines))

    @classmethod
    def of_parts(
        cls,
        columns: Sequence[tuple[Sequence[str], NDArray[np.int64]]],
        generation: int,
        index: CellIndex,
        outlines: Outlines,
    ) -> Locator:
        """Put a locator together; the polygons of its layers are made when asked for.

        Parameters
        ----------
        columns
            Codes and ids of the basic and of the exclusive layer.
        generation
            The generation that they belong to.
        index, outlines
            The index.

        Returns
        -------
        Locator
        """
        layers, first = [], 0
        for codes, ids in columns:
            ranks = outlines.rank[first : first + len(codes)]
            polygons = StoredPolygons((index.west, index.south), outlines, ranks)
            layers.append(Layer(codes, ids, polygons))
            first += len(codes)
        return cls(layers[0], layers[1], generation, index, outlines)

    @property
    def nbytes(self) -> int:
        """Bytes of the index and the borders."""
        arrays = [*self.index, *self.outlines]
        return sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))

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
        basic, exclusive = int(located.basic[0]), int(located.exclusive[0])
        if exclusive >= 0:
            rank = int(self.outlines.rank[len(self.basic.codes) + exclusive])
        elif basic >= 0:
            rank = int(self.outlines.rank[basic])
        else:
            return None
        return border_distance_m(self.index, self.outlines, rank, lon, lat)[0]

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
        own = (int(located.basic[0]), int(located.exclusive[0]))
        basics, found = len(self.basic.codes), []
        around = ranks_around(self.index, self.outlines, basics, (lon, lat), tolerance_m)
        for rank in around.tolist():
            at, is_exclusive = int(self.outlines.answer[rank]), rank >= basics
            if at == own[is_exclusive]:
                continue
            distance, covers = border_distance_m(self.index, self.outlines, rank, lon, lat)
            if covers or distance <= tolerance_m:
                layer = self.exclusive if is_exclusive else self.basic
                found.append(
                    Near(
                        "exclusive" if is_exclusive else "basic",
                        at,
                        str(layer.codes[at]),
                        int(layer.grid_ids[at]),
                        0.0 if covers else distance,
                    )
                )
        return sorted(found, key=lambda near: (near.distance_m, near.code))

    def _located(self, x: NDArray[Any], y: NDArray[Any], threads: int, finder: _Finder) -> Located:
        if x.shape != y.shape:
            raise Invalid(
                f"Longitudes {x.shape} and latitudes {y.shape} differ in number.",
                zh=f"经度 {x.shape} 与纬度 {y.shape} 数量不一致。",
            )
        basic, exclusive = np.empty(x.shape, np.int32), np.empty(x.shape, np.int32)
        flat = [read_only(x.ravel()), read_only(y.ravel()), basic.ravel(), exclusive.ravel()]
        parts = max(1, min(threads, x.size // _LEAST_POINTS_PER_THREAD))
        if parts == 1:
            finder(self.index, *flat)
        else:
            cuts = np.linspace(0, x.size, parts + 1).astype(np.int64)
            spans = [slice(a, b) for a, b in pairwise(cuts.tolist())]
            # Plain threads: the compiled loop lets go of the interpreter, and unlike numba's own
            # threading it may be entered by several requests at once.
            with ThreadPoolExecutor(parts) as pool:
                list(pool.map(lambda s: finder(self.index, *(a[s] for a in flat)), spans))
        return Located(basic, exclusive, self.basic, self.exclusive)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _sealed(outlines: Outlines) -> Outlines:
    return Outlines(*(read_only(array) for array in outlines))


def _order(layer: Layer) -> Int32s:
    """Check a layer, and return the order of its codes."""
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


def _changed(
    layer: Layer, change: LayerChange
) -> tuple[NDArray[np.int64], list[str], NDArray[np.int64]]:
    """Return for each grid after a change its old index, or ``~k``; and the codes and ids."""
    _order(change.layer)
    before = {str(code): at for at, code in enumerate(layer.codes)}
    source = dict(before)
    for code in change.gone:
        if source.pop(str(code), None) is None:
            raise Invalid(f"There is no grid {code} to remove.", zh=f"没有可移除的网格 {code}。")
    source.update((str(code), ~k) for k, code in enumerate(change.layer.codes))
    codes = sorted(source)
    at = np.array([source[code] for code in codes], dtype=np.int64)
    ids = np.concatenate([layer.grid_ids, np.asarray(change.layer.grid_ids)[::-1]])
    return at, codes, ids[at].astype(np.int64)
