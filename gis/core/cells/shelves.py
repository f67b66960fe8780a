"""Arrays that grow at their ends, and whose beginnings older locators go on reading.

What a patch adds stands behind all that is there, so nothing that anyone reads is ever changed,
and a patched index shares nearly everything with the one before.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.core.cells.shape import CellIndex, Outlines, read_only

GROWING = ("words", "tables", "records", "vertices")
"""The arrays that may grow, of `CellIndex` and `Outlines`."""

# Room for some hundred changes in a county, and for a quarter of a province.
_LEAST_ROOM = 1 << 24
_LEAST_WEAR = 1 << 23

Array = NDArray[Any]


def growing(index: CellIndex, outlines: Outlines) -> dict[str, Array]:
    """Return the growing arrays by name."""
    return {name: getattr(outlines if name == "vertices" else index, name) for name in GROWING}


def room_for(array: Array) -> int:
    """Say how many bytes to keep free behind an array.

    Parameters
    ----------
    array
        That may grow.

    Returns
    -------
    int
        It costs addresses, and neither memory nor disk before it is used.
    """
    return max(_LEAST_ROOM, array.nbytes // 2)


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that the beginnings of arrays come from.

    Attributes
    ----------
    name
        Of the file, in its folder.
    crc
        Its checksum.
    sizes
        How much of each growing array it holds.
    """

    name: str
    crc: int
    sizes: Mapping[str, int]


class Shelves:
    """The growing arrays of an index and of those that are patched from it.

    Parameters
    ----------
    buffers
        The arrays by name, with room at their ends; they can be written to.
    used
        How much of each is in use.
    base
        How much of each is not from patches.
    origin
        The file that their beginnings come from, if there is one.
    """

    def __init__(
        self,
        buffers: Mapping[str, Array],
        used: Mapping[str, int],
        base: Mapping[str, int],
        origin: Origin | None = None,
    ) -> None:
        self._buffers = dict(buffers)
        self._used = dict(used)
        self._lock = threading.Lock()
        self.base = dict(base)
        self.origin = origin

    @classmethod
    def holding(
        cls,
        arrays: Mapping[str, Array],
        base: Mapping[str, int] | None = None,
        more: Mapping[str, int] | None = None,
    ) -> Shelves:
        """Copy arrays to where there is room behind them.

        Parameters
        ----------
        arrays
            The growing arrays by name.
        base
            How much of each is not from patches; all by default.
        more
            How much will be added at least.

        Returns
        -------
        Shelves
        """
        buffers, used = {}, {}
        for name, array in arrays.items():
            size = len(array) + room_for(array) // _item_bytes(array) + (more or {}).get(name, 0)
            buffers[name] = np.empty((size, *array.shape[1:]), array.dtype)
            buffers[name][: len(array)] = array
            used[name] = len(array)
        return cls(buffers, used, base or used)

    @property
    def wear(self) -> float:
        """How much patches have added, as a share of what it may be; above 1 it is too much."""
        added = whole = 0
        for name, buffer in self._buffers.items():
            added += (self._used[name] - self.base[name]) * _item_bytes(buffer)
            whole += self.base[name] * _item_bytes(buffer)
        return added / max(_LEAST_WEAR, whole // 4)

    def take(self, sizes: Mapping[str, int]) -> tuple[Shelves, dict[str, int]]:
        """Take places behind what is there.

        Parameters
        ----------
        sizes
            How many by array.

        Returns
        -------
        tuple of Shelves and dict
            These shelves, or larger copies of them; and where the places begin.
        """
        with self._lock:
            places = {name: self._used[name] for name in sizes}
            if all(at + sizes[name] <= len(self._buffers[name]) for name, at in places.items()):
                self._used.update({name: at + sizes[name] for name, at in places.items()})
                return self, places
            arrays = {name: self.up_to(name, used) for name, used in self._used.items()}
        larger = Shelves.holding(arrays, self.base, sizes)
        larger.origin = self.origin
        return larger.take(sizes)

    def put(self, name: str, at: int, array: Array) -> Array:
        """Write to places that were taken.

        Parameters
        ----------
        name
            Of the array.
        at
            Where they begin.
        array
            What comes there.

        Returns
        -------
        ndarray
            The array to the end of these places, which cannot be written to.
        """
        self._buffers[name][at : at + len(array)] = array
        return self.up_to(name, at + len(array))

    def up_to(self, name: str, end: int) -> Array:
        """Return the beginning of an array, which cannot be written to.

        Parameters
        ----------
        name
            Of the array.
        end
            How much of it.

        Returns
        -------
        ndarray
        """
        return read_only(self._buffers[name][:end])


def _item_bytes(array: Array) -> int:
    return array.itemsize * int(np.prod(array.shape[1:], dtype=np.int64))
