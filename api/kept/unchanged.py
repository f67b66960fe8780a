"""What was counted stays true until anything is written: it is told again without counting.

PostgreSQL names what a transaction sees (`gis.db.session.state_seen`). Under the same name the
same question has the same answer, to the last row; a name of another time never comes again.
Nothing here is older than what the database would say. What hangs on the clock as well (overdue
work, for one) is no such question.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from starlette.datastructures import State

from gis.db.session import ReadSession, state_seen
from gis.tiles import MapOverview, Topology

#: Answers that are kept: a few questions by a few scopes. One takes up to a megabyte.
MOST = 16

Answer = TypeVar("Answer")


class Unchanged(Generic[Answer]):
    """The newest answers, for all threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slots: OrderedDict[Hashable, _Slot[Answer]] = OrderedDict()

    def get(self, session: ReadSession, question: Hashable, count: Callable[[], Answer]) -> Answer:
        """Return the answer to a question in the state that a session sees.

        Parameters
        ----------
        session
            Its transaction sees one state.
        question
            All that the answer hangs on besides: the parameters, and the scope of who asks.
        count
            Makes the answer. Of many who ask at once, one counts and the others wait for it; if
            it fails they count side by side.
        """
        key = (state_seen(session), question)
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            while len(self._slots) > MOST:
                self._slots.popitem(last=False)
        return slot.get(count)


class _Slot(Generic[Answer]):
    """An answer, as soon as somebody has counted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: list[Answer] = []
        self._has_failed = False

    def get(self, count: Callable[[], Answer]) -> Answer:
        with self._lock:
            if not self._answers and not self._has_failed:
                self._count(count)
            if self._answers:
                return self._answers[0]
        # Each who waits holds a connection: one time-out after another would take all of them away.
        return count()

    def _count(self, count: Callable[[], Answer]) -> None:
        self._has_failed = True
        self._answers.append(count())
        self._has_failed = False


@dataclass(frozen=True, slots=True)
class UnchangedAnswers:
    """What a process keeps while nothing is written."""

    #: Bins of heat, as packed JSON.
    heat: Unchanged[bytes] = field(default_factory=Unchanged)
    #: What pages with a map know before they draw.
    overviews: Unchanged[MapOverview | None] = field(default_factory=Unchanged)
    #: Boundaries, whose version takes a look at every grid.
    topologies: Unchanged[Topology] = field(default_factory=Unchanged)


def unchanged(state: State) -> UnchangedAnswers:
    """Return the one of this process."""
    if not hasattr(state, "unchanged"):
        state.unchanged = UnchangedAnswers()
    kept: UnchangedAnswers = state.unchanged
    return kept
