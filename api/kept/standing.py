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

from starlette.datastructures import State

from gis.statistics.board_model import StandingFigures

#: How long figures are told before they are counted anew, s.
KEPT_S = 60.0
#: Boards whose figures are kept; a county has some 600 divisions.
MOST = 256


@dataclass(frozen=True, slots=True)
class _Kept:
    figures: StandingFigures
    until: float


class Standing:
    """What was counted lately, for all threads of a process."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, kept_s: float = KEPT_S
    ) -> None:
        self._clock, self._kept_s = clock, kept_s
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    def get(self, key: Hashable, count: Callable[[], StandingFigures]) -> StandingFigures:
        """Return the figures under a key, counting them if they are not kept.

        Two who ask at once may both count: the lock is not held meanwhile.
        """
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and self._clock() < kept.until:
            return kept.figures
        figures = count()
        with self._lock:
            self._kept[key] = _Kept(figures, self._clock() + self._kept_s)
            self._kept.move_to_end(key)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return figures


def standing(state: State) -> Standing:
    """Return the one of this process."""
    if not hasattr(state, "standing"):
        state.standing = Standing()
    kept: Standing = state.standing
    return kept
