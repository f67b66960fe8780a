"""From a point to its grid: exactly one basic grid, or none (promise 1).

A point is rounded to the lattice; from there on every decision is made in integers. On a shared
border or vertex the grid with the lowest code wins, in each layer by itself. Codes compare by
Unicode code point, as PostgreSQL does with the collation "C".

Source: ADR 0003 (the rule), ADR 0013 (the index).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gis.core.cells.building import build_index
from gis.core.cells.finding import find_degrees, find_units
from gis.core.cells.nearness import border_distance_m, numbers_around
from gis.core.cells.patching import Held, Renumbered, Revision, fits, patch_index, rings_of
from gis.core.cells.polygons import StoredPolygons
from gis.core.cells.shape import CellIndex, Int32s, Outlines, read_only
from gis.core.cells.shelves import Shelves, growing
from gis.core.cells.sorting import find_sorted, pays_in_order, spans
from gis.core.errors import Invalid
from gis.core.layer import NO_GRID, NO_LAYER, Codes, Layer, LayerChange, Located, Near, order_of
from gis.core.renumbering import Columns, revision_of
from gis.core.rings import extract_rings

__all__ = ["NO_GRID", "NO_LAYER", "Layer", "LayerChange", "Located", "Locator", "Near"]

_Finder = Callable[[CellIndex, Any, Any, Int32s, Int32s], None]

# Below this a thread costs more than it brings.
_LEAST_POINTS_PER_THREAD = 50_000


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
    shelves
        Where its growing arrays stand, once there is room behind them for patches.
    """

    basic: Layer
    exclusive: Layer
    generation: int
    index: CellIndex = field(repr=False, compare=False)
    outlines: Outlines = field(repr=False, compare=False)
    shelves: Shelves | None = field(default=None, repr=False, compare=False)

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
        orders = [order_of(layer) for layer in (basic, exclusive)]
        polygons = [np.asarray(layer.polygons, dtype=object) for layer in (basic, exclusive)]
        basics = len(orders[0])
        order = np.concatenate([orders[0], basics + orders[1]]).astype(np.int32)
        rings = extract_rings(np.concatenate(polygons))
        index, outlines = build_index(rings, order, basics, threads or _processors())
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

        Only the tiles that these grids touch or touched are drawn anew. They stand behind those of
        this locator, which stays as it is and shares its memory with the new one (ADR 0017). Where
        a quarter of the grids changes, or one comes to lie outside the raster, all is drawn.

        Parameters
        ----------
        generation
            The other generation.
        basic, exclusive
            What changes.
        threads
            How many threads may work on it.

        Returns
        -------
        Locator
            It gives the same codes and ids as one built anew; a grid that stays keeps its index in
            its layer, but for as many of the last ones as the layer gets shorter.

        Raises
        ------
        Invalid
            If a grid that shall go does not exist, or the changed layers are not in order.
        """
        changes = [basic or LayerChange(), exclusive or LayerChange()]
        columns, revision = revision_of(self._columns(), changes)
        return self._revised(generation, columns, revision, threads or 1)

    def compacted(self, *, threads: int | None = None) -> Locator:
        """Draw all anew, without what patches have left behind.

        Parameters
        ----------
        threads
            How many threads may work on it; all processors by default.

        Returns
        -------
        Locator
            To the bit as built from its layers.
        """
        nothing = np.zeros(0, dtype=np.int64)
        basic, exclusive = (
            Renumbered(len(layer.codes), len(layer.codes), nothing, nothing)
            for layer in (self.basic, self.exclusive)
        )
        none = extract_rings(np.zeros(0, dtype=object))
        revision = Revision(basic, exclusive, none, 0, self.outlines.order)
        index, outlines = build_index(
            rings_of(self._held(), revision),
            revision.order,
            basic.after,
            threads or _processors(),
        )
        columns = [(column.codes, column.ids) for column in self._columns()]
        return Locator.of_parts(columns, self.generation, index, outlines)

    @property
    def is_worn(self) -> bool:
        """Whether patches have left behind so much that it pays to be `compacted`."""
        return self.shelves is not None and self.shelves.wear > 1

    def _columns(self) -> list[Columns]:
        basics, order = len(self.basic.codes), self.outlines.order
        return [
            Columns(Codes.of(layer.codes).stored, np.asarray(layer.grid_ids, np.int64), own)
            for layer, own in (
                (self.basic, order[:basics]),
                (self.exclusive, order[basics:] - np.int32(basics)),
            )
        ]

    def _held(self) -> Held:
        shelves = self.shelves or Shelves.holding(growing(self.index, self.outlines))
        return Held(self.index, self.outlines, len(self.basic.codes), shelves)

    def _revised(
        self, generation: int, columns: list[Columns], revision: Revision, threads: int
    ) -> Locator:
        held = self._held()
        layers = [(column.codes, column.ids) for column in columns]
        if fits(held, revision):
            new = patch_index(held, revision, threads)
            return Locator.of_parts(layers, generation, new.index, new.outlines, new.shelves)
        index, outlines = build_index(
            rings_of(held, revision), revision.order, revision.basic.after, threads
        )
        return Locator.of_parts(layers, generation, index, outlines)

    @classmethod
    def of_parts(
        cls,
        columns: Sequence[tuple[NDArray[Any], NDArray[np.int64]]],
        generation: int,
        index: CellIndex,
        outlines: Outlines,
        shelves: Shelves | None = None,
    ) -> Locator:
        """Put a locator together; the polygons of its layers are made when asked for.

        Parameters
        ----------
        columns
            Codes (bytes) and ids of the basic and of the exclusive layer.
        generation
            The generation that they belong to.
        index, outlines
            The index.
        shelves
            Where its growing arrays stand, if there is room behind them.

        Returns
        -------
        Locator
        """
        layers, first = [], 0
        for codes, ids in columns:
            numbers = range(first, first + len(codes))
            polygons = StoredPolygons((index.west, index.south), outlines, numbers)
            layers.append(Layer(Codes(codes), ids, polygons))
            first += len(codes)
        return cls(layers[0], layers[1], generation, index, outlines, shelves)

    @property
    def first_code(self) -> str | None:
        """The lowest code of the basic layer; None if it is empty."""
        basics = len(self.basic.codes)
        return str(self.basic.codes[int(self.outlines.order[0])]) if basics else None

    @property
    def nbytes(self) -> int:
        """Bytes of the index and the borders."""
        arrays = [*self.index, *self.outlines]
        return sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))

    def locate(
        self,
        lon: ArrayLike,
        lat: ArrayLike,
        *,
        threads: int = 1,
        out: tuple[Int32s, Int32s] | None = None,
    ) -> Located:
        """Find the grids of points.

        Parameters
        ----------
        lon, lat
            Degrees (EPSG:4490), of one shape; rounded to the lattice first.
        threads
            How many threads may work on it.
        out
            Contiguous int32 arrays of the points' shape that take the basic and the exclusive
            answers; new ones by default.

        Returns
        -------
        Located
            Of the points' shape. A point outside every grid, or not finite, has none.

        Raises
        ------
        Invalid
            If longitudes, latitudes and `out` differ in shape.
        """
        x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
        return self._located(x, y, threads, find_degrees, out)

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

        Raises
        ------
        Invalid
            If they differ in shape.
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
            number = len(self.basic.codes) + exclusive
        elif basic >= 0:
            number = basic
        else:
            return None
        return border_distance_m(self.index, self.outlines, number, lon, lat)[0]

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
        around = numbers_around(self.index, self.outlines, basics, (lon, lat), tolerance_m)
        for number in around.tolist():
            is_exclusive = number >= basics
            at = number - basics if is_exclusive else number
            if at == own[is_exclusive]:
                continue
            distance, covers = border_distance_m(self.index, self.outlines, number, lon, lat)
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

    def _located(
        self,
        x: NDArray[Any],
        y: NDArray[Any],
        threads: int,
        finder: _Finder,
        out: tuple[Int32s, Int32s] | None = None,
    ) -> Located:
        basic, exclusive = out or (np.empty(x.shape, np.int32), np.empty(x.shape, np.int32))
        if not x.shape == y.shape == basic.shape == exclusive.shape:
            raise Invalid(
                f"Longitudes {x.shape} and latitudes {y.shape} differ in number.",
                zh=f"经度 {x.shape} 与纬度 {y.shape} 数量不一致。",
            )
        points = read_only(x.ravel()), read_only(y.ravel())
        answers = basic.reshape(-1, copy=False), exclusive.reshape(-1, copy=False)
        flat = (*points, *answers)
        if finder is find_degrees and pays_in_order(self.index, x.size):
            find_sorted(self.index, *points, *answers, max(1, threads))
            return Located(basic, exclusive, self.basic, self.exclusive)
        parts = max(1, min(threads, x.size // _LEAST_POINTS_PER_THREAD))
        if parts == 1:
            finder(self.index, *flat)
        else:
            # Plain threads: the compiled loop lets go of the interpreter, and unlike numba's own
            # threading it may be entered by several requests at once.
            with ThreadPoolExecutor(parts) as pool:
                some = spans(x.size, parts)
                list(pool.map(lambda s: finder(self.index, *(a[s] for a in flat)), some))
        return Located(basic, exclusive, self.basic, self.exclusive)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
