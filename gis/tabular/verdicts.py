"""What is wrong with which row: collected for all rows at once, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

COLUMNS = ("row", "field", "value", "reason_zh", "reason_en")
VALUE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row is refused, in both languages."""

    zh: str
    en: str


EMPTY = Reason("必填项为空", "the cell is empty and must not be")


class Verdicts:
    """The verdict on every row of a file.

    Parameters
    ----------
    numbers
        Number of each row as a spreadsheet shows it (the header is in row 1), int64 (n,).
    """

    def __init__(self, numbers: NDArray[np.int64]) -> None:
        self.numbers = numbers
        self.refused: Mask = np.zeros(len(numbers), dtype=bool)
        self._found: list[pd.DataFrame] = []

    @property
    def accepted(self) -> Mask:
        """Rows with no refusal so far, bool (n,)."""
        return ~self.refused

    def refuse(self, mask: Any, field: str, values: Sequence[Any] | Any, reason: Reason) -> None:
        """Refuse rows.

        Parameters
        ----------
        mask
            Which rows, bool (n,).
        field
            Header of the column, as in the file.
        values
            What stands there, (n,); a tuple of columns is shown side by side.
        reason
            Why.
        """
        at = np.flatnonzero(np.asarray(mask, dtype=bool))
        if not len(at):
            return
        self.refused[at] = True
        columns = values if isinstance(values, tuple) else (values,)
        parts = [pd.Series(np.asarray(c, dtype=object)[at]).astype(str) for c in columns]
        shown = parts[0].str.cat(parts[1:], sep=", ") if parts[1:] else parts[0]
        self._found.append(
            pd.DataFrame(
                {
                    "row": self.numbers[at],
                    "field": field,
                    "value": shown.str.slice(0, VALUE_LENGTH).to_numpy(dtype=object),
                    "reason_zh": reason.zh,
                    "reason_en": reason.en,
                }
            )
        )

    def refusals(self) -> pd.DataFrame:
        """Return all refusals by row number; columns as ``COLUMNS``.

        A row with several faults has several lines.
        """
        if not self._found:
            return pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})
        together = pd.concat(self._found, ignore_index=True)
        return together.sort_values("row", kind="stable", ignore_index=True)
