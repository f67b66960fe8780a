"""Many triangles that overlap in one place, so that a few cells have very many edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def through_one_place(count: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Return thin triangles, in lattice units from 0, that all pass near one place."""
    angle = rng.uniform(0, 2 * np.pi, count)
    along = 20_000 * np.column_stack([np.cos(angle), np.sin(angle)])
    across = 25 * np.column_stack([-np.sin(angle), np.cos(angle)])
    middle = 20_000 + rng.uniform(-900, 900, (count, 2))
    corners = np.stack([middle - along, middle + along - across, middle + along + across], axis=1)
    return list(np.rint(corners).astype(np.int64))
