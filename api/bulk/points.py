"""A piece of the points of a request, and what is wrong with a request as such."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.core.errors import Invalid

MAX_POINTS = 1_000_000
#: Points that are worked on at a time: bounds the memory of a request.
CHUNK = 50_000

#: Of the points: a list of text, int and None; or an Arrow array; or None.
Ids = Any


@dataclass(frozen=True, slots=True)
class Points:
    """Some of the points, in their order; arrays of shape (n,).

    Attributes
    ----------
    ids
        Given back as they came; None where no point has any.
    x, y
        As given; NaN where missing or no number.
    crs
        Name of the coordinate system of each point; None where no point names one.
    """

    ids: Ids
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    crs: NDArray[np.object_] | None

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.x)


def counted(pieces: Iterator[Points]) -> Iterator[Points]:
    """Pass pieces on, and stop when there are too many points.

    Raises
    ------
    Invalid
        More than `MAX_POINTS`.
    """
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > MAX_POINTS:
            raise too_many()
        yield piece


def too_many() -> Invalid:
    """Return the error of a request with too many points."""
    return Invalid(
        f"At most {MAX_POINTS:,} points are located in one request; send them in parts,"
        " or use `gridmap locate` on files.",
        zh=f"一次请求最多 {MAX_POINTS:,} 个点；请分批提交，或用 gridmap locate 处理文件。",
    )
