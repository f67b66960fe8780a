"""Polygons that are kept as borders on the lattice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.core.cells.shape import Outlines
from gis.core.lattice import to_degrees


class StoredPolygons(Sequence[Any]):
    """Polygons of a layer, made when they are asked for.

    Parameters
    ----------
    corner
        Of the index, lattice units.
    outlines
        The borders.
    numbers
        Which grid each polygon is.
    """

    def __init__(self, corner: tuple[int, int], outlines: Outlines, numbers: range) -> None:
        self._corner = np.array(corner)
        self._outlines = outlines
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, int | np.integer):
            return self._made(self._numbers[int(at)])
        return np.asarray(self)[at]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        made = np.empty(len(self), dtype=object)
        made[:] = [self._made(number) for number in self._numbers]
        return made

    def _made(self, number: int) -> Any:
        outlines = self._outlines
        parts: list[tuple[Any, list[Any]]] = []
        for ring in range(*outlines.grid_ring[number].tolist()):
            span = slice(outlines.ring_start[ring], outlines.ring_start[ring + 1])
            xy = to_degrees(outlines.vertices[span] + self._corner)
            if outlines.is_shell[ring]:
                parts.append((xy, []))
            else:
                parts[-1][1].append(xy)
        polygons = [shapely.Polygon(shell, holes) for shell, holes in parts]
        return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
