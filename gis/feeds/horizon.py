"""Which transactions somebody has seen: PostgreSQL's snapshots, compared."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TEXT = re.compile("([0-9]{1,20}):([0-9]{1,20}):([0-9]{1,20}(?:,[0-9]{1,20})*)?")


@dataclass(frozen=True, slots=True)
class Horizon:
    """A ``pg_snapshot``.

    Attributes
    ----------
    xmin
        All transactions below it are seen.
    xmax
        None from here on is.
    running
        Those between that were not over.

    Examples
    --------
    >>> early, late = Horizon.parse("10:15:10,12"), Horizon.parse("10:15:10")
    >>> early.sees(12), late.sees(12), late.covers(early), early.covers(late)
    (False, True, True, False)
    """

    xmin: int
    xmax: int
    running: frozenset[int]

    @classmethod
    def parse(cls, text: str) -> Horizon:
        """Read what PostgreSQL writes.

        Raises
        ------
        ValueError
            It is no snapshot.
        """
        found = _TEXT.fullmatch(text)
        if found is None:
            raise ValueError("no snapshot")
        running = found[3].split(",") if found[3] else ()
        return cls(int(found[1]), int(found[2]), frozenset(map(int, running)))

    def __str__(self) -> str:
        return f"{self.xmin}:{self.xmax}:{','.join(map(str, sorted(self.running)))}"

    def sees(self, transaction: int) -> bool:
        """Tell whether a transaction was over."""
        if transaction < self.xmin:
            return True
        return transaction < self.xmax and transaction not in self.running

    def covers(self, other: Horizon) -> bool:
        """Tell whether all that the other sees is seen here."""
        end = other.xmax
        while end > other.xmin and end - 1 in other.running:
            end -= 1
        return end <= self.xmax and not any(map(other.sees, self.running))
