"""Tilings to test on: exact by construction, in canonical degrees."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

ORIGIN = np.array([1_150_000_000, 345_000_000], dtype=np.int64)
"""A lattice point in Minquan."""


def wiggly(columns: int, rows: int, *, steps: int = 15, seed: int = 0) -> NDArray[Any]:
    """Return columns * rows grids of some 550 m with wiggly borders in common.

    Each side is drawn once, with `steps` segments, and used by both grids.
    """
    size = 60_000
    rng = np.random.default_rng(seed)
    at = np.stack(np.meshgrid(np.arange(columns + 1), np.arange(rows + 1), indexing="ij"), -1)
    node = ORIGIN + at * size + rng.integers(-size // 6, size // 6, at.shape)

    def drawn(a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
        share = np.linspace(0.0, 1.0, steps + 1)[:, None]
        line = np.rint(a + (b - a) * share + rng.normal(0, 0.1 * size / steps, (steps + 1, 2)))
        line[0], line[-1] = a, b
        return line.astype(np.int64)

    across = [[drawn(node[i, j], node[i + 1, j]) for j in range(rows + 1)] for i in range(columns)]
    along = [[drawn(node[i, j], node[i, j + 1]) for j in range(rows)] for i in range(columns + 1)]
    grids = []
    for i in range(columns):
        for j in range(rows):
            ring = [across[i][j], along[i + 1][j], across[i][j + 1][::-1], along[i][j][::-1]]
            grids.append(shapely.Polygon(np.concatenate([side[:-1] for side in ring]) / 1e7))
    return np.array(grids, dtype=object)


def patchwork(
    owner: NDArray[np.int64], jitter: NDArray[np.int64], size: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return grids made of the cells of a board, with holes, islands and several parts.

    Parameters
    ----------
    owner
        (w, h): the grid of each cell; negative for a cell that nobody has.
    jitter
        (w + 1, h + 1, 2): offsets of the corners, lattice units, less than a quarter of `size`.
    size
        Size of a cell, lattice units.

    Returns
    -------
    grids, cells
        Valid polygons in degrees: the grids, and each owned cell by itself.
    """
    width, height = owner.shape
    at = np.stack(np.meshgrid(np.arange(width + 1), np.arange(height + 1), indexing="ij"), -1)
    node = ORIGIN + at * size + jitter
    quads = np.array(
        [
            shapely.Polygon([node[i, j], node[i + 1, j], node[i + 1, j + 1], node[i, j + 1]])
            for i in range(width)
            for j in range(height)
        ],
        dtype=object,
    )
    keys = owner.ravel()
    grids = [shapely.coverage_union_all(quads[keys == key]) for key in np.unique(keys[keys >= 0])]
    return _degrees(np.array(grids, dtype=object)), _degrees(quads[keys >= 0])


def _degrees(geometries: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(shapely.transform(geometries, lambda xy: xy / 1e7))


def codes_for(polygons: NDArray[Any]) -> list[str]:
    """Return one 15-digit code for each polygon, in their order."""
    return [f"411421102200{i:03d}" if i < 1000 else f"4114212{i:08d}" for i in range(len(polygons))]
