"""Two steps of a pipeline at the same time: the next piece is made while this one is used."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Generic, TypeVar

Piece = TypeVar("Piece")

_DEPTH = 2
#: How soon a thread that waits for room sees that it is to stop, in seconds.
_LOOK_S = 0.1


class _End:
    """Comes after the last piece, with what broke the pieces off."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class _Drawing(Generic[Piece]):
    """Draws pieces in a thread of its own until it is stopped."""

    def __init__(self, pieces: Iterator[Piece], depth: int) -> None:
        self.waiting: queue.Queue[Piece | _End] = queue.Queue(depth)
        self._pieces = pieces
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread: after the piece that it is at."""
        self._stopped.set()
        self._thread.join()

    def _work(self) -> None:
        try:
            for piece in self._pieces:
                if not self._put(piece):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again where the pieces are used
            self._put(_End(error))
        else:
            self._put(_End())

    def _put(self, item: Piece | _End) -> bool:
        while not self._stopped.is_set():
            with suppress(queue.Full):
                self.waiting.put(item, timeout=_LOOK_S)
                return True
        return False


def read_ahead(pieces: Iterator[Piece], depth: int = _DEPTH) -> Iterator[Piece]:
    """Give the pieces of an iterator that is drawn from by a thread of its own.

    Parameters
    ----------
    pieces
        Used by that thread only.
    depth
        How many pieces may wait: bounds the memory.

    Yields
    ------
    Piece
        The same pieces, in order.

    Raises
    ------
    Exception
        What the iterator raises is raised here.
    """
    drawing = _Drawing(pieces, depth)
    try:
        while not isinstance(item := drawing.waiting.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        drawing.stop()
