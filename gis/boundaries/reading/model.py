"""What is read of a file of boundaries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Layer:
    """The features of one layer.

    Attributes
    ----------
    headers
        Names of the columns.
    cells
        Object columns of str, (n, columns).
    shapes
        Object array (n,) of flat geometries in ``crs``; None where a feature has none.
    crs
        What the file says (``EPSG:…`` or WKT); None where it says nothing.
    encoding
        Encoding of the text.
    had_z
        How many shapes had heights, which were dropped.
    warnings
        What GDAL said.
    """

    headers: tuple[str, ...]
    cells: pd.DataFrame
    shapes: NDArray[Any]
    crs: str | None
    encoding: str
    had_z: int
    warnings: tuple[str, ...]

    def saying(self, crs: str) -> Layer:
        """Return it with a coordinate system that it is known to be in."""
        return replace(self, crs=crs)
