"""Which boundaries a question is about."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The boundaries that held on a day, as known in a generation (promise 3).

    Attributes
    ----------
    generation
        Number of an existing generation.
    day
        Day in Asia/Shanghai.
    """

    generation: int
    day: dt.date
