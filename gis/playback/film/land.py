"""The land in pixels: which grid lies under each, where borders run, and its heat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gis.playback.film.model import Ground
from gis.playback.model import HeatSteps

#: Every pixel is looked at so many times in each direction: borders without steps.
FINER = 2
OUTSIDE = -1


@dataclass(frozen=True, slots=True)
class Frame:
    """Where degrees are on the picture: pixels are x * scale_x + west and so on."""

    west: float
    north: float
    scale_x: float
    scale_y: float
    width: int
    height: int

    @classmethod
    def around(
        cls, bounds: tuple[float, float, float, float], width: int, height: int, margin: int
    ) -> Frame:
        """Fit bounds (degrees) into a box of pixels, true to shape at their middle."""
        west, south, east, north = bounds
        narrowing = float(np.cos(np.radians((south + north) / 2)))
        scale = min(
            (width - 2 * margin) / ((east - west) * narrowing),
            (height - 2 * margin) / (north - south),
        )
        left = west - (width / scale / narrowing - (east - west)) / 2
        top = north + (height / scale - (north - south)) / 2
        return cls(left, top, scale * narrowing, scale, width, height)

    def pixels(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return float64 (n, 2): columns and rows of positions in degrees."""
        return np.column_stack(
            [(lon - self.west) * self.scale_x, (self.north - lat) * self.scale_y]
        )


@dataclass(frozen=True, slots=True)
class Land:
    """A generation in pixels, `FINER` times finer than the picture.

    Attributes
    ----------
    grid
        Index in `Ground.codes` under each pixel, -1 outside; int32 (rows, columns).
    border
        0 inside a grid, 1 between grids, 2 between parts, 3 at the outer border; uint8.
    """

    grid: NDArray[np.int32]
    border: NDArray[np.uint8]


def draw_land(ground: Ground, frame: Frame) -> Land:
    """Draw the grids of a generation.

    Parameters
    ----------
    ground
        Its grids.
    frame
        Where they go.

    Returns
    -------
    Land
    """
    size = frame.width * FINER, frame.height * FINER
    image = Image.new("I", size, 0)
    pen = ImageDraw.Draw(image)
    for index, shape in enumerate(ground.shapes, start=1):
        for part in shapely.get_parts(shape):
            rings = [shapely.get_exterior_ring(part), *part.interiors]
            for n, ring in enumerate(rings):
                lon, lat = shapely.get_coordinates(ring).T
                points = (frame.pixels(lon, lat) * FINER).ravel().tolist()
                pen.polygon(points, fill=0 if n else index)
    grid = np.asarray(image, dtype=np.int32) - 1
    return Land(grid, _borders(grid, ground.parts))


def _borders(grid: NDArray[np.int32], parts: list[str]) -> NDArray[np.uint8]:
    names = {name: n for n, name in enumerate(sorted(set(parts)))}
    part = np.array([*(names[name] for name in parts), OUTSIDE])[grid]
    border = np.zeros(grid.shape, dtype=np.uint8)
    for axis in (0, 1):
        here = (slice(None, -1), slice(None)) if axis == 0 else (slice(None), slice(None, -1))
        there = (slice(1, None), slice(None)) if axis == 0 else (slice(None), slice(1, None))
        kind = (grid[here] != grid[there]).astype(np.uint8)
        kind[part[here] != part[there]] = 2
        kind[(grid[here] == OUTSIDE) != (grid[there] == OUTSIDE)] = 3
        border[here] = np.maximum(border[here], kind)
        wide = kind > 1  # a pixel on each side
        border[there] = np.maximum(border[there], np.where(wide, kind, 0))
    return border


def heat_field(heat: HeatSteps, steps: range, frame: Frame, sigma_px: float) -> NDArray[np.float64]:
    """Return the density of the events of some steps.

    Parameters
    ----------
    heat
        Events by step and cell.
    steps
        Which of them, places from 0.
    frame
        Of the picture.
    sigma_px
        Bandwidth, pixels.

    Returns
    -------
    ndarray
        Events a pixel, float64 (rows, columns).
    """
    field = np.zeros((frame.height, frame.width))
    wide = max(1, len(heat.lon))
    for n in steps:
        row, column = np.divmod(heat.cells[n], wide)
        at = np.rint(frame.pixels(heat.lon[column], heat.lat[row])).astype(np.int64)
        inside = ((at >= 0) & (at < (frame.width, frame.height))).all(axis=1)
        np.add.at(field, (at[inside, 1], at[inside, 0]), heat.events[n][inside])
    for axis in (0, 1):
        field = _blurred(field, sigma_px, axis)
    return field


def _blurred(field: NDArray[np.float64], sigma: float, axis: int) -> NDArray[np.float64]:
    """Blur along an axis: a Gaussian, cut at three sigma."""
    reach = max(1, int(np.ceil(3 * sigma)))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights /= weights.sum()
    padding = [(reach, reach) if n == axis else (0, 0) for n in (0, 1)]
    padded = np.pad(field, padding)
    views = np.lib.stride_tricks.sliding_window_view(padded, len(weights), axis=axis)
    blurred: NDArray[np.float64] = views @ weights
    return blurred
