"""What became of the rows of a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gis.grids.bulk import Answers
from gis.tabular.verdicts import Reason


@dataclass(slots=True)
class Tally:
    """Counts of rows; ``read`` is all of them.

    Attributes
    ----------
    read
        Rows of the file.
    located
        Rows that lie in a grid.
    outside
        Rows on earth that lie in no grid.
    faults
        Reason → rows that have it in their ``error``.
    refused
        Rows that could not even be read as rows, and are not written.
    """

    read: int = 0
    located: int = 0
    outside: int = 0
    faults: Counter[Reason] = field(default_factory=Counter)
    refused: int = 0

    def add(self, answers: Answers) -> None:
        """Count the rows of some answers."""
        counts = np.bincount(answers.fault, minlength=len(answers.reasons) + 1).tolist()
        found = int(((answers.basic >= 0) | (answers.exclusive >= 0)).sum())
        self.read += len(answers.fault)
        self.located += found
        self.outside += counts[0] - found
        for reason, count in zip(answers.reasons, counts[1:], strict=True):
            if count:
                self.faults[reason] += count

    def merge(self, other: Tally) -> None:
        """Count the rows of another part."""
        self.read += other.read
        self.located += other.located
        self.outside += other.outside
        self.faults.update(other.faults)

    def as_json(self) -> dict[str, Any]:
        """Return the counts for a file."""
        faults = [[reason.zh, reason.en, count] for reason, count in self.faults.items()]
        return {
            "read": self.read,
            "located": self.located,
            "outside": self.outside,
            "faults": faults,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Tally:
        """Read what `as_json` wrote."""
        faults = Counter({Reason(zh, en): count for zh, en, count in said["faults"]})
        return cls(said["read"], said["located"], said["outside"], faults)
