"""Standing figures of boards, kept for a while: who lives and works in a division.

They change with an import or a publication, and counting them takes longer than all the rest of
a board. A new generation or day is another key, so nothing old is told after a publication.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from starlette.datastructures import State

from gis.statistics.board_model import StandingFigures
from gis.statistics.by_grid import FigureColumns, Living

#: How long figures are told before they are counted anew, s.
KEPT_S = 60.0
#: The same of figures by tract, which many screens of a province ask for at once; s.
TRACTS_KEPT_S = 15.0
#: How many times as long as they took to count figures are kept, and for how long at most, s.
WORTH = 60.0
LONGEST_S = 900.0
#: Boards whose figures are kept; a county has some 600 divisions.
MOST = 256
#: The same of figures by tract, of which one takes a megabyte or two: anybody may ask for any days.
MOST_OF_TRACTS = 16


Figures = TypeVar("Figures")


@dataclass(frozen=True, slots=True)
class _Kept(Generic[Figures]):
    figures: Figures
    until: float


class Standing(Generic[Figures]):
    """What was counted lately, for all threads of a process."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        kept_s: float = KEPT_S,
        most: int = MOST,
    ) -> None:
        self._clock, self._kept_s, self._most = clock, kept_s, most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept[Figures]] = OrderedDict()

    def get(self, key: Hashable, count: Callable[[], Figures]) -> Figures:
        """Return the figures under a key, counting them if they are not kept.

        What takes long to count is kept longer (`WORTH`), so that counting never takes more than a
        small share of the time. Two who ask at once may both count: the lock is not held meanwhile.
        """
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and self._clock() < kept.until:
            return kept.figures
        began = self._clock()
        figures = count()
        now = self._clock()
        with self._lock:
            self._kept[key] = _Kept(figures, now + self._kept_for(now - began))
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return figures

    def _kept_for(self, took: float) -> float:
        return max(self._kept_s, min(WORTH * took, LONGEST_S)) if self._kept_s else 0.0


def standing(state: State) -> Standing[StandingFigures]:
    """Return the one of this process."""
    if not hasattr(state, "standing"):
        state.standing = Standing()
    kept: Standing[StandingFigures] = state.standing
    return kept


def tract_figures(state: State) -> Standing[FigureColumns]:
    """Return the one of this process for figures by tract, which cost a look at every event."""
    if not hasattr(state, "tract_figures"):
        state.tract_figures = Standing(kept_s=TRACTS_KEPT_S, most=MOST_OF_TRACTS)
    kept: Standing[FigureColumns] = state.tract_figures
    return kept


def tract_living(state: State) -> Standing[dict[str, Living]]:
    """Return the one of this process for who lives in the tracts of an overview."""
    if not hasattr(state, "tract_living"):
        state.tract_living = Standing(most=MOST_OF_TRACTS)
    kept: Standing[dict[str, Living]] = state.tract_living
    return kept
