"""The columns that are appended to the rows of a file: what the locator said, in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gis.batch.kit import Kit
from gis.grids.bulk import Answers

#: A longer list of words makes Parquet give up its dictionary pages (of 1 MiB at most).
_MOST_WORDS_BYTES = 1 << 19


class AnswerColumns:
    """Makes the columns of `Kit.columns`.

    Parameters
    ----------
    kit
        Names the grids.
    inert
        Whether a name that a spreadsheet would run as a formula stands behind an apostrophe.
    encoded
        Whether short lists of names are kept as dictionaries: each row then holds a number, and
        Parquet takes both as they are. Without, every name is written out.

    Attributes
    ----------
    names
        Of the columns.
    types, plain_types
        What they are made as; and what they mean, which is the same without dictionaries.
    """

    def __init__(self, kit: Kit, *, encoded: bool, inert: bool = False) -> None:
        basic = [_whole(column) for column in kit.basic.columns]
        exclusive = [_whole(column) for column in kit.exclusive.columns]
        codes = pa.concat_arrays([basic[0], exclusive[0]])
        words = [*basic, *exclusive, codes]
        if inert:
            words = [_inert(column) for column in words]
        self._generation = pa.scalar(kit.snapshot.generation, pa.int64())
        self._shift = np.int32(kit.basic.num_rows)
        self._words = [_encoded(column) if encoded else column for column in words]
        self._counts = (len(basic), len(exclusive))
        rest = [pa.int64(), pa.string(), pa.string()]
        self.names = kit.columns
        self.types = [column.type for column in self._words] + rest
        self.plain_types = [column.type for column in words] + rest

    def arrays(self, answers: Answers) -> list[pa.Array]:
        """Return the columns for some rows.

        Parameters
        ----------
        answers
            Of the rows, shape (n,).

        Returns
        -------
        list of pyarrow.Array
            Of length n; null where there is no grid, and no error.
        """
        shifted = answers.exclusive + self._shift
        responsible = np.where(answers.exclusive >= 0, shifted, answers.basic)
        basic, exclusive, either = (
            _Index.of(found) for found in (answers.basic, answers.exclusive, responsible)
        )
        many, few = self._counts
        indices = [basic] * many + [exclusive] * few + [either]
        fault = _Index.of(answers.fault.astype(np.int32) - 1)
        english = pa.array([reason.en for reason in answers.reasons], pa.string())
        chinese = pa.array([reason.zh for reason in answers.reasons], pa.string())
        return [
            *(_take(words, index) for words, index in zip(self._words, indices, strict=True)),
            pa.repeat(self._generation, len(answers.fault)),
            _take(english, fault),
            _take(chinese, fault),
        ]


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _inert(column: pa.Array) -> pa.Array:
    if not pa.types.is_string(column.type):
        return column
    dangerous = pc.match_substring_regex(column, r"^[=+\-@\t\r]")
    return pc.if_else(dangerous, pc.binary_join_element_wise("'", column, ""), column)


class _Words:
    """A short list of words for a long list of grids."""

    def __init__(self, found: pa.DictionaryArray) -> None:
        self.type = found.type
        self._words = found.dictionary
        # -1 takes the one at the end, which is null all the same.
        self._which = np.append(found.indices.fill_null(0).to_numpy(), np.int32(0))
        self._known = None if found.null_count == 0 else found.indices.is_valid()

    def take(self, index: _Index) -> pa.Array:
        """Return a column of which every piece has the same dictionary: it is written once."""
        array = index.array
        if self._known is not None:
            # Not every grid has a division of every level.
            array = pc.if_else(self._known.take(array), array, None)
        data = pa.py_buffer(self._which[index.numbers])
        buffers = [array.buffers()[0], data]
        numbers = pa.Array.from_buffers(pa.int32(), len(array), buffers, array.null_count)
        return pa.DictionaryArray.from_arrays(numbers, self._words, safe=False)


def _encoded(words: pa.Array) -> _Words | pa.Array:
    found = words.dictionary_encode()
    return _Words(found) if found.dictionary.nbytes < _MOST_WORDS_BYTES else words


@dataclass(frozen=True, slots=True)
class _Index:
    """Indices of rows, and which of them there are: worked out once for all columns."""

    numbers: NDArray[np.int32]
    array: pa.Array

    @classmethod
    def of(cls, numbers: NDArray[np.int32]) -> _Index:
        """Take indices of which -1 is null."""
        none = numbers < 0
        return cls(numbers, pa.array(numbers, mask=none if none.any() else None))


def _take(words: _Words | pa.Array, index: _Index) -> pa.Array:
    if isinstance(words, _Words):
        return words.take(index)
    if index.array.null_count == len(index.array):
        return pa.nulls(len(index.array), words.type)
    return words.take(index.array)
