"""A locator as one file that every process maps into memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from gis.core.cells.shape import CellIndex, Outlines
from gis.core.cells.storage import Arrays, read_arrays, write_arrays
from gis.core.locator import Locator

_SCALARS = ("west", "south", "shift_x", "shift_y", "columns", "rows")


def save_locator(locator: Locator, path: Path, *, source: str = "") -> None:
    """Write a locator to a file, whole or not at all.

    Parameters
    ----------
    locator
        Any.
    path
        Where to.
    source
        What it was made from: the content hash of the boundaries.
    """
    index, outlines = locator.index._asdict(), locator.outlines._asdict()
    raster = {name: int(index.pop(name)) for name in _SCALARS}
    arrays = {**index, **outlines}
    for name, layer in (("basic", locator.basic), ("exclusive", locator.exclusive)):
        arrays[f"{name}_codes"] = _encoded(layer.codes)
        arrays[f"{name}_ids"] = np.asarray(layer.grid_ids, dtype=np.int64)
    facts = {"generation": locator.generation, "source": source, "raster": raster}
    write_arrays(path, facts, arrays)


def open_locator(path: Path, *, source: str | None = None, verify: bool = False) -> Locator | None:
    """Map a locator from its file.

    Parameters
    ----------
    path
        The file.
    source
        What it must have been made from; anything by default.
    verify
        Also read everything and compare the checksum.

    Returns
    -------
    Locator or None
        None if it was made from something else.

    Raises
    ------
    BadFile
        If it is not such a file, of another version, cut short, or damaged.
    FileNotFoundError
        If there is none.
    """
    head, arrays = read_arrays(path, verify=verify)
    if source is not None and head["source"] != source:
        return None
    index = CellIndex(**head["raster"], **_of(arrays, CellIndex._fields[len(_SCALARS) :]))
    outlines = Outlines(*(arrays[name] for name in Outlines._fields))
    columns = [
        (_Codes(arrays[f"{name}_codes"]), arrays[f"{name}_ids"]) for name in ("basic", "exclusive")
    ]
    return Locator.of_parts(columns, head["generation"], index, outlines)


def _of(arrays: Arrays, names: Sequence[str]) -> dict[str, Any]:
    return {name: arrays[name] for name in names}


def _encoded(codes: Sequence[str]) -> NDArray[Any]:
    return np.array([code.encode() for code in codes] or np.zeros(0, "S1"), dtype=np.bytes_)


class _Codes(Sequence[str]):
    """Codes that become strings when they are asked for."""

    def __init__(self, stored: NDArray[Any]) -> None:
        self._stored = stored

    def __len__(self) -> int:
        return len(self._stored)

    def __iter__(self) -> Iterator[str]:
        return (code.decode() for code in self._stored.tolist())

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> _Codes: ...

    def __getitem__(self, at: int | slice) -> str | _Codes:
        if isinstance(at, slice):
            return _Codes(self._stored[at])
        return bytes(self._stored[at]).decode()
