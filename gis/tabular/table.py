"""A table as it stands in a file: text cells, and the row numbers that a spreadsheet shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gis.tabular.headers import HeaderMap
from gis.tabular.verdicts import EMPTY, Reason, Verdicts

MAX_COLUMNS = 500
"""A wider file is no list of things but a mistake."""

Cells = NDArray[Any]
"""Object array of str, shape (n,); an empty cell is ``""``."""

_TOO_MANY = Reason(
    "单元格多于表头（是否有未加引号的分隔符？）",
    "more cells than the header has (a separator without quotes?)",
)
_CONTROL = Reason("含有控制字符", "contains a control character")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file below its header, blank rows left out.

    Attributes
    ----------
    source
        Name of the file.
    encoding
        Encoding of the text; ``xlsx`` for a workbook.
    header
        What the columns mean.
    cells
        One column for every column of the file, and one more for each that only some rows have.
    numbers
        Number of each row as a spreadsheet shows it, int64 (n,).
    blank
        How many blank rows were left out.
    """

    source: str
    encoding: str
    header: HeaderMap
    headers: tuple[str, ...]
    cells: pd.DataFrame
    numbers: NDArray[np.int64]
    blank: int
    _stripped: dict[str, Cells] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.numbers)

    def has(self, name: str) -> bool:
        """Tell whether the file has a column for the field."""
        return name in self.header.columns

    def column(self, field: str) -> Cells:
        """Return the cells of a field, stripped; empty ones where the file has no such column."""
        if field not in self.header.columns:
            return np.full(len(self), "", dtype=object)
        if field not in self._stripped:
            raw = self.cells.iloc[:, self.header.columns[field]].to_numpy(dtype=object)
            written = pa.array(raw, pa.string())
            stripped = pc.utf8_trim_whitespace(written)
            # Mostly there is nothing to strip, and the cells stay as they are.
            self._stripped[field] = (
                raw if stripped.equals(written) else stripped.to_numpy(zero_copy_only=False)
            )
        return self._stripped[field]

    def label(self, field: str) -> str:
        """Return the header of a field as in the file, or our own name."""
        return self.header.headers.get(field, field)

    def begin_verdicts(self) -> Verdicts:
        """Return the verdicts with what is wrong with rows as such: too many cells."""
        verdicts = Verdicts(self.numbers)
        for extra in range(len(self.headers), self.cells.shape[1]):
            values = self.cells.iloc[:, extra].to_numpy(dtype=object)
            verdicts.refuse(values != "", "", values, _TOO_MANY)
        return verdicts

    def text(self, field: str, verdicts: Verdicts, *, limit: int, required: bool = False) -> Cells:
        """Return a column of text; refuse what is empty, too long or not text.

        Parameters
        ----------
        field
            Name of the field.
        verdicts
            Takes the refusals.
        limit
            Longest text, in characters.
        required
            Whether an empty cell is refused.

        Returns
        -------
        ndarray of object
            str, shape (n,).
        """
        values = self.column(field)
        label = self.label(field)
        if required:
            verdicts.refuse(values == "", label, values, EMPTY)
        long = np.array([len(value) > limit for value in values.tolist()], dtype=bool)
        verdicts.refuse(
            long,
            label,
            values,
            Reason(f"超过 {limit} 个字符", f"longer than {limit} characters"),
        )
        # str.isprintable is quick and never true for a control character; what it refuses
        # besides (line breaks, private-use characters of rare names) is looked at again.
        odd = np.array([not value.isprintable() for value in values.tolist()], dtype=bool)
        for index in np.flatnonzero(odd):
            odd[index] = any(ord(c) < 32 and c not in "\t\n\r" for c in values[index])
        verdicts.refuse(odd, label, values, _CONTROL)
        return values
