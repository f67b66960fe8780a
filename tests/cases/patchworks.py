"""Random small tilings for hypothesis, with holes, islands, several parts and point contacts."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from tests.cases.tilings import patchwork


@st.composite
def patchworks(draw: st.DrawFn) -> tuple[NDArray[Any], NDArray[Any]]:
    """Draw grids, and the cells they are made of, both in degrees."""
    width, height = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    owner = draw(npst.arrays(np.int64, (width, height), elements=st.integers(-1, 4)))
    if (owner < 0).all():
        owner[0, 0] = 0
    size = draw(st.sampled_from([1, 4, 5, 9, 64, 1000]))
    most = (size - 1) // 4
    jitter = draw(
        npst.arrays(np.int64, (width + 1, height + 1, 2), elements=st.integers(-most, most))
    )
    return patchwork(owner, jitter, size)
