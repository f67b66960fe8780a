"""Logins that do not exist are locked like those that do, so that a lock tells nothing.

Their failures are kept in memory: a guess at a name is not worth a row. What is kept of a name
is a hash; the oldest give way to new ones.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass

#: Names that are kept: a few MB at most.
MOST = 20_000


@dataclass(slots=True)
class Tries:
    """Failures in a row, and until when it is locked."""

    failed_logins: int = 0
    locked_until: dt.datetime | None = None


class Strangers:
    """Failures of logins that do not exist."""

    def __init__(self) -> None:
        self._tries: OrderedDict[bytes, Tries] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, login: str) -> Tries:
        """Return the failures of a login, to be counted by whoever asks."""
        name = hashlib.sha256(login.encode("utf-8", "surrogatepass")).digest()
        with self._lock:
            tries = self._tries.setdefault(name, Tries())
            self._tries.move_to_end(name)
            if len(self._tries) > MOST:
                self._tries.popitem(last=False)
            return tries
