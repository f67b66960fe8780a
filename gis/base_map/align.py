"""Tiles that were drawn in GCJ-02, drawn anew where they belong.

The grids stay where they are; the picture below them moves. So every coordinate on the map stays
true, and other programs that use these tiles need to know nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gis.base_map.source import TILE_PX
from gis.core.gcj02 import gcj02_from_wgs84

#: The shift is smooth: within a sixteenth of a tile it is linear to a hundredth of a pixel.
PIECES = 16

Fetch = Callable[[int, int, int], Image.Image]
Floats = NDArray[np.float64]


class Aligner:
    """Makes tiles in CGCS2000 out of tiles in GCJ-02.

    Parameters
    ----------
    fetch
        Gives the tile z, x, y of the source, 256 × 256, RGBA.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    def tile(self, z: int, x: int, y: int) -> Image.Image:
        """Return one aligned tile.

        Parameters
        ----------
        z, x, y
            Zoom, column from the west, row from the north.

        Returns
        -------
        PIL.Image.Image
            256 × 256, RGBA.
        """
        columns, rows = _source_pixels(z, x, y)
        first = (int(columns.min() // TILE_PX), int(rows.min() // TILE_PX))
        last = (int(columns.max() // TILE_PX), int(rows.max() // TILE_PX))
        ground = self._stitched(z, first, last)
        columns, rows = columns - first[0] * TILE_PX, rows - first[1] * TILE_PX
        return ground.transform(
            (TILE_PX, TILE_PX),
            Image.Transform.MESH,
            _mesh(columns, rows),
            Image.Resampling.BILINEAR,
        )

    def _stitched(self, z: int, first: tuple[int, int], last: tuple[int, int]) -> Image.Image:
        wide, high = (last[n] - first[n] + 1 for n in (0, 1))
        ground = Image.new("RGBA", (wide * TILE_PX, high * TILE_PX))
        side = 2**z
        for row in range(high):
            for column in range(wide):
                x, y = first[0] + column, first[1] + row
                if 0 <= x < side and 0 <= y < side:
                    ground.paste(self._fetch(z, x, y), (column * TILE_PX, row * TILE_PX))
        return ground


def _source_pixels(z: int, x: int, y: int) -> tuple[Floats, Floats]:
    """Return where the knots of a tile lie in the source, in pixels of the whole pyramid."""
    steps = np.linspace(0.0, TILE_PX, PIECES + 1)
    columns, rows = np.meshgrid(x * TILE_PX + steps, y * TILE_PX + steps)
    world = 2.0**z * TILE_PX
    lon = columns / world * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * rows / world))))
    lon, lat = gcj02_from_wgs84(lon, lat)
    phi = np.radians(lat)
    return (
        (lon + 180) / 360 * world,
        (1 - np.arcsinh(np.tan(phi)) / np.pi) / 2 * world,
    )


def _mesh(
    columns: Floats, rows: Floats
) -> list[tuple[tuple[int, int, int, int], tuple[float, ...]]]:
    """Return pieces of the tile, each with the corners of its source: NW, SW, SE, NE."""
    size = TILE_PX // PIECES
    mesh = []
    for r in range(PIECES):
        for c in range(PIECES):
            box = (c * size, r * size, (c + 1) * size, (r + 1) * size)
            corners = ((r, c), (r + 1, c), (r + 1, c + 1), (r, c + 1))
            quad = tuple(float(v) for at in corners for v in (columns[at], rows[at]))
            mesh.append((box, quad))
    return mesh
